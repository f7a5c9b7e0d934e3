import { expect } from 'vitest';
import { Errno } from '../../abi/errno.ts';
import type { Thread } from '../../process/thread.ts';
import type { Blocking } from '../../task/blocking.ts';
import { Machine } from './machine.ts';

/** What the server may hear at any time after the call that caused it. */
const asynchronous = /^(?:FORGET|RELEASE|RELEASEDIR) /;

/** A machine on which every call is compared with the requests that Linux sends for it. */
export class Scenario extends Machine {
  /** The call succeeds after these requests. Returns its value. */
  does<T>(code: (task: Thread) => Blocking<T>, ...requests: string[]): T {
    const { log, result } = this.trace(code);
    expect({ result, log: ordered(log) }).toEqual({ result, log: ordered(requests) });
    expect(result).not.toBeInstanceOf(Errno);
    return result as T;
  }

  /** The call fails with this errno after these requests. */
  fails(errno: Errno, code: (task: Thread) => Blocking<unknown>, ...requests: string[]): void {
    const { log, result } = this.trace(code);
    expect({ result, log: ordered(log) }).toEqual({ result: errno, log: ordered(requests) });
  }
}

/** Puts what is asynchronous behind the rest. */
function ordered(log: readonly string[]): string[] {
  const late = log.filter((line) => asynchronous.test(line));
  return [...log.filter((line) => !asynchronous.test(line)), ...late.sort()];
}
