import type { Credentials } from '../task/credentials.ts';
import type { Scheduler } from '../task/scheduler.ts';
import { Task } from '../task/task.ts';
import type { Process } from './process.ts';

/** A task that makes system calls for a process; a process may have several. */
export class Thread extends Task {
  readonly process: Process;

  /** `tid` is the process's own pid for its first thread. */
  constructor(scheduler: Scheduler, process: Process, credentials: Credentials, tid: number = process.pid) {
    super(scheduler, tid, credentials);
    this.process = process;
  }
}
