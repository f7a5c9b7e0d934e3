import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allOpcodes } from '../../src/abi/opcodes.ts';
import { gvisor } from './gvisor.ts';
import { OpcodeUse } from './opcode-use.ts';
import { protocolTable } from './protocol-table.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
/** The cells that need no run of the oracle: opcode, minor, and what gVisor does. */
const fixed = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => /^\| [A-Z0-9_]+ \(/.test(line))
    .map((line) => line.split(' | '))
    .map((cells) => [cells[0], cells[2], cells.at(-1)].join(' | '));

test('docs/protocol.md has a row for each opcode, with its minor', () => {
  expect(fixed(page)).toEqual(fixed(protocolTable(new OpcodeUse())));
});

test('docs/protocol.md shows no opcode that differs from Linux without being listed', () => {
  expect(page).not.toContain('**differs**');
});

test('what gVisor does is told of each opcode', () => {
  expect(Object.keys(gvisor).sort()).toEqual(allOpcodes.map(({ name }) => name).sort());
});

test('every opcode that is sent is compared with Linux', () => {
  const rows = page.split('\n').filter((line) => /^\| [A-Z0-9_]+ \(/.test(line) && !line.includes('| never: '));
  expect(rows.filter((line) => line.includes('| not compared |'))).toEqual([]);
});
