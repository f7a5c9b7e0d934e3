import { expect, test } from 'vitest';
import { EAGAIN, EINTR, ENOENT } from '../src/abi/errno.ts';
import { FUSE_ROOT_ID } from '../src/abi/fuse.ts';
import {
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  O_RDWR,
  S_IFDIR,
  S_IFREG,
  SEEK_SET,
} from '../src/abi/linux.ts';
import { mount } from '../src/index.ts';
import type { Mounted } from '../src/mount.ts';
import type { Process } from '../src/process/process.ts';
import { Thread } from '../src/process/thread.ts';
import { Condition } from '../src/server/condition.ts';
import type { Coroutine } from '../src/server/coroutine.ts';
import type { FuseServer, RequestOf } from '../src/server/fuse-server.ts';
import { close, exit } from '../src/syscalls/descriptors.ts';
import { fcntlLock, flock } from '../src/syscalls/lock.ts';
import { open } from '../src/syscalls/open.ts';
import type { Blocking } from '../src/task/blocking.ts';
import { runAsync } from '../src/task/drive.ts';

const root = { ino: FUSE_ROOT_ID, mode: S_IFDIR | 0o755, nlink: 2 };
const file = { ino: 2n, mode: S_IFREG | 0o666, nlink: 1 };

/** One file, 'f', with one lock for all, whatever its range: SETLKW waits for it. */
class LockServer implements FuseServer {
  readonly #freed = new Condition();
  #owner: bigint | null = null;

  init() {
    return { flags: ['FLOCK_LOCKS'] as const };
  }

  lookup(_: RequestOf<'LOOKUP'>, name: string) {
    if (name !== 'f') throw ENOENT;
    return { nodeid: 2n, attr: file };
  }

  getattr({ nodeid }: RequestOf<'GETATTR'>) {
    return { attr: nodeid === FUSE_ROOT_ID ? root : file };
  }

  open() {
    return {};
  }

  setlk({ body: { owner, lk } }: RequestOf<'SETLK'>): void {
    if (this.#owner !== null && this.#owner !== owner) throw EAGAIN;
    if (lk.type === F_UNLCK) this.#free(owner);
    else this.#owner = owner;
  }

  *setlkw(request: RequestOf<'SETLKW'>): Coroutine<void> {
    yield* this.#freed.until(() => this.#owner === null || this.#owner === request.body.owner);
    this.setlk(request);
  }

  flush({ body }: RequestOf<'FLUSH'>): void {
    this.#free(body.lock_owner);
  }

  release({ body }: RequestOf<'RELEASE'>): void {
    this.#free(body.lock_owner);
  }

  #free(owner: bigint): void {
    if (this.#owner !== owner) return;
    this.#owner = null;
    this.#freed.wake();
  }
}

/** A process of its own that has the file open. */
class Locker {
  readonly #mounted: Mounted;
  readonly #process: Process;
  #fd = -1;

  private constructor(mounted: Mounted, pid: number) {
    this.#mounted = mounted;
    this.#process = mounted.kernel.createProcess(mounted.process.root, { pid });
  }

  static async of(mounted: Mounted, pid: number): Promise<Locker> {
    const locker = new Locker(mounted, pid);
    locker.#fd = await locker.run((task) => open(task, '/f', O_RDWR)).end;
    return locker;
  }

  fcntl(command: number, type = F_WRLCK) {
    return this.run((task) =>
      fcntlLock(task, this.#fd, command, { type, whence: SEEK_SET, start: 0n, len: 0n, pid: 0 }),
    );
  }

  flock(operation: number) {
    return this.run((task) => flock(task, this.#fd, operation));
  }

  close() {
    return this.run((task) => close(task, this.#fd));
  }

  exit() {
    return this.run(exit);
  }

  run<T>(code: (task: Thread) => Blocking<T>): { readonly task: Thread; readonly end: Promise<T> } {
    const task = new Thread(this.#mounted.kernel.scheduler, this.#process, this.#mounted.credentials);
    return { task, end: runAsync(task, code(task)) };
  }
}

/** Whether it is still under way when all that can happen has happened. */
async function waits({ task }: { readonly task: Thread }): Promise<boolean> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  return task.sleep !== null;
}

test('a process waits for a lock that the server keeps until the other unlocks, closes or ends', async () => {
  await using mounted = await mount(new LockServer());
  for (const free of [
    (holder: Locker) => holder.fcntl(F_SETLK, F_UNLCK),
    (holder: Locker) => holder.close(),
    (holder: Locker) => holder.exit(),
  ]) {
    const [holder, waiter] = [await Locker.of(mounted, 10), await Locker.of(mounted, 20)];
    await holder.fcntl(F_SETLK).end;
    await expect(waiter.fcntl(F_SETLK).end).rejects.toBe(EAGAIN);
    const waiting = waiter.fcntl(F_SETLKW);
    expect(await waits(waiting)).toBe(true);
    await free(holder).end;
    expect(await waiting.end).toMatchObject({ type: F_WRLCK });
    await Promise.all([holder.exit().end, waiter.exit().end]);
  }
});

test('a signal makes the server stop waiting for a lock: EINTR, and the lock is not had', async () => {
  await using mounted = await mount(new LockServer());
  const [holder, waiter] = [await Locker.of(mounted, 10), await Locker.of(mounted, 20)];
  await holder.fcntl(F_SETLK).end;
  const waiting = waiter.fcntl(F_SETLKW);
  expect(await waits(waiting)).toBe(true);
  waiting.task.signal('signal');
  await expect(waiting.end).rejects.toBe(EINTR);
  await holder.fcntl(F_SETLK, F_UNLCK).end;
  expect(await holder.fcntl(F_SETLK).end).toMatchObject({ type: F_WRLCK });
  await Promise.all([holder.exit().end, waiter.exit().end]);
});

test('a lock of flock that the server keeps is freed by the last close', async () => {
  await using mounted = await mount(new LockServer());
  const [holder, waiter] = [await Locker.of(mounted, 10), await Locker.of(mounted, 20)];
  await holder.flock(LOCK_EX).end;
  await expect(waiter.flock(LOCK_EX | LOCK_NB).end).rejects.toBe(EAGAIN);
  const waiting = waiter.flock(LOCK_EX);
  expect(await waits(waiting)).toBe(true);
  await holder.exit().end;
  await waiting.end;
  await waiter.exit().end;
});
