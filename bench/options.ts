import { parseArgs } from 'node:util';
import type { Sizes } from './case.ts';
import type { Effort } from './measure.ts';
import type { Letter } from './subjects.ts';

/** What a run is asked to do. */
export interface Options extends Effort {
  /** Cases whose name begins with one of these; all when there is none. */
  readonly cases: readonly string[];
  /** Whom to measure; null for everybody. */
  readonly subjects: readonly Letter[] | null;
  readonly task: 'measure' | 'micro' | 'list' | 'help';
  /** Count system calls too, by strace(1). */
  readonly systemCalls: boolean;
  /** Write what comes out into docs/performance.md. */
  readonly record: boolean;
  /** Results of an earlier run to judge and to write, instead of measuring; null to measure. */
  readonly from: string | null;
  /** The file for the results. */
  readonly json: string | null;
}

const MIB = 2 ** 20;

const sizesOf: Readonly<Record<'quick' | 'normal' | 'record', Sizes>> = {
  quick: { file: 32 * MIB, entries: 10_000, tree: 2_000, inodes: 20_000 },
  normal: { file: 256 * MIB, entries: 100_000, tree: 50_000, inodes: 100_000 },
  record: { file: 1024 * MIB, entries: 100_000, tree: 50_000, inodes: 1_000_000 },
};

/** What can be written behind `npm run bench --`. */
export const usage = `npm run bench [-- OPTIONS]
  micro             the parts alone: codec, scheduler, walk, caches
  --list            name the cases
  --case NAME       only cases whose name begins like this; may be repeated
  --subjects a,c,d  only these
  --quick           about a minute: few rounds, small sizes
  --rounds N        rounds that count; default 5
  --turn MS         how long a turn lasts at least; default 300
  --size MIB        the large file; default 256, 1024 with --record
  --syscalls        count system calls too, if strace(1) is there; always with --record
  --json FILE       where the results go; default build/bench.json
  --record          write docs/performance.md and its plots; measures everything
  --from FILE       measure nothing: take the results of an earlier run`;

/** @throws TypeError for what is no option, or a number that is none */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      list: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: [] },
      subjects: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      turn: { type: 'string' },
      size: { type: 'string' },
      syscalls: { type: 'boolean', default: false },
      json: { type: 'string' },
      record: { type: 'boolean', default: false },
      from: { type: 'string' },
    },
  });
  if (positionals.some((word) => word !== 'micro'))
    throw new TypeError(`${positionals.join(' ')}: the only word is micro`);
  const { quick, record } = values;
  if (record && (quick || values.case.length > 0 || values.subjects !== undefined)) {
    throw new TypeError('--record: only a whole run is recorded, without --quick, --case and --subjects');
  }
  const sizes = sizesOf[record ? 'record' : quick ? 'quick' : 'normal'];
  return {
    cases: values.case,
    subjects: lettersOf(values.subjects),
    task: taskOf(values, positionals),
    rounds: count('--rounds', values.rounds, quick ? 3 : 5),
    turn: count('--turn', values.turn, quick ? 40 : 300),
    sizes: { ...sizes, file: count('--size', values.size, sizes.file / MIB) * MIB },
    systemCalls: values.syscalls || record,
    record,
    json: values.json ?? null,
    from: values.from ?? null,
  };
}

function taskOf({ help, list }: { help: boolean; list: boolean }, words: readonly string[]): Options['task'] {
  if (help) return 'help';
  if (list) return 'list';
  return words.length > 0 ? 'micro' : 'measure';
}

function lettersOf(text: string | undefined): Letter[] | null {
  if (text === undefined) return null;
  const letters = text.split(',');
  if (!letters.every((letter) => /^[a-g]$/.test(letter)))
    throw new TypeError(`--subjects ${text}: letters from a to g`);
  return letters as Letter[];
}

function count(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(`${option} ${text}: a positive number is expected`);
  return Number(text);
}
