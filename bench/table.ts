import type { Case } from './case.ts';
import type { Result } from './results.ts';
import { pairedRatio, type Spread, spreadOf } from './statistics.ts';
import type { Letter } from './subjects.ts';
import type { Target, Verdict } from './targets.ts';

/** Whom all others are compared with. */
export const yardstick: Letter = 'd';

/** How many times: two digits behind the point while they count. */
export const times = (value: number): string => `${value < 10 ? value.toFixed(2) : short(value)}x`;

/** A number with three digits that count. */
export function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

const withSpread = ({ median, least, most }: Spread, form: (value: number) => string = short): string =>
  `${form(median)} (${form(least)} to ${form(most)})`;

const forms: Readonly<Record<Target['kind'], (value: number) => string>> = {
  rate: (value) => `${short(value)}/s`,
  times,
  bytes: (value) => `${short(value)} B`,
  percent: (value) => `${value.toFixed(1)}%`,
};

/** The columns of a case's table. */
export const caseColumns = ['way', '', 'a second', `times (${yardstick})`, 'CPU, us', 'system calls'];

/** The rows of a case's table: one for each way of each subject. */
export function caseRows(results: readonly Result[]): string[][] {
  return results.map((result) => {
    const { way, subject, rates, cpu, systemCalls } = result;
    const other = results.find((one) => one.way === way && one.subject === yardstick);
    const ratio = other === undefined ? '' : withSpread(pairedRatio(rates, other.rates), forms.times);
    return [
      way,
      subject,
      withSpread(spreadOf(rates)),
      ratio,
      cpu === null ? '' : short(cpu),
      systemCalls === null ? '' : short(systemCalls),
    ];
  });
}

/** The columns of the table of targets. */
export const targetColumns = ['what must hold', 'target', 'measured', 'met'];

/** The rows of the table of targets. */
export const targetRows = (verdicts: readonly Verdict[]): string[][] =>
  verdicts.map(({ target, spread, isMet }) => [
    target.title,
    `${target.bound} ${forms[target.kind](target.limit)}`,
    spread === null ? 'not measured' : withSpread(spread, forms[target.kind]),
    isMet === null ? '' : isMet ? 'yes' : 'NO',
  ]);

/** Lines up columns for a terminal. */
export function align(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((title, index) => Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The same as a table of Markdown. */
export function markdown(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What stands above a case's table. */
export const caseTitle = ({ name, title, unit, setup }: Case): string =>
  `${name}: ${title} (${unit} a second; set-up: ${setup})`;
