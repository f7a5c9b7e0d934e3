import { EINTR, ERESTARTSYS } from '../abi/errno.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';

/**
 * Makes a call that a signal may end, and makes it anew, from its arguments on, as long as the signal's handler has
 * SA_RESTART. Without a signal Linux does not look at the error, and the caller sees it as it is: number 512.
 *
 * @throws EINTR when the signal does not let it be made anew; ERESTARTSYS without a signal; what the call throws
 * @see signal(7), and Linux arch/x86/kernel/signal.c, handle_signal()
 */
export function* restartable<T>(task: Task, call: () => Blocking<T>): Blocking<T> {
  for (;;) {
    try {
      return yield* call();
    } catch (error) {
      if (error !== ERESTARTSYS || task.pending === 'none') throw error;
      if (task.pending !== 'restart') throw EINTR;
      task.handleSignal();
    }
  }
}
