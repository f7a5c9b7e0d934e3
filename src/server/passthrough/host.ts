import type { ByteString } from '../../abi/bytes.ts';
import type { fuse_kstatfs, fuse_statx } from '../../abi/structs.ts';
import type { Time } from '../time.ts';

/** A point in time, as utimensat(2) takes it: 'now' and 'omit' are its special values. */
export type HostTime = Time | 'now' | 'omit';

/** One entry of getdents64(2). */
export interface HostEntry {
  readonly ino: bigint;
  readonly off: bigint;
  readonly type: number; // DT_*
  readonly name: ByteString;
}

/**
 * The system calls of the machine whose directory is served. Each throws the Errno that the call gives. Descriptors are
 * the machine's; names have no slash and are never followed. `node` is a descriptor opened with O_PATH, of any type.
 */
export interface HostFiles {
  /**
   * Runs `action` as this user and group, without supplementary groups, where this process may: their permissions
   * count, and what is made is theirs. See setfsuid(2).
   */
  as<T>(uid: number, gid: number, action: () => T): T;

  /** open(2) of an absolute path: the root. */
  openRoot(path: string): number;
  openat(directory: number, name: ByteString, flags: number): number;
  /** As openat, with O_CREAT or O_TMPFILE; modes here and below are not changed by a umask. */
  create(directory: number, name: ByteString, flags: number, mode: number): number;
  /** Opens what an O_PATH descriptor stands for. */
  reopen(node: number, flags: number): number;
  close(fd: number): void;

  /** statx(2) of what the descriptor stands for. */
  stat(fd: number): fuse_statx;
  statfs(fd: number): fuse_kstatfs;
  readlink(node: number): ByteString;

  /** access(2) with the ids of {@link as}. */
  access(node: number, mask: number): void;

  mknodat(directory: number, name: ByteString, mode: number, rdev: number): void;
  mkdirat(directory: number, name: ByteString, mode: number): void;
  symlinkat(target: ByteString, directory: number, name: ByteString): void;
  linkat(node: number, directory: number, name: ByteString): void;
  unlinkat(directory: number, name: ByteString, kind: 'file' | 'directory'): void;
  renameat(from: number, oldname: ByteString, to: number, newname: ByteString, flags: number): void;

  chmod(node: number, mode: number): void;
  /** 0xffffffff leaves an id as it is. */
  chown(node: number, uid: number, gid: number): void;
  utimens(node: number, atime: HostTime, mtime: HostTime): void;
  truncate(node: number, size: number): void;
  ftruncate(fd: number, size: number): void;

  pread(fd: number, buffer: Uint8Array, offset: number): number;
  pwrite(fd: number, data: Uint8Array, offset: number): number;
  fsync(fd: number, kind: 'all' | 'data'): void;
  syncfs(fd: number): void;
  /** What close(2) of one of several descriptors for the same file reports. */
  flush(fd: number): void;
  fallocate(fd: number, mode: number, offset: number, length: number): void;
  /** Returns how many bytes were copied. */
  copyFileRange(fdIn: number, offIn: number, fdOut: number, offOut: number, length: number): number;
  lseek(fd: number, offset: bigint, whence: number): bigint;
  /** Entries from the descriptor's position on, so many as fit in `size` bytes; none at the end. */
  getdents(fd: number, size: number): HostEntry[];

  getxattr(node: number, name: ByteString): Uint8Array;
  setxattr(node: number, name: ByteString, value: Uint8Array, flags: number): void;
  listxattr(node: number): Uint8Array;
  removexattr(node: number, name: ByteString): void;
}
