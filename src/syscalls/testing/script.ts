import * as ioctl from '../../abi/ioctl.ts';
import * as linux from '../../abi/linux.ts';

const constants: Readonly<Record<string, unknown>> = { ...linux, ...ioctl };

/** An argument of a call: a number, bytes as text, or the value that an earlier step bound to a name. */
export type Argument = number | string | { readonly variable: string };

/** One system call of a script and what it must give. */
export interface Step {
  readonly line: string;
  readonly call: string;
  readonly args: readonly Argument[];
  /** The result as text or an errno's name; null for any success. */
  readonly expected: string | null;
  /** The name its number is kept under. */
  readonly bind: string | null;
}

/**
 * Reads a script: a call a line, `name argument ... -> result`.
 *
 * An argument is a number (10, 0644, -1), constants (O_CREAT|O_RDWR), a variable ($fd), '' for the empty text, `x*300` for
 * 300 times x (and more behind it), or else text. A result is the value as text, an errno's name, or `$name` to keep a number; a line without
 * one must succeed.
 */
export const parse = (script: string): Step[] =>
  script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(parseLine);

function parseLine(line: string): Step {
  const [left = '', right = null] = line.split(/\s+->\s*/);
  const [call = '', ...words] = left.split(/\s+/);
  const bind = right?.startsWith('$') ? right.slice(1) : null;
  return { line, call, args: words.map(argument), expected: bind === null ? right : null, bind };
}

function argument(word: string): Argument {
  if (word === "''") return '';
  if (word.startsWith('$')) return { variable: word.slice(1) };
  if (/^-?0[0-7]+$/.test(word)) return Number.parseInt(word, 8);
  if (/^-?\d+$/.test(word)) return Number(word);
  if (/^0x[0-9a-f]+$/.test(word)) return Number(word);
  const repeated = /^(\S*)\*(\d+)(\S*)$/.exec(word);
  if (repeated !== null) return (repeated[1] as string).repeat(Number(repeated[2])) + repeated[3];
  if (/^[A-Z][A-Z0-9]*_[A-Z0-9_]+(\|.*)?$/.test(word))
    return word.split('|').reduce((sum, name) => sum | constant(name), 0);
  return word;
}

function constant(word: string): number {
  const value = /^\d/.test(word) ? argument(word) : constants[word];
  if (typeof value !== 'number') throw new Error(`no constant ${word}`);
  return value;
}
