import { fromBytes, toBytes } from '../../abi/bytes.ts';
import { F_GETLK, F_OFD_GETLK, S_IFMT } from '../../abi/linux.ts';
import type { Thread } from '../../process/thread.ts';
import type { Blocking } from '../../task/blocking.ts';
import { credentialsOf } from '../../task/credentials.ts';
import type { Stat } from '../../vfs/stat.ts';
import { access, faccessat } from '../access.ts';
import { posixFadvise, syncFileRange } from '../advice.ts';
import * as attributes from '../attributes.ts';
import { copyFileRange } from '../copy-file-range.ts';
import * as descriptors from '../descriptors.ts';
import { fallocate } from '../fallocate.ts';
import { fcntl } from '../fcntl.ts';
import { getdents } from '../getdents.ts';
import { ioctl } from '../ioctl.ts';
import * as links from '../link.ts';
import { flock } from '../lock.ts';
import * as making from '../mkdir.ts';
import * as opening from '../open.ts';
import { poll } from '../poll.ts';
import * as io from '../read-write.ts';
import { rename, renameat2 } from '../rename.ts';
import * as stats from '../stat.ts';
import { fstatfs, statfs } from '../statfs.ts';
import { fdatasync, fsync, sync, syncfs } from '../sync.ts';
import * as times from '../times.ts';
import { ftruncate, truncate } from '../truncate.ts';
import { rmdir, unlink, unlinkat } from '../unlink.ts';
import * as directory from '../working-directory.ts';
import * as xattr from '../xattr.ts';

type Value = number | string;

/** A call of a script: its arguments are what the script says, its result what is compared. */
type Call = (task: Thread, ...args: never[]) => Blocking<unknown>;

/** The calls that a script may make which take and give what the function does. */
const plain: Record<string, Call> = {
  ...opening,
  ...descriptors,
  ...making,
  ...links,
  fcntl,
  lseek: io.lseek,
  flock,
  access,
  faccessat,
  rename,
  renameat2,
  rmdir,
  unlink,
  unlinkat,
  truncate,
  ftruncate,
  fallocate,
  fsync,
  fdatasync,
  sync,
  syncfs,
  posix_fadvise: posixFadvise,
  sync_file_range: syncFileRange,
  chmod: attributes.chmod,
  fchmod: attributes.fchmod,
  fchmodat: attributes.fchmodat,
  chown: attributes.chown,
  lchown: attributes.lchown,
  fchown: attributes.fchown,
  fchownat: attributes.fchownat,
  chdir: directory.chdir,
  fchdir: directory.fchdir,
  getcwd: directory.getcwd,
  umask: directory.umask,
  removexattr: xattr.removexattr,
  lremovexattr: xattr.lremovexattr,
  fremovexattr: xattr.fremovexattr,
};

const offset = (value: Value): number | null => (value === 'NULL' ? null : Number(value));

