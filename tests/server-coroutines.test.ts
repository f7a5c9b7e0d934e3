import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ENOENT } from '../src/abi/errno.ts';
import { FOPEN_DIRECT_IO, FUSE_ROOT_ID } from '../src/abi/fuse.ts';
import { S_IFDIR, S_IFREG } from '../src/abi/linux.ts';
import { mount, unmountKernel } from '../src/index.ts';
import { mountAt } from '../src/linux/mounts.ts';
import { Condition } from '../src/server/condition.ts';
import { awaited, type Coroutine } from '../src/server/coroutine.ts';
import type { FuseServer, RequestOf } from '../src/server/fuse-server.ts';
import { whyNoKernelMount } from './daemons/kernel-mount.ts';

const root = { ino: FUSE_ROOT_ID, mode: S_IFDIR | 0o755, nlink: 2 };
const file = { ino: 2n, mode: S_IFREG | 0o666, nlink: 1 };

/** One file, 'pipe': who reads it waits until something was written. */
class PipeServer implements FuseServer {
  readonly #arrived = new Condition();
  #content = '';

  lookup(_: RequestOf<'LOOKUP'>, name: string) {
    if (name !== 'pipe') throw ENOENT;
    return { nodeid: 2n, attr: file };
  }

  getattr({ nodeid }: RequestOf<'GETATTR'>) {
    return { attr: nodeid === FUSE_ROOT_ID ? root : file };
  }

  open() {
    return { open_flags: FOPEN_DIRECT_IO };
  }

  *read({ body }: RequestOf<'READ'>): Coroutine<string> {
    yield* this.#arrived.until(() => this.#content !== '');
    const taken = this.#content.slice(0, body.size);
    this.#content = this.#content.slice(taken.length);
    return taken;
  }

  write(_: RequestOf<'WRITE'>, data: Uint8Array): number {
    this.#content += String.fromCharCode(...data);
    this.#arrived.wake();
    return data.length;
  }
}

test('a synchronous read is answered by a coroutine that another request wakes', async () => {
  await using mounted = await mount(new PipeServer());
  const { fs } = mounted;
  const fd = fs.openSync('/pipe', 'r+');
  const buffer = Buffer.alloc(10);
  const written = fs.promises.writeFile('/pipe', 'written', { flag: 'r+' });
  expect(fs.readSync(fd, buffer)).toBe(7);
  expect(buffer.toString('latin1', 0, 7)).toBe('written');
  await written;
  fs.closeSync(fd);
});

test('a synchronous read of a coroutine that nobody wakes is reported as a deadlock', async () => {
  await using mounted = await mount(new PipeServer());
  const fd = mounted.fs.openSync('/pipe', 'r');
  expect(() => mounted.fs.readSync(fd, Buffer.alloc(10))).toThrow(/deadlock: .* sleeps on READ/);
});

test('a coroutine that waits for a promise, then for a Condition, is answered by the event loop', async () => {
  const ready = new Condition();
  let isReady = false;
  const server = new PipeServer();
  Object.assign(server, {
    *statfs(): Coroutine<{ blocks: number }> {
      const blocks = yield* awaited(Promise.resolve(5));
      yield* ready.until(() => isReady);
      return { blocks };
    },
  });
  await using mounted = await mount(server);
  const stat = mounted.fs.promises.statfs('/');
  setImmediate(() => {
    isReady = true;
    ready.wake();
  });
  expect((await stat).blocks).toBe(5);
});

test('a signal to a process that waits in a mount of Linux is EINTR where the coroutine waits', async (context) => {
  const why = whyNoKernelMount() ?? (process.getuid?.() === 0 ? null : 'not root');
  context.skip(why !== null, why ?? '');
  const at = mkdtempSync(path.join(tmpdir(), 'fusewire-interrupted-'));
  const args = ['--import', './scripts/run-typescript.mjs', 'tests/interrupted-read-main.ts', at];
  const options = { cwd: path.join(import.meta.dirname, '..'), encoding: 'utf8', timeout: 20_000 } as const;
  try {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, options);
    expect({ stdout, stderr, status }).toEqual({ stdout: 'server: EINTR\nreader: SIGTERM\n', stderr: '', status: 0 });
  } finally {
    if (mountAt(at) !== undefined) await unmountKernel(at, 'force');
    rmdirSync(at);
  }
});
