import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daemon } from '../src/attach/daemon.ts';
import { mount } from '../src/mount.ts';

const READERS = 64;
const ROUNDS = 200;
const scratch = mkdtempSync(join(tmpdir(), 'fusewire-death-'));
const image = join(scratch, 'image.sqfs');
const installed = spawnSync('mksquashfs', ['-version']).status === 0 && spawnSync('squashfuse', ['-h']).error === undefined;

beforeAll(() => {
  if (!installed) return;
  writeFileSync(join(scratch, 'file'), Buffer.alloc(READERS * 4096, 'x'));
  execFileSync('mksquashfs', [join(scratch, 'file'), image, '-quiet', '-no-progress']);
});
afterAll(() => rmSync(scratch, { recursive: true }));

const descriptors = (): number => readdirSync('/proc/self/fd').length;

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Mounts, and kills the daemon while it holds 64 reads. */
async function killInTheMiddle(): Promise<void> {
  await using mounted = await mount(daemon('squashfuse', ['-f', image, '{}']));
  await using file = await mounted.fs.promises.open('/file');
  mounted.daemon?.signal('SIGSTOP');
  const reads = Array.from({ length: READERS }, (_, i) => file.read(Buffer.alloc(4096), 0, 4096, i * 4096));
  await expect.poll(() => mounted.control.waiting, { interval: 1 }).toBeGreaterThanOrEqual(READERS);
  const killed = performance.now();
  mounted.daemon?.signal('SIGKILL');
  const ends = await Promise.allSettled(reads);
  expect(performance.now() - killed).toBeLessThan(1000);
  expect(ends.map((end) => (end.status === 'rejected' ? (end.reason as NodeJS.ErrnoException).code : 'read'))).toEqual(
    Array(READERS).fill('ECONNABORTED'),
  );
  await expect(mounted.fs.promises.stat('/file', { bigint: true })).rejects.toMatchObject({ code: 'ENOTCONN' });
  await file.close().catch((error: NodeJS.ErrnoException) => expect(error.code).toBe('ENOTCONN'));
}

test(`a daemon killed in the middle of ${READERS} reads ends them all with an error, ${ROUNDS} times without a leak`, async (context) => {
  context.skip(!installed, 'squashfuse or mksquashfs is not installed');
  for (let i = 0; i < 10; i++) await killInTheMiddle();
  const before = { descriptors: descriptors(), heap: heapInUse() };
  for (let i = 0; i < ROUNDS; i++) await killInTheMiddle();
  expect(descriptors()).toBe(before.descriptors);
  expect(heapInUse() - before.heap).toBeLessThan(8 << 20);
}, 120_000);
