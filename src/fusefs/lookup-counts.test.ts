import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDirentsPlus } from '../abi/dirent.ts';
import { EEXIST, EINTR, EIO, ENOENT, Errno, ESTALE } from '../abi/errno.ts';
import type { InitFlag } from '../abi/init-flags.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  RENAME_EXCHANGE,
  S_IFDIR,
} from '../abi/linux.ts';
import { allOpcodes } from '../abi/opcodes.ts';
import type { Thread } from '../process/thread.ts';
import { close } from '../syscalls/descriptors.ts';
import { getdents } from '../syscalls/getdents.ts';
import { link, linkat, symlink } from '../syscalls/link.ts';
import { mkdir } from '../syscalls/mkdir.ts';
import { open } from '../syscalls/open.ts';
import { rename, renameat2 } from '../syscalls/rename.ts';
import { stat } from '../syscalls/stat.ts';
import { rmdir, unlink } from '../syscalls/unlink.ts';
import type { Blocking } from '../task/blocking.ts';
import { DentryCache } from '../vfs/dentry-cache.ts';
import { Machine } from './testing/machine.ts';

// Whatever happens, and in whatever order the server answers: it gets back every lookup that it gave, and no more.

const names = allOpcodes.map(({ name }) => name);
const givesNodeid = new Set(['LOOKUP', 'CREATE', 'TMPFILE', 'MKNOD', 'MKDIR', 'SYMLINK', 'LINK']);
const PATHS = ['/a', '/b', '/d', '/d/a', '/d/b', '/e', '/d/e/a'];
const ERRORS = [ENOENT, EINTR, EEXIST, ESTALE, EIO];

/** A source of choices that the same seed makes again. */
function chooser(seed: number): (choices: number) => number {
  let state = seed >>> 0;
  return (choices) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * choices);
  };
}

/** Counts lookups by nodeid as the server does. */
function countLookups(m: Machine): ReadonlyMap<bigint, number> {
  const counts = new Map<bigint, number>();
  const add = (nodeid: bigint, count: number) => counts.set(nodeid, (counts.get(nodeid) ?? 0) + count);
  m.connection.events.on(({ step, request }) => {
    const { opcode, reply } = request;
    if (step === 'completed' && reply !== null && opcode.name === 'READDIRPLUS') {
      for (const { name, entry } of readDirentsPlus(reply.data).entries) {
        if (entry.nodeid !== 0n && name !== '.' && name !== '..') add(entry.nodeid, 1);
      }
    }
    if (step === 'completed' && reply !== null && givesNodeid.has(opcode.name)) {
      const body = reply.body as { nodeid?: bigint; entry?: { nodeid: bigint } };
      const nodeid = body.nodeid ?? body.entry?.nodeid ?? 0n;
      if (nodeid !== 0n) add(nodeid, 1);
    }
  });
  return counts;
}

function* act(task: Thread, choose: (choices: number) => number): Blocking<void> {
  const path = () => PATHS[choose(PATHS.length)] as string;
  switch (choose(13)) {
    case 0:
      return yield* mkdir(task, path(), 0o755);
    case 1:
      return yield* link(task, path(), path());
    case 2:
      return yield* symlink(task, 'a', path());
    case 3:
      return yield* unlink(task, path());
    case 4:
      return yield* rmdir(task, path());
    case 5:
      return yield* rename(task, path(), path());
    case 6:
      return yield* renameat2(task, AT_FDCWD, path(), AT_FDCWD, path(), RENAME_EXCHANGE);
    case 7:
      yield* stat(task, path());
      return;
    case 8:
      return yield* makeUnnamed(task, path(), choose(2) === 0 ? null : path());
    case 9:
    case 10:
      return yield* list(task, choose(2) === 0 ? '/' : path(), choose);
    default: {
      const fd = yield* open(task, path(), O_RDWR | (choose(2) * O_CREAT), 0o644);
      try {
        yield* stat(task, path());
      } finally {
        yield* close(task, fd);
      }
      return;
    }
  }
}

/** Makes a file without a name, and perhaps gives it one. */
function* makeUnnamed(task: Thread, directory: string, name: string | null): Blocking<void> {
  const fd = yield* open(task, directory, O_TMPFILE | O_RDWR, 0o644);
  try {
    if (name !== null) yield* linkat(task, fd, '', AT_FDCWD, name, AT_EMPTY_PATH);
  } finally {
    yield* close(task, fd);
  }
}

function* list(task: Thread, path: string, choose: (choices: number) => number): Blocking<void> {
  const fd = yield* open(task, path, O_RDONLY);
  try {
    while ((yield* getdents(task, fd, choose(2) === 0 ? 32 : 4096)).length > 0);
  } finally {
    yield* close(task, fd);
  }
}

function* live(task: Thread, choose: (choices: number) => number): Blocking<void> {
  for (let i = 0; i < 25; i++) {
    try {
      yield* act(task, choose);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}

/** Answers what the server holds in any order, and some of it with an error. */
function serveInDisorder(m: Machine, choose: (choices: number) => number, failEvery: number): void {
  const { server } = m;
  for (;;) {
    m.settle();
    if (server.heldCount === 0) return;
    const error = failEvery > 0 && choose(failEvery) === 0 ? ERRORS[choose(ERRORS.length)] : undefined;
    server.script.errors = error === undefined ? {} : Object.fromEntries(names.map((name) => [name, error]));
    server.answerHeld(choose(server.heldCount));
    m.clock.advance(choose(3) * 400);
  }
}

test('every lookup is given back once, whatever happens', () => {
  const runs = fc.record({
    seed: fc.nat(),
    entryValid: fc.constantFrom(0, 1, 1000),
    negativeValid: fc.constantFrom(null, 0, 1),
    failEvery: fc.constantFrom(0, 7),
    budget: fc.constantFrom(0, 1, 3, 1000),
    features: fc.subarray<InitFlag>(['PARALLEL_DIROPS', 'DO_READDIRPLUS', 'READDIRPLUS_AUTO']),
  });
  fc.assert(
    fc.property(runs, ({ seed, entryValid, negativeValid, failEvery, budget, features }) => {
      const choose = chooser(seed);
      const dentryCache = new DentryCache(budget);
      const m = new Machine({ entryValid, attrValid: entryValid, negativeValid, features }, {}, { dentryCache });
      m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
      const given = countLookups(m);
      m.server.script.hold = names.filter((name) => !name.endsWith('FORGET'));
      const ends = Array.from({ length: 4 }, () => m.start((task) => live(task, choose)).end);
      serveInDisorder(m, choose, failEvery);
      m.server.script.hold = [];
      m.server.script.errors = {};
      expect(ends.map((end) => end())).toEqual([undefined, undefined, undefined, undefined]);
      dentryCache.shrink(0);
      m.settle();
      expect([dentryCache.count, m.superblock.root.children.size]).toEqual([0, 0]);
      expect(forgotten(m.server.takeLog())).toEqual(new Map([...given].filter(([nodeid]) => nodeid !== 1n)));
    }),
    { numRuns: 60 },
  );
}, 60_000);

/** The lookups given back by nodeid, from a server's notes. */
function forgotten(log: readonly string[]): Map<bigint, number> {
  const counts = new Map<bigint, number>();
  for (const line of log) {
    const [, nodeid, count] = /^FORGET n=(\d+) nlookup=(\d+)$/.exec(line) ?? [];
    if (nodeid !== undefined) counts.set(BigInt(nodeid), (counts.get(BigInt(nodeid)) ?? 0) + Number(count));
  }
  return counts;
}
