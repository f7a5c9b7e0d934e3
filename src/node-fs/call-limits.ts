import { invalidArgType, outOfRange } from './node-errors.ts';
import { toSignal } from './validate.ts';

/**
 * How long calls of an fs may take. One that has not ended then fails, though its server may still do what it was asked:
 * a request that was not read yet is taken back, after another goes INTERRUPT, which the server is free to ignore. What the
 * call began is undone when the server answers, or is gone; until then it holds what it has locked, as in Linux.
 */
export interface CallLimits {
  /** Milliseconds of each call, after which it fails with ETIMEDOUT; synchronous calls too. */
  readonly timeoutMs?: number | undefined;
  /** Ends all calls under way with an AbortError, and lets none begin. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function checkCallLimits({ timeoutMs, signal }: CallLimits = {}): CallLimits {
  toSignal(signal);
  if (timeoutMs !== undefined && typeof timeoutMs !== 'number')
    throw invalidArgType('timeoutMs', 'of type number', timeoutMs);
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= LONGEST)) {
    throw outOfRange('timeoutMs', `> 0 && <= ${LONGEST}`, timeoutMs);
  }
  return { timeoutMs, signal };
}

/** As of Node's timers. */
const LONGEST = 2 ** 31 - 1;
