import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { allOpcodes } from '../../src/abi/opcodes.ts';
import { calls } from '../oracle/calls.ts';
import { gvisor } from './gvisor.ts';
import { fixedCells, NOBODY, NOT_SENT, readRows, rowsOf } from './page.ts';
import { isNamedIn, type SourceFile, scenariosOf } from './sources.ts';

const root = path.join(import.meta.dirname, '../..');
const rows = readRows(readFileSync(path.join(root, 'docs/protocol.md'), 'utf8'));

/** The names in a cell that lists some of them. */
const namesIn = (cell: string): string[] =>
  cell === '-' ? [] : cell.split(', ').filter((word) => !/^and \d+ more$/.test(word));

function fileOf(name: string): SourceFile | null {
  const place = path.join(root, `${name}.test.ts`);
  return existsSync(place) ? { name, text: readFileSync(place, 'utf8') } : null;
}

describe('docs/protocol.md', () => {
  test('has the rows of the opcodes, as they are', () => {
    const known = rows.map(({ number, opcode, since, gvisor }) => ({ number, opcode, since, gvisor }));
    expect(known, 'npm run protocol').toEqual(allOpcodes.map(fixedCells));
  });

  test('knows which of them are sent', () => {
    const sent = rowsOf(() => undefined).filter(({ calls }) => calls !== NOT_SENT);
    const shown = rows.filter(({ calls }) => calls !== NOT_SENT);
    expect(
      shown.map(({ opcode }) => opcode),
      'npm run protocol',
    ).toEqual(sent.map(({ opcode }) => opcode));
  });

  test('names system calls that scripts can make', () => {
    const named = rows.flatMap(({ calls }) => ([NOBODY, NOT_SENT].includes(calls) ? [] : namesIn(calls)));
    expect(named.filter((call) => !Object.hasOwn(calls, call))).toEqual([]);
    expect(named.length).toBeGreaterThan(100);
  });

  test('names tests in which the opcode is', () => {
    const wrong = rows.flatMap(({ opcode, tests, scenarios }) => [
      ...namesIn(tests).filter((name) => {
        const file = fileOf(name);
        return file === null || !isNamedIn(opcode, file);
      }),
      ...namesIn(scenarios).filter((words) => {
        const file = fileOf(`tests/scenarios/${words.split(' ')[0]}`);
        return file === null || scenariosOf(opcode, file) === 0;
      }),
    ]);
    expect(wrong, 'npm run protocol').toEqual([]);
  });

  test('says of gVisor only what is about an opcode', () => {
    const names = new Set(allOpcodes.map(({ name }) => name));
    expect(Object.keys(gvisor).filter((name) => !names.has(name))).toEqual([]);
  });

  test('has nothing that is sent and that nothing tests', () => {
    const untested = rows.filter(
      ({ calls, ...row }) =>
        calls !== NOT_SENT && [row.compared, row.scenarios, row.tests].every((cell) => cell === '-'),
    );
    expect(untested.map(({ opcode }) => opcode)).toEqual([]);
  });
});
