import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const rows = readFileSync(path.join(root, 'docs/scenarios.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));

/** The tests that a row names: `file`: "name", "name"; a file without a folder is one of tests/scenarios/. */
function named(row: string): { readonly file: string; readonly name: string }[] {
  return [...row.matchAll(/`([\w/-]+)`: ((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({
      file: `${file.includes('/') ? file : `tests/scenarios/${file}`}.test.ts`,
      name,
    })),
  );
}

test('docs/scenarios.md names only tests that there are', () => {
  const mentioned = rows.flatMap(named);
  expect(mentioned.length).toBeGreaterThan(100);
  const missing = mentioned.filter(({ file, name }) => {
    const place = path.join(root, file);
    return !existsSync(place) || !readFileSync(place, 'utf8').includes(name);
  });
  expect(missing).toEqual([]);
});

test('docs/scenarios.md says for each case what covers it, or that nothing does yet', () => {
  const cases = rows.filter((row) => !/^\| (?:case)? ?\| covered by \|$/.test(row));
  expect(cases.filter((row) => named(row).length === 0 && !row.includes('not yet:'))).toEqual([]);
});

test('every quoted name in docs/scenarios.md stands behind its file', () => {
  const quoted = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)]).length;
  expect(rows.flatMap(named).length).toBe(quoted);
});