/** What the other calls give is brought into one line of text. */
const shaped: Record<string, Call> = {
  *read(task: Thread, fd: number, size: number) {
    const buffer = new Uint8Array(size);
    return fromBytes(buffer.subarray(0, yield* io.read(task, fd, buffer)));
  },
  *pread(task: Thread, fd: number, size: number, offset: number) {
    const buffer = new Uint8Array(size);
    return fromBytes(buffer.subarray(0, yield* io.pread(task, fd, buffer, offset)));
  },
  *readv(task: Thread, fd: number, sizes: Value) {
    const buffers = rooms(sizes);
    yield* io.readv(task, fd, buffers);
    return joined(buffers);
  },
  *preadv(task: Thread, fd: number, sizes: Value, offset: number) {
    const buffers = rooms(sizes);
    yield* io.preadv(task, fd, buffers, offset);
    return joined(buffers);
  },
  copy_file_range: (
    task: Thread,
    fdIn: number,
    offIn: Value,
    fdOut: number,
    offOut: Value,
    ...rest: [number, number]
  ) => copyFileRange(task, fdIn, offset(offIn), fdOut, offset(offOut), ...rest),
  write: (task: Thread, fd: number, text: Value) => io.write(task, fd, bytes(text)),
  pwrite: (task: Thread, fd: number, text: Value, offset: number) => io.pwrite(task, fd, bytes(text), offset),
  writev: (task: Thread, fd: number, texts: Value) => io.writev(task, fd, list(texts).map(bytes)),
  pwritev: (task: Thread, fd: number, texts: Value, offset: number) =>
    io.pwritev(task, fd, list(texts).map(bytes), offset),
  /** Of a question, the answer: `type whence start len pid`. */
  *fcntl_lock(
    task: Thread,
    fd: number,
    command: number,
    ...[type = 0, whence = 0, start = 0, len = 0, pid = 0]: number[]
  ) {
    const lock = { type, whence, start: BigInt(start), len: BigInt(len), pid };
    yield* fcntl(task, fd, command, lock);
    if (command !== F_GETLK && command !== F_OFD_GETLK) return 0;
    return `${lock.type} ${lock.whence} ${lock.start} ${lock.len} ${Math.sign(lock.pid)}`;
  },
  *stat(task: Thread, path: string, field: string) {
    return fieldOf(yield* stats.stat(task, path), field);
  },
  *lstat(task: Thread, path: string, field: string) {
    return fieldOf(yield* stats.lstat(task, path), field);
  },
  *fstat(task: Thread, fd: number, field: string) {
    return fieldOf(yield* stats.fstat(task, fd), field);
  },
  *fstatat(task: Thread, dirfd: number, path: string, flags: number, field: string) {
    return fieldOf(yield* stats.fstatat(task, dirfd, path, flags), field);
  },
  *statx(task: Thread, dirfd: number, path: string, flags: number, mask: number) {
    return fieldOf(yield* stats.statx(task, dirfd, path, flags, mask), 'type');
  },
  *statfs(task: Thread, path: string) {
    return (yield* statfs(task, path)).namelen;
  },
  *fstatfs(task: Thread, fd: number) {
    return (yield* fstatfs(task, fd)).namelen;
  },
  /** How many entries a buffer of that size takes. */
  *getdents(task: Thread, fd: number, size: number) {
    return (yield* getdents(task, fd, size)).length;
  },
  /** The names that are left in a directory, sorted. */
  *names(task: Thread, fd: number) {
    const names: string[] = [];
    for (;;) {
      const entries = yield* getdents(task, fd, 4096);
      if (entries.length === 0) return names.sort().join(',');
      names.push(...entries.map(({ name }) => name));
    }
  },
  /** With an int in memory, whose value afterwards is given when the call gives 0. */
  *ioctl(task: Thread, fd: number, command: number, value: number) {
    const memory = Int32Array.of(value, 0);
    const result = yield* ioctl(task, fd, command, new Uint8Array(memory.buffer));
    return result === 0 ? (memory[0] ?? 0) : result;
  },
  *poll(task: Thread, fd: number, events: number, timeout: number) {
    const pollfd = { fd, events, revents: 0 };
    return `${yield* poll(task, [pollfd], timeout)} ${pollfd.revents}`;
  },
  utimensat: (task: Thread, dirfd: number, path: string, atime: string, mtime: string, flags: number) =>
    times.utimensat(task, dirfd, path === 'NULL' ? null : path, [time(atime), time(mtime)], flags),
  futimens: (task: Thread, fd: number, atime: string, mtime: string) =>
    times.futimens(task, fd, [time(atime), time(mtime)]),
  /** Makes the thread the effective and, unless told otherwise, the real user and group of that number. */
  *as(task: Thread, id: number, real: number = id) {
    task.credentials = { ...credentialsOf(id, id, [id]), uid: real, gid: real };
  },
};

type GetXattr = typeof xattr.getxattr;
type SetXattr = typeof xattr.setxattr;
type ListXattr = typeof xattr.listxattr;

/** The extended attribute calls of one way to a file, with values as text. */
const xattrCalls = (prefix: string, get: GetXattr, set: SetXattr, all: ListXattr): Record<string, Call> => ({
  *[`${prefix}getxattr`](task: Thread, file: string, name: string, size: number) {
    return text(yield* get(task, file, name, size));
  },
  *[`${prefix}setxattr`](task: Thread, file: string, name: string, value: Value, flags: number) {
    yield* set(task, file, name, bytes(value), flags);
  },
  *[`${prefix}listxattr`](task: Thread, file: string, size: number) {
    return text(yield* all(task, file, size));
  },
});

const calls: Record<string, Call> = {
  ...plain,
  ...shaped,
  ...xattrCalls('', xattr.getxattr, xattr.setxattr, xattr.listxattr),
  ...xattrCalls('l', xattr.lgetxattr, xattr.lsetxattr, xattr.llistxattr),
  ...xattrCalls(
    'f',
    xattr.fgetxattr as Call as GetXattr,
    xattr.fsetxattr as Call as SetXattr,
    xattr.flistxattr as Call as ListXattr,
  ),
};

/** Makes a call of a script; its result as one line of text, "0" for none. */
export function* make(task: Thread, name: string, args: readonly Value[]): Blocking<string> {
  const call = calls[name];
  if (call === undefined) throw new Error(`no call ${name}`);
  return String((yield* call(task, ...(args as never[]))) ?? 0);
}

const bytes = (value: Value): Uint8Array => toBytes(String(value));
const list = (value: Value): string[] => (value === '' ? [] : String(value).split(','));
const rooms = (sizes: Value): Uint8Array[] => list(sizes).map((size) => new Uint8Array(Number(size)));
const joined = (buffers: Uint8Array[]): string =>
  buffers.map((buffer) => fromBytes(buffer).replace(/\0+$/, '')).join(',');
const text = (value: Uint8Array | number): Value =>
  typeof value === 'number' ? value : fromBytes(value).replaceAll('\0', ',');

function time(word: Value): times.TimeChange {
  if (word === 'now' || word === 'omit') return word;
  const [seconds, nanoseconds = '0'] = String(word).split('.');
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
}

function fieldOf(stat: Stat, field: string): Value {
  if (field === 'mode') return `0${stat.mode.toString(8)}`;
  if (field === 'type') return `0${(stat.mode & S_IFMT).toString(8)}`;
  const value = stat[field as keyof Stat];
  if (typeof value === 'object' && value !== null) return `${value.seconds}.${value.nanoseconds}`;
  return Number(value);
}
