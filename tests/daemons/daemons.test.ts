import * as fs from 'node:fs';
import * as hostFs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daemon } from '../../src/attach/daemon.ts';
import { mount } from '../../src/mount.ts';
import { copyTree } from './copy-tree.ts';
import { digest, type Entry } from './digest.ts';
import { mountInKernel, whyNoKernelMount } from './kernel-mount.ts';
import { type DaemonRow, daemons, type Losses, type Start, whyNot } from './list.ts';
import { writeTree } from './tree.ts';

const limitMs = 120_000;
const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-daemons-'));
const tree = path.join(base, 'tree');
let original: Entry[];

/** A new empty directory for one test. */
const scratch = (): string => fs.mkdtempSync(path.join(base, 'scratch-'));

beforeAll(async () => {
  writeTree(tree);
  original = await digest(hostFs, tree);
});

afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

test('the reference tree has at least 500 files', () => {
  expect(original.length).toBeGreaterThan(500);
});

/** What a daemon shows when Linux mounts it. */
async function digestInKernel({ command, args, inside }: Start): Promise<Entry[]> {
  await using kernel = await mountInKernel(command, args);
  return await kernel.digest(inside);
}

/** Copies what can come back of the reference tree into an empty daemon. Returns what it then shows. */
async function writeThrough({ command, args, inside }: Start, losses: Losses): Promise<Entry[]> {
  const lost = new Set(original.filter((entry) => losses.kept(entry) === null).map(({ path }) => path));
  const skip = (full: Buffer): boolean => lost.has(full.subarray(tree.length + 1).toString('latin1'));
  await using mounted = await mount(daemon(command, args));
  await copyTree({ fs: hostFs, path: tree }, { fs: mounted.fs.promises, path: inside }, skip);
  return await digest(mounted.fs.promises, inside);
}

/** What must be equal before and after: what `cp -r` copies and the daemon keeps. */
function copied(entries: readonly Entry[], losses: Losses): unknown[] {
  return entries.flatMap((entry): unknown[] => {
    const kept = entry.path === '' ? null : losses.kept(entry);
    if (kept === null) return [];
    const { path, type, target } = kept;
    if (type === 'symlink') return [{ path, type, target }];
    const { mode, mtime, mtimeNs, sha256 } = kept;
    return [{ path, type, mode, mtime, mtimeNs, sha256, size: type === 'file' ? kept.size : undefined }];
  });
}

function readsAsInTheKernel(row: DaemonRow): void {
  test('lists and reads as it does when Linux mounts it', { timeout: limitMs }, async (context) => {
    const reason = whyNot(row) ?? whyNoKernelMount();
    context.skip(reason !== null, reason ?? '');
    const start = await row.prepare(tree, scratch());
    const expected = await digestInKernel(start);

    await using mounted = await mount(daemon(start.command, start.args));
    const seen = await digest(mounted.fs.promises, start.inside);
    const comparable = row.comparable ?? ((entry: Entry) => entry);
    expect(seen.map(comparable)).toEqual(expected.map(comparable));
  });
}

function givesBack(row: DaemonRow, losses: Losses): void {
  test('gives back a tree that was written to it', { timeout: limitMs }, async (context) => {
    const reason = whyNot(row) ?? whyNoKernelMount();
    context.skip(reason !== null, reason ?? '');
    const start = await row.prepare(scratch(), scratch());
    const reread = await writeThrough(start, losses);
    expect(copied(reread, losses)).toEqual(copied(original, losses));
    expect(copied(await digestInKernel(start), losses)).toEqual(copied(original, losses));
  });
}

for (const row of daemons) {
  describe(row.name, () => {
    readsAsInTheKernel(row);
    if (row.losses !== null) givesBack(row, row.losses);
  });
}
