import { Errno } from '../../src/abi/errno.ts';
import { attributeCalls } from './calls/attributes.ts';
import type { Call, Value } from './calls/call.ts';
import { contentCalls } from './calls/contents.ts';
import { descriptorCalls } from './calls/descriptors.ts';
import { ioctlCalls } from './calls/ioctl.ts';
import { lockCalls } from './calls/locks.ts';
import { mountCalls } from './calls/mounts.ts';
import { nameCalls } from './calls/names.ts';
import { readinessCalls } from './calls/readiness.ts';
import { xattrCalls } from './calls/xattr.ts';
import type { Argument, Step } from './script.ts';

/** Every system call that a script can make, by its name in the man pages. */
export const calls: Readonly<Record<string, Call>> = {
  ...descriptorCalls,
  ...nameCalls,
  ...contentCalls,
  ...attributeCalls,
  ...xattrCalls,
  ...lockCalls,
  ...readinessCalls,
  ...ioctlCalls,
  ...mountCalls,
};

/** @throws Error when a step's call or arguments cannot be */
export function checkStep({ call, args, line }: Step): void {
  const row = calls[call];
  if (row === undefined) throw new Error(`no such call: ${line}`);
  const { parameters } = row;
  const least = parameters.filter((kind) => kind !== 'number?').length;
  if (args.length < least || args.length > parameters.length) {
    throw new Error(`${call} takes ${parameters.join(' ')}: ${line}`);
  }
  for (const [at, argument] of args.entries()) {
    const kind = parameters[at];
    const wantsNumber = kind === 'fd' || kind === 'number' || kind === 'number?';
    if (wantsNumber && typeof argument === 'string') throw new Error(`${argument} is no number: ${line}`);
  }
}

/** The numbers that steps kept. */
export type Variables = Record<string, number>;

/** A step's arguments; a number that nothing was kept for is -1. */
export const resolved = (args: readonly Argument[], variables: Variables): Value[] =>
  args.map((argument) => (typeof argument === 'object' ? (variables[argument.variable] ?? -1) : argument));

/** What a step gave: its line of text, or its errno's name. Keeps the number that the step wants kept. */
export function outcomeOf({ bind }: Step, variables: Variables, run: () => string): string {
  try {
    const result = run();
    if (bind !== null) variables[bind] = Number(result);
    return result;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (bind !== null) variables[bind] = -1;
    return error.code;
  }
}
