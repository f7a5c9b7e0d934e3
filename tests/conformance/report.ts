import { type Failure, failureOf, known } from './known.ts';
import { exclusions, suite, suiteFiles } from './suite.ts';
import { tables } from './tables.ts';
import type { Case } from './trial.ts';

interface Row {
  cases: number;
  linux: number;
  linuxDeviates: number;
  fusewire: number;
  known: number;
  failed: number;
}

const emptyRow = (): Row => ({ cases: 0, linux: 0, linuxDeviates: 0, fusewire: 0, known: 0, failed: 0 });

const HEADINGS = [
  'call',
  'assertions',
  'cases',
  'Linux',
  'Linux differs from POSIX',
  'Fusewire',
  'known to fail',
  'failed',
];

/** What the cases of a run came to. */
export class Report {
  /** What was not listed, each in a few lines. */
  readonly failures: Failure[] = [];
  readonly #rows = new Map<string, Row>();
  readonly #assertions = new Map<string, Set<string>>();
  readonly #deviations = new Set<string>();
  readonly #seen = new Set<string>();

  /** Counts a case. Returns what is wrong with it, where that is not listed. */
  add(tried: Case): Failure | null {
    const row = this.#rows.get(tried.call) ?? emptyRow();
    this.#rows.set(tried.call, row);
    const names = this.#assertions.get(tried.call) ?? new Set();
    this.#assertions.set(tried.call, names.add(tried.assertion));
    row.cases++;
    if (tried.linuxVerdict === 'posix') row.linux++;
    if (tried.linuxVerdict === 'linux') {
      row.linuxDeviates++;
      this.#deviations.add(`${tried.call}: ${tried.assertion}`);
    }
    const failure = failureOf(tried);
    if (failure === null) row.fusewire++;
    else if (failure.known !== null) {
      row.known++;
      this.#seen.add(failure.known.name);
    } else {
      row.failed++;
      this.failures.push(failure);
      return failure;
    }
    return null;
  }

  /** What is listed and did not happen. */
  get gone(): string[] {
    return known.map(({ name }) => name).filter((name) => !this.#seen.has(name));
  }

  /** A line a call, in Markdown. `Fusewire` are the cases in which it does what Linux does. */
  table(): string {
    const rows = [...this.#rows].map(([call, row]): (string | number)[] => [
      call,
      this.#assertions.get(call)?.size ?? 0,
      ...Object.values(row),
    ]);
    const sums = HEADINGS.slice(1).map((_, at) => rows.reduce((sum, row) => sum + Number(row[at + 1]), 0));
    return markdown(HEADINGS, [...rows, ['all', ...sums]]);
  }

  /** The assertions some case of which is not so on Linux. */
  deviations(): string {
    return [...this.#deviations].map((name) => `- ${name}`).join('\n');
  }
}

/** What is known to fail, as a list. */
export const knownFailures = (): string => known.map(({ name, reason }) => `- *${name}*: ${reason}`).join('\n');

/** Which assertions have the cases of which file of the suite, and which files none has. */
export function coverage(): string {
  const rows = suiteFiles.flatMap(([file, results]) => {
    const covering = tables.flatMap(({ call, assertions }) =>
      assertions.filter(({ covers }) => covers.includes(file)).map(({ name }) => `${call}: ${name}`),
    );
    return covering.length === 0 ? [] : [[file, results === 0 ? 'skips itself' : results, covering.join('<br>')]];
  });
  const excluded = exclusions.map(({ reason, files }) => [files.length, reason, shortened(files)]);
  return [
    markdown(['file', 'its results on Linux', 'assertions here'], rows),
    '### What is left out',
    markdown(['files', 'why', 'which'], excluded),
  ].join('\n\n');
}

/** `chmod/08 10, chown/08`; a whole folder by its name. */
function shortened(files: readonly string[]): string {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const [folder = '', number = ''] = file.split('/');
    folders.set(folder, [...(folders.get(folder) ?? []), number]);
  }
  return [...folders]
    .map(([folder, numbers]) => (numbers.length === suite[folder]?.length ? folder : `${folder}/${numbers.join(' ')}`))
    .join(', ');
}

function markdown(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  const isNumber = headings.map((_, at) => rows.every((row) => typeof row[at] === 'number'));
  return [line(headings), line(isNumber.map((is) => (is ? '---:' : '---'))), ...rows.map(line)].join('\n');
}
