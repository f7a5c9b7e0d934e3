import { fromBytes, toBytes } from '../../src/abi/bytes.ts';
import * as linux from '../../src/abi/linux.ts';
import type { Thread } from '../../src/process/thread.ts';
import { chmod } from '../../src/syscalls/attributes.ts';
import { close } from '../../src/syscalls/descriptors.ts';
import { getdents } from '../../src/syscalls/getdents.ts';
import { link, readlink, symlink } from '../../src/syscalls/link.ts';
import { mkdir } from '../../src/syscalls/mkdir.ts';
import { open } from '../../src/syscalls/open.ts';
import * as io from '../../src/syscalls/read-write.ts';
import { rename } from '../../src/syscalls/rename.ts';
import { fstat, lstat, stat } from '../../src/syscalls/stat.ts';
import { ftruncate, truncate } from '../../src/syscalls/truncate.ts';
import { rmdir, unlink } from '../../src/syscalls/unlink.ts';
import { getxattr, setxattr } from '../../src/syscalls/xattr.ts';
import type { Blocking } from '../../src/task/blocking.ts';
import type { Stat } from '../../src/vfs/stat.ts';
import type { Random } from '../chance/random.ts';

/** A call to be made. An argument `$p` is the descriptor that its process keeps under that name. */
export interface PlannedCall {
  readonly name: string;
  readonly args: readonly (string | number)[];
  /** Under what name the descriptor is kept that it gives. */
  readonly keep?: string;
}

type Perform = (task: Thread, ...args: never[]) => Blocking<unknown>;

const NAMES = ['a', 'b', 'c'];
const PLACES = ['', '', '', 'd/', 'd/', 'a/', 's/'];
const SLOTS = ['p', 'q'];
const MODES = [0o644, 0o600, 0o666, 0o444];
const CHANGED_MODES = [0o644, 0o600, 0o666, 0o755, 0o777, 0o777];
const OFFSETS = [0, 0, 1, 5, 12, 20];
const OPEN_FLAGS = [
  ...['O_RDONLY', 'O_RDWR', 'O_WRONLY', 'O_RDWR|O_TRUNC', 'O_WRONLY|O_APPEND'],
  ...[
    'O_RDWR|O_CREAT',
    'O_RDWR|O_CREAT',
    'O_RDWR|O_CREAT|O_EXCL',
    'O_RDWR|O_CREAT|O_TRUNC',
    'O_WRONLY|O_CREAT|O_APPEND',
  ],
];

const anyPath = (random: Random): string => random.pick(PLACES) + random.pick(random.chance(0.1) ? ['s', 'd'] : NAMES);
const slotOf = (random: Random): string => `$${random.pick(SLOTS)}`;
/** Bytes that tell what wrote them. */
function bytesOf(random: Random): string {
  const letter = String.fromCharCode('A'.charCodeAt(0) + random.below(58));
  return letter.repeat(1 + random.below(12));
}

type Make = (random: Random, path: () => string) => (string | number)[];

/** How often each call comes, and with what. */
const rows: Readonly<Record<string, readonly [weight: number, make: Make]>> = {
  stat: [8, (_, path) => [path()]],
  lstat: [3, (_, path) => [path()]],
  fstat: [4, (random) => [slotOf(random)]],
  mkdir: [5, (_, path) => [path(), 0o777]],
  rmdir: [3, (_, path) => [path()]],
  unlink: [7, (_, path) => [path()]],
  rename: [8, (_, path) => [path(), path()]],
  link: [5, (_, path) => [path(), path()]],
  symlink: [3, (random, path) => [random.pick(['a', 'b', 'd', 'd/a']), path()]],
  readlink: [2, (_, path) => [path()]],
  chmod: [3, (random, path) => [path(), random.pick(CHANGED_MODES)]],
  truncate: [3, (random, path) => [path(), random.pick(OFFSETS)]],
  ftruncate: [2, (random) => [slotOf(random), random.pick(OFFSETS)]],
  pread: [8, (random) => [slotOf(random), 64, random.pick(OFFSETS)]],
  pwrite: [8, (random) => [slotOf(random), bytesOf(random), random.pick(OFFSETS)]],
  read: [3, (random) => [slotOf(random), random.pick([3, 64])]],
  write: [4, (random) => [slotOf(random), bytesOf(random)]],
  close: [4, (random) => [slotOf(random)]],
  list: [5, (random) => [random.pick(['/', '/', 'd', 'a', 's'])]],
  setxattr: [2, (random, path) => [path(), 'user.x', bytesOf(random)]],
  getxattr: [2, (_, path) => [path(), 'user.x']],
};
const MOST_PATHS = 5;
const KEPT = 0.6;

