import { execFileSync, spawnSync } from 'node:child_process';
import { constants, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const installed =
  spawnSync('mksquashfs', ['-version']).status === 0 && spawnSync('squashfuse', ['-h']).error === undefined;

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

/** What a call ended with: its errno's code. */
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'success',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

/** A signal that stops takes effect when the process is next to run: until then it may answer. */
async function untilStopped(pids: readonly number[]): Promise<void> {
  const state = (pid: number): string => /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  while (!pids.every((pid) => state(pid) === 'T')) await new Promise((resolve) => setImmediate(resolve));
}

/** Mounts, and kills the daemon while it holds 64 reads. Returns how these and later calls end, and after how long. */
async function killInTheMiddle(): Promise<{ ends: Set<string>; later: string[]; took: number }> {
  await using mounted = await mount(daemon('squashfuse', ['-f', image, '{}'], { attach: 'fd' }));
  const file = await mounted.fs.promises.open('/file', constants.O_RDONLY | constants.O_DIRECT); // a request for each read
  mounted.daemon?.signal('SIGSTOP');
  await untilStopped(mounted.daemon?.pids ?? []);
  const reads = Array.from({ length: READERS }, (_, i) => codeOf(file.read(Buffer.alloc(4096), 0, 4096, i * 4096)));
  while (mounted.control.waiting < READERS) await new Promise((resolve) => setImmediate(resolve));
  const killed = performance.now();
  mounted.daemon?.signal('SIGKILL');
  const ends = new Set(await Promise.all(reads));
  const took = performance.now() - killed;
  return { ends, later: [await codeOf(mounted.fs.promises.stat('/file')), await codeOf(file.close())], took };
}

test(`a daemon killed in the middle of ${READERS} reads ends them all with an error, ${ROUNDS} times without a leak`, async (context) => {
  context.skip(!installed, 'squashfuse or mksquashfs is not installed');
  for (let i = 0; i < 10; i++) await killInTheMiddle();
  const before = { descriptors: descriptors(), heap: heapInUse() };
  const seen = new Set<string>();
  let longest = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const { ends, later, took } = await killInTheMiddle();
    seen.add([...ends, ...later].join());
    longest = Math.max(longest, took);
  }
  // Those that had a place in the background were cut off, the others find nobody; then stat(2) and close(2).
  expect([...seen]).toEqual(['ECONNABORTED,ENOTCONN,ENOTCONN,ENOTCONN']);
  expect(longest).toBeLessThan(5000);
  expect(descriptors()).toBe(before.descriptors);
  expect(heapInUse() - before.heap).toBeLessThan(8 << 20);
}, 120_000);

test('an error after the death of a daemon has the reason as its cause', async (context) => {
  context.skip(!installed, 'squashfuse or mksquashfs is not installed');
  await using mounted = await mount(daemon('squashfuse', ['-f', image, '{}']));
  mounted.daemon?.signal('SIGKILL');
  await mounted.daemon?.exited;
  const error = await mounted.fs.promises.stat('/file').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ENOTCONN', syscall: 'stat', path: '/file' });
  expect((error as Error).cause).toMatchObject({ message: 'squashfuse was killed by SIGKILL' });
});
