import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Entries } from './directory.ts';
import type { Inode } from './inode.ts';

const inode = {} as Inode;
const names = (entries: Entries, cookie = 0, most = Infinity): string[] =>
  [...entries.after(cookie)].slice(0, most).map(({ name }) => name);

test('entries come in the order they were added, from any cookie on', () => {
  const entries = new Entries();
  for (const name of ['a', 'b', 'c']) entries.add(name, inode);
  expect(names(entries)).toEqual(['a', 'b', 'c']);
  expect(names(entries, entries.get('a')?.cookie)).toEqual(['b', 'c']);
  expect(names(entries, entries.get('c')?.cookie)).toEqual([]);
});

test('the cookie of a removed entry still stands for its place', () => {
  const entries = new Entries();
  for (const name of ['a', 'b', 'c']) entries.add(name, inode);
  const b = entries.get('b');
  if (b === undefined) throw new Error();
  entries.remove(b);
  expect(names(entries, b.cookie)).toEqual(['c']);
  entries.add('b', inode);
  expect(names(entries, b.cookie)).toEqual(['c', 'b']);
});

type Change = { readonly name: string; readonly kind: 'add' | 'remove' };
const change: fc.Arbitrary<Change> = fc.record({
  name: fc.integer({ min: 0, max: 30 }).map((n) => `n${n}`),
  kind: fc.constantFrom('add', 'remove'),
});

test('a listing in parts, among changes, has each name that stays once, and no name twice that was not made anew', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 60 }),
      fc.array(fc.array(change, { maxLength: 40 })),
      fc.integer({ min: 1, max: 5 }),
      (first, meanwhile, part) => {
        const entries = new Entries();
        const apply = ({ name, kind }: Change): boolean => {
          const entry = entries.get(name);
          if (kind === 'add' && entry === undefined) entries.add(name, inode);
          else if (kind === 'remove' && entry !== undefined) entries.remove(entry);
          else return false;
          return true;
        };
        first.forEach(apply);
        const before = names(entries);
        const touched = new Set<string>();
        const listed: string[] = [];
        let cookie = 0;
        for (let turn = 0; ; turn++) {
          const next = [...entries.after(cookie)].slice(0, part);
          for (const entry of next) listed.push(entry.name);
          cookie = next.at(-1)?.cookie ?? cookie;
          if (next.length === 0) break;
          for (const each of meanwhile[turn] ?? []) if (apply(each)) touched.add(each.name);
        }
        for (const name of before) {
          if (!touched.has(name)) expect(listed.filter((each) => each === name)).toHaveLength(1);
        }
        expect(new Set(listed.filter((name) => !touched.has(name))).size).toBe(
          listed.filter((name) => !touched.has(name)).length,
        );
        expect(names(entries)).toHaveLength(entries.size);
      },
    ),
    { numRuns: 300 },
  );
});

test('removing and adding the same name again and again does not grow what is kept', () => {
  const entries = new Entries();
  entries.add('other', inode);
  for (let i = 0; i < 10_000; i++) {
    entries.add('name', inode);
    const entry = entries.get('name');
    if (entry !== undefined) entries.remove(entry);
  }
  expect(names(entries)).toEqual(['other']);
});
