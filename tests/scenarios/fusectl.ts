import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listMounts, MNT_DETACH, mountLater, umountLater } from '../../src/linux/mounts.ts';

const USUAL = '/sys/fs/fuse/connections';

let ours: Promise<string> | null = null;

/**
 * Where Linux shows its FUSE connections, each in a directory by its number: mounted for these tests if nobody has.
 *
 * @see Linux fs/fuse/control.c
 */
export function controlDirectory(): Promise<string> {
  const isThere = listMounts().some(({ mountPoint, type }) => mountPoint === USUAL && type === 'fusectl');
  if (isThere) return Promise.resolve(USUAL);
  ours ??= mountOurs();
  return ours;
}

async function mountOurs(): Promise<string> {
  const target = mkdtempSync(path.join(tmpdir(), 'fusewire-fusectl-'));
  await mountLater({ source: 'fusectl', target, type: 'fusectl', flags: 0, data: '' });
  return target;
}

/** Takes away what was mounted. */
export async function leaveControlDirectory(): Promise<void> {
  const target = await ours;
  ours = null;
  if (target === null) return;
  await umountLater(target, MNT_DETACH);
  rmdirSync(target);
}
