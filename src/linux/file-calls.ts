import { libc } from './libc.ts';

/** Bytes with a NUL at the end. */
export type CString = Uint8Array;
const declare = <F>(prototype: string): F => libc.func(prototype) as unknown as F;

/** The system calls for files, as libc has them: what is below 0 is a failure, whose errno `fail` gives. */
export const calls = {
  openat: declare<(dir: number, path: CString, flags: number, mode: number) => number>(
    'int openat(int, void *, int, uint32_t)',
  ),
  close: declare<(fd: number) => number>('int close(int)'),
  statx: declare<(dir: number, path: CString, flags: number, mask: number, out: Uint8Array) => number>(
    'int statx(int, void *, int, unsigned int, void *)',
  ),
  fstatfs: declare<(fd: number, out: BigInt64Array) => number>('int fstatfs(int, void *)'),
  readlinkat: declare<(dir: number, path: CString, out: Uint8Array, size: number) => number>(
    'long readlinkat(int, void *, void *, size_t)',
  ),
  faccessat: declare<(dir: number, path: CString, mask: number, flags: number) => number>(
    'int faccessat(int, void *, int, int)',
  ),
  mknodat: declare<(dir: number, path: CString, mode: number, rdev: number) => number>(
    'int mknodat(int, void *, uint32_t, uint64_t)',
  ),
  mkdirat: declare<(dir: number, path: CString, mode: number) => number>('int mkdirat(int, void *, uint32_t)'),
  symlinkat: declare<(target: CString, dir: number, path: CString) => number>('int symlinkat(void *, int, void *)'),
  linkat: declare<(olddir: number, old: CString, dir: number, path: CString, flags: number) => number>(
    'int linkat(int, void *, int, void *, int)',
  ),
  unlinkat: declare<(dir: number, path: CString, flags: number) => number>('int unlinkat(int, void *, int)'),
  renameat2: declare<(olddir: number, old: CString, dir: number, path: CString, flags: number) => number>(
    'int renameat2(int, void *, int, void *, unsigned int)',
  ),
  fchmodat: declare<(dir: number, path: CString, mode: number, flags: number) => number>(
    'int fchmodat(int, void *, uint32_t, int)',
  ),
  fchownat: declare<(dir: number, path: CString, uid: number, gid: number, flags: number) => number>(
    'int fchownat(int, void *, uint32_t, uint32_t, int)',
  ),
  utimensat: declare<(dir: number, path: CString, times: BigInt64Array, flags: number) => number>(
    'int utimensat(int, void *, void *, int)',
  ),
  truncate: declare<(path: CString, size: number) => number>('int truncate(void *, int64_t)'),
  ftruncate: declare<(fd: number, size: number) => number>('int ftruncate(int, int64_t)'),
  pread: declare<(fd: number, out: Uint8Array, size: number, offset: number) => number>(
    'long pread(int, void *, size_t, int64_t)',
  ),
  pwrite: declare<(fd: number, data: Uint8Array, size: number, offset: number) => number>(
    'long pwrite(int, void *, size_t, int64_t)',
  ),
  fsync: declare<(fd: number) => number>('int fsync(int)'),
  fdatasync: declare<(fd: number) => number>('int fdatasync(int)'),
  fallocate: declare<(fd: number, mode: number, offset: number, length: number) => number>(
    'int fallocate(int, int, int64_t, int64_t)',
  ),
  copyFileRange: declare<
    (fdIn: number, offIn: BigInt64Array, fdOut: number, offOut: BigInt64Array, size: number, flags: number) => number
  >('long copy_file_range(int, void *, int, void *, size_t, unsigned int)'),
  syncfs: declare<(fd: number) => number>('int syncfs(int)'),
  dup: declare<(fd: number) => number>('int dup(int)'),
  lseek: declare<(fd: number, offset: bigint, whence: number) => number | bigint>('int64_t lseek(int, int64_t, int)'),
  getdents64: declare<(fd: number, out: Uint8Array, size: number) => number>('long getdents64(int, void *, size_t)'),
  getxattr: declare<(path: CString, name: CString, out: Uint8Array, size: number) => number>(
    'long getxattr(void *, void *, void *, size_t)',
  ),
  setxattr: declare<(path: CString, name: CString, value: Uint8Array, size: number, flags: number) => number>(
    'int setxattr(void *, void *, void *, size_t, int)',
  ),
  listxattr: declare<(path: CString, out: Uint8Array, size: number) => number>(
    'long listxattr(void *, void *, size_t)',
  ),
  removexattr: declare<(path: CString, name: CString) => number>('int removexattr(void *, void *)'),
  umask: declare<(mask: number) => number>('uint32_t umask(uint32_t)'),
};
