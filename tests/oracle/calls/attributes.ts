import { makedev, UTIME_NOW, UTIME_OMIT } from '../../../src/abi/linux.ts';
import * as attributes from '../../../src/syscalls/attributes.ts';
import * as stats from '../../../src/syscalls/stat.ts';
import * as fileSystem from '../../../src/syscalls/statfs.ts';
import * as times from '../../../src/syscalls/times.ts';
import { cString, realDescriptor, syscall } from '../linux-calls.ts';
import { type StatFsFields, statfsText, statText, statxText } from '../shapes.ts';
import { type Call, direct, parametersOf, type Value, wordOf } from './call.ts';

const STATX_BTIME = 0x800;
/** What file systems tell of in stx_mask; the numbers of mounts are Linux's alone. */
const OF_FILE_SYSTEMS = 0xfff;

/** What struct stat of x86-64 says. */
function statOf(buffer: Buffer): string {
  const time = (at: number) => ({ seconds: buffer.readBigInt64LE(at), nanoseconds: buffer.readBigInt64LE(at + 8) });
  return statText({
    ino: buffer.readBigUInt64LE(8),
    nlink: buffer.readBigUInt64LE(16),
    mode: buffer.readUInt32LE(24),
    uid: buffer.readUInt32LE(28),
    gid: buffer.readUInt32LE(32),
    rdev: buffer.readBigUInt64LE(40),
    size: buffer.readBigInt64LE(48),
    blksize: buffer.readBigInt64LE(56),
    blocks: buffer.readBigInt64LE(64),
    atime: time(72),
    mtime: time(88),
    ctime: time(104),
  });
}

/** What struct statx says. */
function statxOf(buffer: Buffer): string {
  const time = (at: number) => ({ seconds: buffer.readBigInt64LE(at), nanoseconds: buffer.readUInt32LE(at + 8) });
  return statxText({
    blksize: buffer.readUInt32LE(4),
    nlink: buffer.readUInt32LE(16),
    uid: buffer.readUInt32LE(20),
    gid: buffer.readUInt32LE(24),
    mode: buffer.readUInt16LE(28),
    ino: buffer.readBigUInt64LE(32),
    size: buffer.readBigUInt64LE(40),
    blocks: buffer.readBigUInt64LE(48),
    atime: time(64),
    btime: (buffer.readUInt32LE(0) & STATX_BTIME) === 0 ? null : time(80),
    ctime: time(96),
    mtime: time(112),
    rdev: makedev(buffer.readUInt32LE(128), buffer.readUInt32LE(132)),
    mask: buffer.readUInt32LE(0) & OF_FILE_SYSTEMS,
    attributes: buffer.readBigUInt64LE(8),
    attributesMask: buffer.readBigUInt64LE(56),
  });
}

/** A call of the stat family: where the result goes is behind the path. */
const stating = (
  number: number,
  parameters: string,
  fusewire: (...args: never[]) => ReturnType<typeof stats.stat>,
): Call => {
  const kinds = parametersOf(parameters);
  return {
    parameters: kinds,
    linux(...args) {
      const buffer = Buffer.alloc(144);
      const words = kinds.map((kind, at) => wordOf(kind, args[at] as Value));
      const place = kinds.length === 3 ? 2 : words.length;
      syscall(number, ...words.slice(0, place), buffer, ...words.slice(place));
      return statOf(buffer);
    },
    *fusewire(task, ...args) {
      const { btime: _, ...stat } = yield* fusewire(task as never, ...(args as never[]));
      return statText(stat);
    },
  };
};

const statx: Call = {
  parameters: parametersOf('fd path number number'),
  linux(dirfd, path, flags, mask) {
    const buffer = Buffer.alloc(256);
    const words = [realDescriptor(Number(dirfd)), cString(String(path)), Number(flags), Number(mask)];
    syscall(332, ...words, buffer);
    return statxOf(buffer);
  },
  *fusewire(task, dirfd, path, flags, mask) {
    return statxText(yield* stats.statx(task, Number(dirfd), String(path), Number(flags), Number(mask)));
  },
};

