import { expect, test } from 'vitest';
import { EINTR, ENOENT, ETIMEDOUT } from '../abi/errno.ts';
import { type Blocking, sleep, sleepUntil } from './blocking.ts';
import { VirtualClock } from './clock.ts';
import { credentialsOf } from './credentials.ts';
import { runAsync, runSync } from './drive.ts';
import { RwLock } from './lock.ts';
import { Scheduler } from './scheduler.ts';
import { Task } from './task.ts';
import { WaitQueue } from './wait-queue.ts';

function boot(pick: ((runnable: number) => number) | null = null) {
  const clock = new VirtualClock();
  const scheduler = new Scheduler(clock, pick);
  let tid = 0;
  const newTask = () => new Task(scheduler, ++tid, credentialsOf(0, 0));
  return { clock, scheduler, newTask };
}

test('a sleeping task tells what it sleeps on, and runs again when its queue is woken', () => {
  const { scheduler, newTask } = boot();
  const queue = new WaitQueue();
  const task = newTask();
  let ready = false;
  let ended = false;
  scheduler.start(
    task,
    sleep(task, queue, () => ready, 'the door bell'),
    () => {
      ended = true;
    },
  );
  scheduler.run();
  expect(task.sleep?.why).toBe('the door bell');
  expect([...scheduler.tasks]).toEqual([task]);
  queue.wake();
  scheduler.run();
  expect(ended).toBe(false);
  ready = true;
  queue.wake();
  scheduler.run();
  expect(ended).toBe(true);
  expect([...scheduler.tasks]).toEqual([]);
});

test.each([
  ['signal', 'event', false],
  ['signal', 'killed', false],
  ['signal', 'signal', true],
  ['killed', 'event', false],
  ['killed', 'killed', true],
  ['killed', 'signal', true],
] as const)('a %s ends a sleep until %s: %s', (kind, until, ends) => {
  const { scheduler, newTask } = boot();
  const task = newTask();
  let result: unknown = 'asleep';
  scheduler.start(
    task,
    sleep(task, new WaitQueue(), () => false, 'nothing', until),
    (end) => {
      try {
        end();
      } catch (error) {
        result = error;
      }
    },
  );
  scheduler.run();
  task.signal(kind);
  scheduler.run();
  expect(result).toBe(ends ? EINTR : 'asleep');
});

test('a deadline ends a sleep when the clock reaches it, and not before', () => {
  const { clock, scheduler, newTask } = boot();
  const task = newTask();
  let result: boolean | null = null;
  scheduler.start(
    task,
    sleepUntil(task, new WaitQueue(), () => false, 'a timeout', 'event', 30),
    (end) => {
      result = end();
    },
  );
  scheduler.run();
  clock.advance(29);
  scheduler.run();
  expect(result).toBeNull();
  clock.advance(1);
  scheduler.run();
  expect(result).toBe(false);
  expect(scheduler.nextTimer).toBeNull();
});

test('a sleep that ends early leaves no timer behind', () => {
  const { scheduler, newTask } = boot();
  const task = newTask();
  const queue = new WaitQueue();
  let ready = false;
  scheduler.start(
    task,
    sleepUntil(task, queue, () => ready, 'a timeout', 'event', 30),
    () => {},
  );
  scheduler.run();
  expect(scheduler.nextTimer).toBe(30);
  ready = true;
  queue.wake();
  scheduler.run();
  expect(scheduler.nextTimer).toBeNull();
});

test('a synchronous run that nothing can end reports what it sleeps on', () => {
  const { newTask } = boot();
  const task = newTask();
  expect(() =>
    runSync(
      task,
      sleep(task, new WaitQueue(), () => false, 'UNLINK 2'),
      () => false,
    ),
  ).toThrow(/deadlock: task 1 sleeps on UNLINK 2/);
});