/**
 * What the calls of one seed are made of: few of the names, and not all kinds of calls, so that they meet more often than
 * by chance alone.
 */
export class CallMaker {
  readonly #random: Random;
  readonly #paths: readonly string[];
  readonly #weights: Readonly<Record<string, number>>;
  readonly #flags: readonly string[];

  constructor(random: Random) {
    this.#random = random;
    this.#paths = Array.from({ length: 2 + random.below(MOST_PATHS - 1) }, () => anyPath(random));
    // Not both: opening with O_TRUNC does not wait for a write that has found the end already, in Linux neither.
    const unused = random.pick(['O_APPEND', 'O_TRUNC']);
    this.#flags = OPEN_FLAGS.filter((flags) => !flags.includes(unused));
    const kept = Object.entries(rows).filter(() => random.chance(KEPT));
    this.#weights = { open: 16, ...Object.fromEntries(kept.map(([name, [weight]]) => [name, weight])) };
  }

  next(): PlannedCall {
    const random = this.#random;
    const path = (): string => random.pick(this.#paths);
    const name = random.weighted<string>(this.#weights);
    if (name !== 'open') return { name, args: rows[name]?.[1](random, path) ?? [] };
    return { name, args: [path(), random.pick(this.#flags), random.pick(MODES)], keep: random.pick(SLOTS) };
  }
}

const kinds = new Map([
  [linux.S_IFREG, 'file'],
  [linux.S_IFDIR, 'directory'],
  [linux.S_IFLNK, 'symlink'],
]);

function statText({ mode, uid, nlink, size }: Stat): string {
  const kind = kinds.get(mode & linux.S_IFMT) ?? 'another type';
  const more = kind === 'directory' ? '' : ` nlink=${nlink} size=${size}`;
  return `${kind} ${(mode & 0o7777).toString(8)} uid=${uid}${more}`;
}

const constants: Readonly<Record<string, unknown>> = { ...linux };
const flagsNamed = (words: string): number =>
  words.split('|').reduce((flags, word) => flags | Number(constants[word]), 0);

const filled = (buffer: Uint8Array, length: number): string => JSON.stringify(fromBytes(buffer, 0, length));

/** How each call is made; what it gives is the text that the model gives. */
export const performs: Readonly<Record<string, Perform>> = {
  *stat(task, path: string) {
    return statText(yield* stat(task, path));
  },
  *lstat(task, path: string) {
    return statText(yield* lstat(task, path));
  },
  *fstat(task, fd: number) {
    return statText(yield* fstat(task, fd));
  },
  mkdir,
  rmdir,
  unlink,
  rename,
  link,
  symlink,
  *readlink(task, path: string) {
    return JSON.stringify(yield* readlink(task, path));
  },
  chmod,
  truncate,
  ftruncate,
  *open(task, path: string, flags: string, mode: number) {
    return yield* open(task, path, flagsNamed(flags), mode);
  },
  *pread(task, fd: number, size: number, offset: number) {
    const buffer = new Uint8Array(size);
    return filled(buffer, yield* io.pread(task, fd, buffer, offset));
  },
  *read(task, fd: number, size: number) {
    const buffer = new Uint8Array(size);
    return filled(buffer, yield* io.read(task, fd, buffer));
  },
  *pwrite(task, fd: number, bytes: string, offset: number) {
    return yield* io.pwrite(task, fd, toBytes(bytes), offset);
  },
  *write(task, fd: number, bytes: string) {
    return yield* io.write(task, fd, toBytes(bytes));
  },
  close,
  *list(task, path: string) {
    return (yield* namesIn(task, path)).sort().join(' ');
  },
  *setxattr(task, path: string, name: string, value: string) {
    yield* setxattr(task, path, name, toBytes(value), 0);
  },
  *getxattr(task, path: string, name: string) {
    return JSON.stringify(fromBytes((yield* getxattr(task, path, name, 100)) as Uint8Array));
  },
};

const LISTING = 32_768; // bytes: all that there is in one piece

/** Where listings keep their descriptors: no call of another thread names these. */
const LISTING_FDS = 500;

/** What a directory holds, read in one request. */
export function* namesIn(task: Thread, path: string): Blocking<string[]> {
  const { fds } = task.process;
  const opened = yield* open(task, path, linux.O_RDONLY | linux.O_DIRECTORY);
  const fd = LISTING_FDS + task.tid;
  // Nobody runs in between, so nobody sees the number that it had.
  fds.replace(fd, fds.remove(opened), false);
  try {
    return (yield* getdents(task, fd, LISTING)).map(({ name }) => name);
  } finally {
    yield* close(task, fd);
  }
}
