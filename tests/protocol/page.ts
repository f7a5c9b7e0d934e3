import { allOpcodes, type Opcode } from '../../src/abi/opcodes.ts';
import { gvisor, UNDEFINED_IN_GVISOR } from './gvisor.ts';
import { clientFiles, isNamedIn, otherTestFiles, type SourceFile, scenarioFiles, scenariosOf } from './sources.ts';
import type { Sightings, Tally } from './tally.ts';

/** A row of the table, cell by cell. */
export interface Row {
  readonly number: string;
  readonly opcode: string;
  readonly since: string;
  readonly calls: string;
  readonly compared: string;
  readonly scenarios: string;
  readonly tests: string;
  readonly gvisor: string;
}

const HEADINGS: Readonly<Record<keyof Row, string>> = {
  number: '#',
  opcode: 'opcode',
  since: 'since',
  calls: 'asked for by',
  compared: 'the same as Linux',
  scenarios: 'scenarios',
  tests: 'named in other tests',
  gvisor: 'gVisor',
};

/** What a cell has when there is nothing to say. */
const NOTHING = '-';
/** Who asks for what comes when it comes. */
export const NOBODY = 'nobody waits for it';
/** Who asks for what only servers and the wire format know. */
export const NOT_SENT = 'not sent';
/** Calls and tests that a cell names; it counts the others. */
const MOST_NAMED = 10;
const MOST_TESTS = 3;

const listed = (things: readonly string[], most: number): string => {
  if (things.length === 0) return NOTHING;
  const more = things.length > most ? [`and ${things.length - most} more`] : [];
  return [...things.slice(0, most), ...more].join(', ');
};

/** What stands in the header and in other people's source: known without a run. */
export const fixedCells = ({ number, name, since }: Opcode): Pick<Row, 'number' | 'opcode' | 'since' | 'gvisor'> => ({
  number: String(number),
  opcode: name,
  since: `7.${since}`,
  gvisor: gvisor[name] ?? UNDEFINED_IN_GVISOR,
});

/** What runs of the oracle's scripts tell of an opcode. */
export type Seen = Pick<Row, 'calls' | 'compared'>;

/** What a tally has of an opcode; undefined when no kernel sent it. */
export function seenBy(tally: Tally, opcode: string): Seen | undefined {
  const sightings = tally.of(opcode);
  return sightings && { calls: callsOf(sightings), compared: comparedOf(sightings) };
}

function callsOf({ calls }: Sightings): string {
  if (calls.size === 0) return NOBODY;
  const byCount = [...calls].sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1));
  return listed(
    byCount.map(([call]) => call),
    MOST_NAMED,
  );
}

function comparedOf({ calls, seen, equal, known }: Sightings): string {
  const reasons = [...known].map((name) => `; listed: *${name}*`).join('');
  return `${equal} of ${seen} ${calls.size > 0 ? 'steps' : 'scripts'}${reasons}`;
}

function scenariosNaming(opcode: string, files: readonly SourceFile[]): string {
  const found = files
    .map((file) => ({ name: file.name.split('/').at(-1) ?? '', count: scenariosOf(opcode, file) }))
    .filter(({ count }) => count > 0);
  return listed(
    found.map(({ name, count }) => `${name} ${count}`),
    found.length,
  );
}

/** All rows, of what is in the source now and what was seen. */
export function rowsOf(seen: (opcode: string) => Seen | undefined): Row[] {
  const [client, scenarios, others] = [clientFiles(), scenarioFiles(), otherTestFiles()];
  return allOpcodes.map((opcode) => {
    const { name } = opcode;
    const isSent = client.some((file) => isNamedIn(name, file));
    const { calls, compared } = seen(name) ?? { calls: NOTHING, compared: NOTHING };
    const naming = others.filter((file) => isNamedIn(name, file));
    return {
      ...fixedCells(opcode),
      calls: isSent ? calls : NOT_SENT,
      compared,
      scenarios: scenariosNaming(name, scenarios),
      tests: listed(
        naming.map((file) => file.name),
        MOST_TESTS,
      ),
    };
  });
}

const COLUMNS = Object.keys(HEADINGS) as (keyof Row)[];

/** The table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(Object.values(HEADINGS)),
    line(COLUMNS.map((column) => (column === 'number' ? '---:' : '---'))),
    ...rows.map((row) => line(COLUMNS.map((column) => row[column]))),
  ].join('\n');
}

/** The rows of a page that has the table. */
export function readRows(page: string): Row[] {
  const lines = page.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  return lines.map((line) => {
    const cells = line.slice(2, -2).split(' | ');
    if (cells.length !== COLUMNS.length) throw new Error(`not ${COLUMNS.length} cells: ${line}`);
    return Object.fromEntries(COLUMNS.map((column, at) => [column, cells[at]])) as unknown as Row;
  });
}
