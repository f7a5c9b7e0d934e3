import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { allOpcodes, type Opcode } from '../src/abi/opcodes.ts';

const page = readFileSync(path.join(import.meta.dirname, '../docs/missing-operations.md'), 'utf8');

function rowOf({ name, onENOSYS: { gives, isRemembered } }: Opcode): string {
  const result = gives === 'success' ? 'success' : 'instead' in gives ? gives.instead : gives.code;
  return `| ${name} | ${isRemembered ? 'no' : 'yes'} | ${result} |`;
}

/** Whether a row says more than that ENOSYS is ENOSYS. */
const isTold = ({ onENOSYS: { gives, isRemembered } }: Opcode): boolean =>
  isRemembered || gives === 'success' || 'instead' in gives || gives.code !== 'ENOSYS';

test('docs/missing-operations.md says of each operation what its row says, and of no other', () => {
  const told = page.split('\n').filter((line) => /^\| [A-Z0-9_]+ \|/.test(line));
  expect(told).toEqual(allOpcodes.filter(isTold).map(rowOf));
});
