import { type ByteString, fromBytes, toBytes } from '../abi/bytes.ts';
import { ERANGE } from '../abi/errno.ts';
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  PATH_MAX,
  UTIME_NOW,
  UTIME_OMIT,
  XATTR_SIZE_MAX,
} from '../abi/linux.ts';
import { type fuse_kstatfs, fuse_statx } from '../abi/structs.ts';
import { actAs } from './act-as.ts';
import { calls } from './file-calls.ts';
import { check, checkUninterrupted, fail } from './libc.ts';

const AT_REMOVEDIR = 0x200;
const STATX_ALL = 0xfff;
const EMPTY = Uint8Array.of(0);

/** A time of utimensat(2): 'now' and 'omit' are its special values. */
type Time = { readonly seconds: number; readonly nanoseconds: number } | 'now' | 'omit';

/** A path or name as libc takes it. */
function cString(bytes: ByteString): Uint8Array {
  const made = new Uint8Array(bytes.length + 1);
  made.set(toBytes(bytes));
  return made;
}

/** The path by which Linux reaches what an O_PATH descriptor stands for. */
const magicLink = (fd: number): Uint8Array => cString(`/proc/self/fd/${fd}`);

/** Fills a buffer that grows until the call has room enough. */
function grown(call: (buffer: Uint8Array) => number): Uint8Array {
  for (let size = 256; ; size = XATTR_SIZE_MAX) {
    const buffer = new Uint8Array(size);
    try {
      return buffer.subarray(0, check(call(buffer)));
    } catch (error) {
      if (error !== ERANGE || size === XATTR_SIZE_MAX) throw error;
    }
  }
}

const timespec = (time: Time): [bigint, bigint] => {
  if (time === 'now') return [0n, BigInt(UTIME_NOW)];
  if (time === 'omit') return [0n, BigInt(UTIME_OMIT)];
  return [BigInt(time.seconds), BigInt(time.nanoseconds)];
};

/** What a getdents64(2) buffer holds. */
function entriesOf(bytes: Uint8Array): { ino: bigint; off: bigint; type: number; name: ByteString }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries = [];
  for (let at = 0; at < bytes.length; at += view.getUint16(at + 16, true)) {
    const end = bytes.indexOf(0, at + 19);
    const name = fromBytes(bytes.subarray(at + 19, end));
    entries.push({
      ino: view.getBigUint64(at, true),
      off: view.getBigUint64(at + 8, true),
      type: bytes[at + 18] as number,
      name,
    });
  }
  return entries;
}

/** Makes something with exactly the mode asked for: of this process's umask nothing is taken off. */
function unmasked(make: () => number): number {
  const umask = calls.umask(0);
  try {
    return checkUninterrupted(make);
  } finally {
    calls.umask(umask);
  }
}

/**
 * This machine's files, by descriptor: what Node's fs cannot do (O_PATH, names that are no UTF-8, xattrs, nanoseconds).
 * Every call throws the Errno that Linux gives. Sixty-four-bit machines only.
 */
