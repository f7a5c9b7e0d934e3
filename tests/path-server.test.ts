import { promises, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { memfs } from 'memfs';
import { describe, expect, test } from 'vitest';
import { mount } from '../src/mount.ts';
import { pathServer } from '../src/servers.ts';
import { backings, type Difference } from './path-server/backings.ts';
import { cases } from './path-server/cases.ts';
import { table } from './path-server/table.ts';

describe.each(backings)('$name', ({ start, differences }) => {
  test.each(Object.entries(cases))('%s', async (name, run) => {
    const { fs: backing, options, dispose } = await start();
    const server = pathServer(backing, { ...options, entryTimeout: 0, attrTimeout: 0 });
    const mounted = await mount(server, { uid: 1000, gid: 1001, groups: [1001], umask: 0 });
    try {
      const at = (path: string): string => `${options.root ?? ''}${path}`;
      const outcome = run({ fs: mounted.fs.promises, backing, at });
      await (differences[name] === undefined ? outcome : expectDifference(outcome, differences[name]));
    } finally {
      await mounted.unmount();
      await dispose();
    }
  });
});

async function expectDifference(outcome: Promise<void>, { gives, why }: Difference): Promise<void> {
  const said = await outcome.then(
    () => 'what the case says: the difference is gone',
    (error: Error & { actual?: unknown }) => `${error.message} ${inspect(error.actual)}`,
  );
  expect(said, why).toContain(gives);
}

test('docs/path-servers.md has the table of what works with what', () => {
  const page = readFileSync(new URL('../docs/path-servers.md', import.meta.url), 'utf8');
  expect(page).toContain(table(Object.keys(cases), backings));
});

test('a root that is no directory is told at once for node:fs, and by the first call for others', async () => {
  expect(() => pathServer(promises, { root: '/nonexistent' })).toThrow(/ENOENT.*\/nonexistent/);
  expect(() => pathServer(promises, { root: '/dev/null' })).toThrow('/dev/null: not a directory');
  await using mounted = await mount(pathServer(memfs({ file: '' }).fs.promises, { root: '/none' }));
  await expect(mounted.fs.promises.readdir('/')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('every difference is one of a case', () => {
  const unknown = backings.flatMap(({ differences }) => Object.keys(differences).filter((name) => !(name in cases)));
  expect(unknown).toEqual([]);
});
