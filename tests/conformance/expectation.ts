import * as errnos from '../../src/abi/errno.ts';
import type { Step } from '../oracle/script.ts';

/**
 * What a case must give, as written behind its `->`:
 *
 * - nothing, or `$name`: success;
 * - a number, bytes or an errno's name: exactly that;
 * - for a call of the stat family, fields: `type=fifo perm=0755 nlink=2`. `perm` is the mode without its type. `ctime>mtime@d` and
 *   `ino=ino@f` compare with a field of the last successful look at `d` or `f`;
 * - `EPERM but EISDIR`: the first is what POSIX says, the second what Linux does.
 */
export interface Expectation {
  /** What POSIX asks for; null for any success. */
  readonly posix: string | null;
  /** What Linux gives where that is something else. */
  readonly linux: string | null;
}

export function expectationOf(text: string | null): Expectation {
  const [posix = null, linux = null] = text?.split(' but ') ?? [];
  return { posix, linux };
}

/** The fields of a result of the stat family by their names. */
type Fields = ReadonlyMap<string, string>;

const TYPES: Readonly<Record<string, string>> = {
  1: 'fifo',
  2: 'char',
  4: 'dir',
  6: 'block',
  10: 'regular',
  12: 'symlink',
  14: 'socket',
};

/** Judges the results of an assertion's steps, one after the other. */
export class Judge {
  /** The last look at each path, or descriptor by its name. */
  readonly #seen = new Map<string, Fields>();

  /** Whether a step's result is as POSIX says ('posix'), as is known of Linux ('linux'), or wrong. */
  judge(step: Step, { posix, linux }: Expectation, result: string): 'posix' | 'linux' | 'wrong' {
    const fields = fieldsOf(result);
    const verdict = this.#meets(posix, result, fields) ? 'posix' : 'wrong';
    const known = verdict === 'wrong' && linux !== null && this.#meets(linux, result, fields);
    if (fields !== null) this.#seen.set(nameOf(step), fields);
    return known ? 'linux' : verdict;
  }

  #meets(expected: string | null, result: string, fields: Fields | null): boolean {
    if (expected === null) return !isErrno(result);
    if (fields === null || isErrno(expected)) return result === expected;
    return expected.split(' ').every((condition) => this.#holds(condition, fields));
  }

  #holds(condition: string, fields: Fields): boolean {
    const [, name = '', relation = '', wanted = ''] = /^([a-z]+)(=|>)(\S+)$/.exec(condition) ?? [];
    const value = fields.get(name);
    if (value === undefined) throw new Error(`no condition of a stat: ${condition}`);
    const other = this.#valueOf(wanted);
    return relation === '=' ? value === other : nanoseconds(value) > nanoseconds(other);
  }

  /** `ctime@f` is that field at the last look at f; the rest means itself. */
  #valueOf(wanted: string): string {
    const [, name = '', place = ''] = /^([a-z]+)@(\S+)$/.exec(wanted) ?? [];
    if (name === '') return wanted;
    const value = this.#seen.get(place)?.get(name);
    if (value === undefined) throw new Error(`nothing is known of ${wanted}`);
    return value;
  }
}

const isErrno = (text: string): boolean => Object.hasOwn(errnos, text);

const nanoseconds = (time: string): bigint => BigInt(time.replace('.', ''));

/** `mode=0100644 nlink=1 ...` with `type` and `perm` made of the mode; null when the result is not of that kind. */
function fieldsOf(result: string): Fields | null {
  const mode = /^mode=0(\d+)(\d{4}) /.exec(result);
  if (mode === null) return null;
  const fields = new Map(result.split(' ').map((word) => word.split('=') as [string, string]));
  fields.set('type', TYPES[mode[1] as string] ?? 'unknown');
  fields.set('perm', mode[2] as string);
  return fields;
}

/** What a step looked at: a path, or `$name` for a descriptor. */
function nameOf({ args: [place] }: Step): string {
  return typeof place === 'object' ? `$${place.variable}` : String(place);
}
