import type { Difference } from './compare.ts';
import { type KnownDifference, knownAs, knownDifferences } from './known-differences.ts';
import type { Verdict } from './oracle.ts';

interface Row {
  steps: number;
  equal: number;
  known: number;
  different: number;
  readonly errnos: Set<string>;
}

/** What all scripts of a run came to, call by call. */
export class Report {
  scripts = 0;
  steps = 0;
  readonly #rows = new Map<string, Row>();
  readonly #seen = new Set<KnownDifference>();

  /** Counts a verdict. Returns the first difference that is not listed; undefined when there is none. */
  add({ script, linux, differences }: Verdict): Difference | undefined {
    this.scripts++;
    const unlisted = differences.filter((difference) => {
      const known = knownAs(difference);
      if (known !== undefined) this.#seen.add(known);
      return known === undefined;
    });
    for (const [at, step] of script.steps.entries()) {
      this.steps++;
      const row = this.#row(step.call);
      row.steps++;
      const here = differences.filter((difference) => difference.step === step);
      if (here.length === 0) row.equal++;
      else if (here.some((difference) => unlisted.includes(difference))) row.different++;
      else row.known++;
      const result = linux.results[at] ?? '';
      if (here.length === 0 && /^E[A-Z0-9]+$/.test(result)) row.errnos.add(result);
    }
    return unlisted[0];
  }

  /** In one line. */
  summary(): string {
    const rows = [...this.#rows.values()];
    const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
    return `${this.scripts} runs of scripts, ${this.steps} steps: ${sum(({ equal }) => equal)} equal, ${sum(({ known }) => known)} listed, ${sum(({ different }) => different)} different`;
  }

  /** Listed differences that did not happen. */
  get gone(): KnownDifference[] {
    return knownDifferences.filter((known) => !this.#seen.has(known));
  }

  /** The calls that no script made. */
  missing(calls: readonly string[]): string[] {
    return calls.filter((call) => !this.#rows.has(call));
  }

  table(): string {
    const rows = [...this.#rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = rows.map(([call, { steps, equal, known, different, errnos }]) =>
      [
        call.padEnd(14),
        ...[steps, equal, known, different].map((count) => String(count).padStart(9)),
        `  ${[...errnos].sort().join(' ')}`,
      ].join(''),
    );
    const head = `${'call'.padEnd(14)}${['steps', 'equal', 'listed', 'differ'].map((word) => word.padStart(9)).join('')}  errors seen alike`;
    return [head, ...lines].join('\n');
  }

  #row(call: string): Row {
    const row = this.#rows.get(call) ?? { steps: 0, equal: 0, known: 0, different: 0, errnos: new Set<string>() };
    this.#rows.set(call, row);
    return row;
  }
}

/** A difference with all that led to it. */
export function explain({ script, variant, linux, fusewire, differences }: Verdict, difference?: Difference): string {
  const shown = difference ?? differences.find((each) => knownAs(each) === undefined);
  const lines = script.steps.map((step, at) => {
    const [left, right] = [linux.results[at], fusewire.results[at]];
    const both = left === right ? left : `Linux: ${left}   Fusewire: ${right}`;
    const who = script.tasks.length > 1 ? `@${step.task} ` : '';
    return `    ${who}${step.line.replace(/^@\d+\s+/, '').replace(/\s+->.*/, '')}${step.bind === null ? '' : ` -> $${step.bind}`}   => ${both}`;
  });
  const setUp = script.setUp.map(({ line }) => `    (set-up) ${line}`);
  const what =
    shown === undefined
      ? []
      : [
          `  ${shown.kind}${shown.step === null ? ' at the end' : ` of ${shown.step.line}`}`,
          ...indent('Linux:    ', shown.linux),
          ...indent('Fusewire: ', shown.fusewire),
        ];
  return [`${script.name} (${variant})`, ...setUp, ...lines, ...what].join('\n');
}

const indent = (head: string, text: string): string[] =>
  (text === '' ? ['(nothing)'] : text.split('\n')).map(
    (line, at) => `    ${at === 0 ? head : ' '.repeat(head.length)}${line}`,
  );
