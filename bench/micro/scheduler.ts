import { bench, group } from 'mitata';
import { type Blocking, sleepUntil } from '../../src/task/blocking.ts';
import { VirtualClock } from '../../src/task/clock.ts';
import { credentialsOf } from '../../src/task/credentials.ts';
import { Scheduler } from '../../src/task/scheduler.ts';
import { Task } from '../../src/task/task.ts';
import { WaitQueue } from '../../src/task/wait-queue.ts';

const credentials = credentialsOf(0, 0);

function* nothing(): Blocking<void> {}

/** Sleeps whenever it is woken, and counts that. */
function* sleeper(task: Task, queue: WaitQueue, seen: { wakes: number }): Blocking<void> {
  for (;;) {
    const before = seen.wakes;
    yield* sleepUntil(task, queue, () => seen.wakes > before, 'the next turn', 'event');
  }
}

/** What a task costs that does nothing: its start and end, and a sleep. */
export function schedulerBenches(): void {
  group('scheduler', () => {
    const scheduler = new Scheduler(new VirtualClock());
    bench('start and end of a task', () => {
      scheduler.start(new Task(scheduler, 1, credentials), nothing(), () => {});
      scheduler.run();
    });
    const queue = new WaitQueue();
    const seen = { wakes: 0 };
    const task = new Task(scheduler, 2, credentials);
    scheduler.start(task, sleeper(task, queue, seen), () => {});
    scheduler.run();
    bench('wake and sleep', () => {
      seen.wakes++;
      queue.wake();
      scheduler.run();
    });
  });
}