test('the task of a synchronous run that takes too long knows that before its caller does', () => {
  const { clock, newTask } = boot();
  const task = newTask();
  let end: unknown = null;
  function* code(): Blocking<void> {
    try {
      yield* sleep(task, new WaitQueue(), () => false, 'WRITE 2', 'killed');
    } catch (error) {
      end = error;
    }
  }
  const wait = (): boolean => {
    clock.advance(10);
    return true;
  };
  expect(() => runSync(task, code(), wait, { timeoutMs: 25 })).toThrow(ETIMEDOUT);
  expect(end).toBe(EINTR);
});

test('an error thrown by the coroutine reaches the promise as it is', async () => {
  const { scheduler, newTask } = boot();
  const task = newTask();
  function* fail(): Blocking<void> {
    throw ENOENT;
  }
  const failed = runAsync(task, fail());
  scheduler.run();
  await expect(failed).rejects.toBe(ENOENT);
});

test('onReady is called once for many tasks made runnable outside a run', () => {
  const { scheduler, newTask } = boot();
  let calls = 0;
  scheduler.onReady = () => calls++;
  for (let i = 0; i < 3; i++) {
    const task = newTask();
    scheduler.start(
      task,
      sleep(task, new WaitQueue(), () => true, ''),
      () => {},
    );
  }
  expect(calls).toBe(1);
});

test('the same seed gives the same interleaving, another seed another', () => {
  const trace = (seed: number): string => {
    let state = seed;
    const { scheduler, newTask } = boot((runnable) => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      return state % runnable;
    });
    const order: number[] = [];
    function* hop(task: Task): Blocking<void> {
      for (let i = 0; i < 3; i++) {
        order.push(task.tid);
        const queue = new WaitQueue();
        let woken = false;
        scheduler.at(0, () => {
          woken = true;
          queue.wake();
        });
        yield* sleep(task, queue, () => woken, 'a hop');
      }
    }
    for (let i = 0; i < 6; i++) {
      const task = newTask();
      scheduler.start(task, hop(task), () => {});
    }
    scheduler.run();
    return order.join();
  };
  expect(trace(7)).toBe(trace(7));
  expect(new Set([1, 2, 3, 4, 5].map(trace)).size).toBeGreaterThan(1);
});

test('a lock lets readers share, keeps a writer alone, and serves in order of arrival', () => {
  const { scheduler, newTask } = boot();
  const lock = new RwLock();
  const gate = new WaitQueue();
  const log: string[] = [];
  let open = false;
  function* read(task: Task, name: string): Blocking<void> {
    yield* lock.lockShared(task, name);
    log.push(`+${name}`);
    yield* sleep(task, gate, () => open, 'the gate');
    log.push(`-${name}`);
    lock.unlockShared();
  }
  function* write(task: Task, name: string): Blocking<void> {
    yield* lock.lock(task, name);
    log.push(`+${name}`);
    log.push(`-${name}`);
    lock.unlock();
  }
  for (const [code, name] of [
    [read, 'r1'],
    [read, 'r2'],
    [write, 'w'],
    [read, 'r3'],
  ] as const) {
    const task = newTask();
    scheduler.start(task, code(task, name), () => {});
  }
  scheduler.run();
  expect(log).toEqual(['+r1', '+r2']);
  open = true;
  gate.wake();
  scheduler.run();
  expect(log).toEqual(['+r1', '+r2', '-r1', '-r2', '+w', '-w', '+r3', '-r3']);
});

test('a task killed while it waits for a lock leaves the line, and the next one gets the lock', () => {
  const { scheduler, newTask } = boot();
  const lock = new RwLock();
  const ends: unknown[] = [];
  const start = (): Task => {
    const task = newTask();
    scheduler.start(task, lock.lock(task, 'the lock', 'killed'), (end) => {
      try {
        ends.push(end() ?? 'locked');
      } catch (error) {
        ends.push(error);
      }
    });
    return task;
  };
  start();
  const second = start();
  start();
  scheduler.run();
  second.signal('killed');
  scheduler.run();
  expect(ends).toEqual(['locked', EINTR]);
  lock.unlock();
  scheduler.run();
  expect(ends).toEqual(['locked', EINTR, 'locked']);
});