export const hostFiles = {
  as: actAs,

  openRoot: (path: string): number => hostFiles.openat(AT_FDCWD, fromBytes(Buffer.from(path)), O_PATH | O_DIRECTORY),
  openat: (directory: number, name: ByteString, flags: number): number =>
    checkUninterrupted(() => calls.openat(directory, cString(name), flags | O_CLOEXEC, 0)),
  create: (directory: number, name: ByteString, flags: number, mode: number): number =>
    unmasked(() => calls.openat(directory, cString(name), flags | O_CLOEXEC, mode)),
  reopen: (node: number, flags: number): number =>
    checkUninterrupted(() => calls.openat(AT_FDCWD, magicLink(node), flags | O_CLOEXEC, 0)),
  close: (fd: number): void => {
    calls.close(fd);
  },

  stat(fd: number): fuse_statx {
    const out = new Uint8Array(fuse_statx.size);
    check(calls.statx(fd, EMPTY, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_ALL, out));
    return fuse_statx.read(new DataView(out.buffer), 0);
  },
  statfs(fd: number): fuse_kstatfs {
    const out = new BigInt64Array(16);
    check(calls.fstatfs(fd, out));
    const [, bsize, blocks, bfree, bavail, files, ffree, , namelen, frsize] = [...out].map(Number) as number[];
    return { bsize, blocks, bfree, bavail, files, ffree, namelen, frsize } as fuse_kstatfs;
  },
  readlink(node: number): ByteString {
    const out = new Uint8Array(PATH_MAX);
    return fromBytes(out.subarray(0, check(calls.readlinkat(node, EMPTY, out, out.length))));
  },

  access: (node: number, mask: number): void => {
    check(calls.faccessat(AT_FDCWD, magicLink(node), mask, AT_EACCESS));
  },

  mknodat: (directory: number, name: ByteString, mode: number, rdev: number): void => {
    unmasked(() => calls.mknodat(directory, cString(name), mode, rdev));
  },
  mkdirat: (directory: number, name: ByteString, mode: number): void => {
    unmasked(() => calls.mkdirat(directory, cString(name), mode));
  },
  symlinkat: (target: ByteString, directory: number, name: ByteString): void => {
    check(calls.symlinkat(cString(target), directory, cString(name)));
  },
  linkat: (node: number, directory: number, name: ByteString): void => {
    check(calls.linkat(AT_FDCWD, magicLink(node), directory, cString(name), AT_SYMLINK_FOLLOW));
  },
  unlinkat: (directory: number, name: ByteString, kind: 'file' | 'directory'): void => {
    check(calls.unlinkat(directory, cString(name), kind === 'directory' ? AT_REMOVEDIR : 0));
  },
  renameat: (from: number, oldname: ByteString, to: number, newname: ByteString, flags: number): void => {
    check(calls.renameat2(from, cString(oldname), to, cString(newname), flags));
  },

  chmod: (node: number, mode: number): void => {
    check(calls.fchmodat(AT_FDCWD, magicLink(node), mode, 0));
  },
  chown: (node: number, uid: number, gid: number): void => {
    check(calls.fchownat(node, EMPTY, uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW));
  },
  utimens: (node: number, atime: Time, mtime: Time): void => {
    const times = BigInt64Array.from([...timespec(atime), ...timespec(mtime)]);
    check(calls.utimensat(node, EMPTY, times, AT_EMPTY_PATH));
  },
  truncate: (node: number, size: number): void => {
    checkUninterrupted(() => calls.truncate(magicLink(node), size));
  },
  ftruncate: (fd: number, size: number): void => {
    checkUninterrupted(() => calls.ftruncate(fd, size));
  },

  pread: (fd: number, buffer: Uint8Array, offset: number): number =>
    checkUninterrupted(() => calls.pread(fd, buffer, buffer.length, offset)),
  pwrite: (fd: number, data: Uint8Array, offset: number): number =>
    checkUninterrupted(() => calls.pwrite(fd, data, data.length, offset)),
  fsync: (fd: number, kind: 'all' | 'data'): void => {
    check(kind === 'data' ? calls.fdatasync(fd) : calls.fsync(fd));
  },
  syncfs: (fd: number): void => {
    check(calls.syncfs(fd));
  },
  flush: (fd: number): void => {
    check(calls.close(check(calls.dup(fd))));
  },
  fallocate: (fd: number, mode: number, offset: number, length: number): void => {
    checkUninterrupted(() => calls.fallocate(fd, mode, offset, length));
  },
  copyFileRange(fdIn: number, offIn: number, fdOut: number, offOut: number, length: number): number {
    const places = [BigInt64Array.of(BigInt(offIn)), BigInt64Array.of(BigInt(offOut))] as const;
    return checkUninterrupted(() => calls.copyFileRange(fdIn, places[0], fdOut, places[1], length, 0));
  },
  lseek(fd: number, offset: bigint, whence: number): bigint {
    const result = BigInt(calls.lseek(fd, BigInt.asIntN(64, offset), whence));
    if (result === -1n) throw fail();
    return BigInt.asUintN(64, result);
  },
  getdents(fd: number, size: number): ReturnType<typeof entriesOf> {
    const out = new Uint8Array(size);
    return entriesOf(out.subarray(0, check(calls.getdents64(fd, out, out.length))));
  },

  getxattr: (node: number, name: ByteString): Uint8Array =>
    grown((out) => calls.getxattr(magicLink(node), cString(name), out, out.length)),
  setxattr: (node: number, name: ByteString, value: Uint8Array, flags: number): void => {
    check(calls.setxattr(magicLink(node), cString(name), value, value.length, flags));
  },
  listxattr: (node: number): Uint8Array => grown((out) => calls.listxattr(magicLink(node), out, out.length)),
  removexattr: (node: number, name: ByteString): void => {
    check(calls.removexattr(magicLink(node), cString(name)));
  },
};
