import { expect, test } from 'vitest';
import { EACCES, EINTR } from '../abi/errno.ts';
import { Kernel } from '../kernel.ts';
import { Process } from '../process/process.ts';
import { type Blocking, sleep } from '../task/blocking.ts';
import { VirtualClock } from '../task/clock.ts';
import { credentialsOf } from '../task/credentials.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { Dentry } from '../vfs/dentry.ts';
import { Mount, Path } from '../vfs/mount.ts';
import type { Superblock } from '../vfs/superblock.ts';
import { awaiting } from './awaiting.ts';
import { named } from './failure.ts';
import { abortable } from './operation.ts';
import { Runner } from './runner.ts';

const host = { defer: setImmediate, setAlarm: () => {}, wait: () => false };
const root = new Dentry(null, '');
const process = new Process(new Path(new Mount({} as Superblock, root, null), root), { pid: 1 });
const makeRunner = (): Runner =>
  new Runner({ kernel: new Kernel({ clock: new VirtualClock(), host }), process, credentials: credentialsOf(0, 0) });

/** Sleeps until somebody sets `open`; a kill is noted, and put off as a request under way puts it off. */
class Gate {
  readonly queue = new WaitQueue();
  open = false;
  log: string[] = [];

  *pass(task: Task): Blocking<string> {
    try {
      yield* sleep(task, this.queue, () => this.open, 'the gate', 'killed');
      return 'through';
    } catch (error) {
      this.log.push(error === EINTR ? 'killed' : 'failed');
      yield* sleep(task, this.queue, () => this.open, 'the gate, undoing', 'event');
      this.log.push('undone');
      throw error;
    }
  }

  unlock(): void {
    this.open = true;
    this.queue.wake();
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an abort rejects at once, kills the task, and lets it undo what it began', async () => {
  const gate = new Gate();
  const controller = new AbortController();
  const result = makeRunner().run(abortable(controller.signal, (task) => gate.pass(task)));
  await soon();
  controller.abort('the reason');
  await expect(result).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'the reason' });
  await soon();
  expect(gate.log).toEqual(['killed']);
  gate.unlock();
  await soon();
  expect(gate.log).toEqual(['killed', 'undone']);
});

test('a signal that has fired starts nothing', async () => {
  let runs = 0;
  const operation = abortable(AbortSignal.abort(), function* () {
    runs++;
  });
  await expect(makeRunner().run(operation)).rejects.toMatchObject({ name: 'AbortError' });
  expect(runs).toBe(0);
});

test('an operation that ends before the abort keeps its result', async () => {
  const gate = new Gate();
  gate.unlock();
  const controller = new AbortController();
  expect(await makeRunner().run(abortable(controller.signal, (task) => gate.pass(task)))).toBe('through');
  controller.abort();
  expect(gate.log).toEqual([]);
});

test('an error has a stack that leads to the caller', async () => {
  const refuse = named('open', 1, function* (): Blocking<never> {
    throw EACCES;
  });
  async function theCaller(): Promise<void> {
    await makeRunner().run((task) => refuse(task));
  }
  const theSyncCaller = (): never => makeRunner().runSync((task) => refuse(task));
  const error = await theCaller().catch((thrown: unknown) => thrown);
  expect((error as Error).stack).toContain('theCaller');
  expect(theSyncCaller).toThrow(expect.objectContaining({ stack: expect.stringContaining('theSyncCaller') }));
});

test('an operation waits for a promise, and fails as it does', async () => {
  const runner = makeRunner();
  const failing = new Error('the filter failed');
  expect(
    await runner.run((task) =>
      awaiting(
        task,
        soon().then(() => 7),
        'a number',
      ),
    ),
  ).toBe(7);
  const fails = function* (task: Task): Blocking<unknown> {
    return yield* awaiting(task, Promise.reject(failing), 'a number');
  };
  await expect(runner.run(fails)).rejects.toBe(failing);
});

test('a synchronous operation that waits for the event loop is a deadlock, by name', () => {
  const runner = makeRunner();
  expect(() => runner.runSync((task) => awaiting(task, soon(), 'the filter of cp'))).toThrow(
    /^deadlock: .*the filter of cp/,
  );
});
