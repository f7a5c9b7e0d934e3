import { EINVAL, ENOMEM, Errno } from '../abi/errno.ts';
import type { Blocking } from '../task/blocking.ts';
import { credentialsOf } from '../task/credentials.ts';
import { runAtOnce } from '../task/drive.ts';
import { Task } from '../task/task.ts';
import type { Connection } from './connection.ts';

/**
 * What a connection does with one kind of notification; it throws what write(2) is to give. One that may have to wait for
 * locks is a coroutine of the task that is made for it.
 */
export type NotifyHandler = (message: Uint8Array, task: Task) => Blocking<void> | void;

/** Told what a notification came to that had to wait: null for success. */
export type Notified = (error: Errno | null) => void;

/** How many notifications of a connection may wait for locks. On Linux each holds a thread of the server. */
const MAX_WAITING = 1000;

/**
 * Hands a notification to whoever has taken on its kind. Returns the message's length. What must wait for a lock goes on
 * as a task of its own, since who writes cannot sleep; `told` hears of its end. It also hears, before this returns, of
 * one that succeeded at once.
 *
 * @throws EINVAL for a kind that nobody handles, as a kernel without it answers; ENOMEM when too many wait; what the
 *   handler throws before it waits
 * @see Linux fs/fuse/dev.c, fuse_notify()
 */
export function notify(
  connection: Connection,
  message: Uint8Array,
  { code, told }: { readonly code: number; readonly told: Notified },
): number {
  const handler = connection.notifyHandlers.get(code);
  if (handler === undefined) throw EINVAL;
  if (connection.notificationsWaiting >= MAX_WAITING) throw ENOMEM;
  const task = new Task(connection.scheduler, 0, credentialsOf(0, 0));
  const work = handler(message, task);
  let end: Errno | null | 'waits' = 'waits';
  let hasReturned = false;
  connection.notificationsWaiting++;
  runAtOnce(task, work ?? nothing(), (result) => {
    connection.notificationsWaiting--;
    end = errorOf(result);
    if (hasReturned) told(end);
  });
  hasReturned = true;
  const atOnce = end as Errno | null | 'waits';
  if (atOnce instanceof Errno) throw atOnce;
  if (atOnce === null) told(null);
  return message.length;
}

function* nothing(): Blocking<void> {}

function errorOf(result: () => unknown): Errno | null {
  try {
    result();
    return null;
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
}
