import { Errno } from '../../abi/errno.ts';
import type { Listener, RequestStep } from '../../fuse/events.ts';
import type { Request } from '../../fuse/request.ts';

/** What became of one request, and when: times are monotonic milliseconds. */
export interface Life {
  readonly unique: number;
  readonly opcode: string;
  readonly nodeid: bigint;
  /** The names in the request, as far as they are text. */
  readonly names: readonly string[];
  readonly pid: number;
  readonly requestSize: number; // bytes
  readonly replySize: number; // bytes
  readonly steps: ReadonlyMap<RequestStep, number>;
  /** The code of the errno it ended with; null for success. */
  readonly error: string | null;
}

const last: ReadonlySet<RequestStep> = new Set(['completed', 'aborted']);

/** Listens to a connection's events and hands on each request's life once that is over. */
export function collectLives(done: (life: Life) => void): Listener {
  const begun = new Map<Request, Map<RequestStep, number>>();
  return ({ step, time, request }) => {
    const steps = begun.get(request) ?? new Map<RequestStep, number>();
    steps.set(step, time);
    const isOver = last.has(step) || (step === 'read' && request.opcode.reply === 'none');
    if (!isOver) {
      begun.set(request, steps);
      return;
    }
    begun.delete(request);
    done(lifeOf(request, steps));
  };
}

const lifeOf = (request: Request, steps: ReadonlyMap<RequestStep, number>): Life => ({
  unique: request.unique,
  opcode: request.opcode.name,
  nodeid: request.nodeid,
  names: (request.call.names ?? []).map((name) => Buffer.from(name, 'latin1').toString()),
  pid: request.caller.pid,
  requestSize: request.size,
  replySize: request.replySize,
  steps,
  error: request.error instanceof Errno ? request.error.code : null,
});

/** Milliseconds from one step to another; null when one of them did not happen. */
export function between(life: Life, from: RequestStep, to: RequestStep): number | null {
  const start = life.steps.get(from);
  const end = life.steps.get(to);
  return start === undefined || end === undefined ? null : end - start;
}

/** Milliseconds from the first step to the last. */
export function total({ steps }: Life): number {
  const times = [...steps.values()];
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}
