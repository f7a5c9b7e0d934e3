import type { BackingKind } from './backings.ts';

/** What the cases find, as docs/path-servers.md has it: a row for each case, a column for each file system. */
export function table(cases: readonly string[], backings: readonly BackingKind[]): string {
  const notes: string[] = [];
  const noteOf = (why: string): number => {
    if (!notes.includes(why)) notes.push(why);
    return notes.indexOf(why) + 1;
  };
  const cell = (name: string, { differences }: BackingKind): string => {
    const difference = differences[name];
    return difference === undefined ? 'yes' : `no (${noteOf(difference.why)})`;
  };
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = cases.map((name) => row([name, ...backings.map((backing) => cell(name, backing))]));
  return [
    row(['', ...backings.map(({ name }) => name)]),
    row(['---', ...backings.map(() => '---')]),
    ...rows,
    '',
    ...notes.map((why, index) => `${index + 1}. ${why}`),
  ].join('\n');
}
