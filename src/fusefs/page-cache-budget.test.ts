import { expect, test } from 'vitest';
import { FOPEN_CACHE_DIR, FOPEN_KEEP_CACHE } from '../abi/fuse.ts';
import { O_RDONLY, S_IFDIR, S_IFLNK, SEEK_SET } from '../abi/linux.ts';
import { getdents } from '../syscalls/getdents.ts';
import { readlink } from '../syscalls/link.ts';
import { open } from '../syscalls/open.ts';
import { lseek } from '../syscalls/read-write.ts';
import { PageCache } from '../vfs/page-cache.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

// Listings and targets are in the page cache, and go when it has no room.

const SMALL = 20_000; // bytes: a page of each of four files

function machine(script: Partial<Script> = {}) {
  const cache = new PageCache(SMALL);
  const believing = { entryValid: 100, attrValid: 100, opendirFlags: FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR };
  return { cache, m: new Scenario({ ...believing, ...script }, {}, { pageCache: cache }) };
}

test('targets that were not used for long are asked for again', () => {
  const { cache, m } = machine({ features: ['CACHE_SYMLINKS', 'PARALLEL_DIROPS'] });
  for (let i = 0; i < 6; i++) m.server.tree.make(1n, `s${i}`, S_IFLNK | 0o777).target = `t${i}`;
  const asked = (i: number): number =>
    m.trace((t) => readlink(t, `/s${i}`)).log.filter((line) => line.startsWith('READLINK')).length;
  expect([0, 1, 0, 1].map(asked)).toEqual([1, 1, 0, 0]);
  expect([2, 3, 4, 5, 4, 5].map(asked)).toEqual([1, 1, 1, 1, 0, 0]);
  expect(cache.used).toBeLessThanOrEqual(SMALL);
  expect([0, 1, 2, 3, 4, 5].map(asked).filter((count) => count === 1).length).toBeGreaterThan(0);
});

test('a listing that lost its pages is asked for again, and kept again', () => {
  const { cache, m } = machine();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) m.server.tree.make(1n, name, S_IFDIR | 0o755);
  const fds = ['a', 'b', 'c', 'd', 'e', 'f'].map(
    (name) => m.trace((t) => open(t, `/${name}`, O_RDONLY)).result as number,
  );
  const asked = (fd: number): number => {
    m.trace((t) => lseek(t, fd, 0, SEEK_SET));
    const parts = [1, 2].map(() => m.trace((t) => getdents(t, fd, 4096)));
    expect(parts.map(({ result }) => (result as unknown[]).length)).toEqual([2, 0]);
    return parts.flatMap(({ log }) => log).filter((line) => line.startsWith('READDIR')).length;
  };
  expect(fds.map(asked)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(cache.used).toBeLessThanOrEqual(SMALL);
  const [first = 0] = fds;
  expect([asked(first), asked(first)]).toEqual([2, 0]);
});

test('a large listing that does not fit is told whole all the same', () => {
  const { cache, m } = machine();
  for (let i = 0; i < 2000; i++) m.server.tree.file(`file-${i}`, new Uint8Array(0));
  const fd = m.trace((t) => open(t, '/', O_RDONLY)).result as number;
  for (const round of [1, 2]) {
    m.trace((t) => lseek(t, fd, 0, SEEK_SET));
    const names = new Set<string>();
    for (;;) {
      const part = m.trace((t) => getdents(t, fd, 32_768)).result as { name: string }[];
      if (part.length === 0) break;
      for (const { name } of part) names.add(name);
    }
    expect({ round, count: names.size }).toEqual({ round, count: 2002 });
  }
  expect(cache.used).toBeLessThanOrEqual(70_000); // One chunk stays, whatever the budget.
});