function statfsOf(number: number, word: number | Uint8Array): string {
  const buffer = Buffer.alloc(120);
  syscall(number, word, buffer);
  const at = (index: number): number => Number(buffer.readBigInt64LE(8 * index));
  const fields: StatFsFields = {
    type: at(0),
    bsize: at(1),
    blocks: at(2),
    bfree: at(3),
    bavail: at(4),
    files: at(5),
    ffree: at(6),
    namelen: at(8),
    frsize: at(9),
  };
  return statfsText(fields);
}

const statfs: Call = {
  parameters: parametersOf('path'),
  linux: (path) => statfsOf(137, cString(String(path))),
  *fusewire(task, path) {
    return statfsText(yield* fileSystem.statfs(task, String(path)));
  },
};

const fstatfs: Call = {
  parameters: parametersOf('fd'),
  linux: (fd) => statfsOf(138, realDescriptor(Number(fd))),
  *fusewire(task, fd) {
    return statfsText(yield* fileSystem.fstatfs(task, Number(fd)));
  },
};

const SPECIAL_TIMES: Readonly<Record<string, number>> = { now: UTIME_NOW, omit: UTIME_OMIT };

/** `now`, `omit`, `seconds` or `seconds.nanoseconds`, these as they are: 5.3 is 5 s and 3 ns. */
const partsOf = (time: Value | undefined): [seconds: number, nanoseconds: number] => {
  const [seconds = '0', nanoseconds = '0'] = String(time).split('.');
  return [Number(seconds), Number(nanoseconds)];
};

const timeWords = (time: Value | undefined): bigint[] => {
  const special = SPECIAL_TIMES[String(time)];
  return special === undefined ? partsOf(time).map(BigInt) : [0n, BigInt(special)];
};

function timeChange(time: Value | undefined): times.TimeChange {
  if (time === 'now' || time === 'omit') return time;
  const [seconds, nanoseconds] = partsOf(time);
  return { seconds, nanoseconds };
}

/** A path of `NULL` is the null pointer: the descriptor itself. */
const utimensat: Call = {
  parameters: parametersOf('fd path time time number'),
  linux(dirfd, path, atime, mtime, flags) {
    const words = BigInt64Array.from([...timeWords(atime), ...timeWords(mtime)]);
    syscall(280, realDescriptor(Number(dirfd)), path === 'NULL' ? null : cString(String(path)), words, Number(flags));
    return '0';
  },
  *fusewire(task, dirfd, path, atime, mtime, flags) {
    const place = path === 'NULL' ? null : String(path);
    yield* times.utimensat(task, Number(dirfd), place, [timeChange(atime), timeChange(mtime)], Number(flags));
    return '0';
  },
};

const futimens: Call = {
  parameters: parametersOf('fd time time'),
  linux: (fd, atime, mtime) => utimensat.linux(fd as Value, 'NULL', atime as Value, mtime as Value, 0),
  *fusewire(task, fd, atime, mtime) {
    yield* times.futimens(task, Number(fd), [timeChange(atime), timeChange(mtime)]);
    return '0';
  },
};

/** Calls that show and change attributes. */
export const attributeCalls: Readonly<Record<string, Call>> = {
  stat: stating(4, 'path', stats.stat),
  lstat: stating(6, 'path', stats.lstat),
  fstat: stating(5, 'fd', stats.fstat),
  fstatat: stating(262, 'fd path number', stats.fstatat),
  statx,
  statfs,
  fstatfs,
  chmod: direct(90, attributes.chmod, 'path number'),
  fchmod: direct(91, attributes.fchmod, 'fd number'),
  fchmodat: direct(452, attributes.fchmodat, 'fd path number number'), // fchmodat2(2), which has the flags
  chown: direct(92, attributes.chown, 'path number number'),
  fchown: direct(93, attributes.fchown, 'fd number number'),
  lchown: direct(94, attributes.lchown, 'path number number'),
  fchownat: direct(260, attributes.fchownat, 'fd path number number number'),
  utimensat,
  futimens,
};
