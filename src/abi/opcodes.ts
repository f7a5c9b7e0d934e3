import { EINVAL, ENOSYS, ENOTTY, EOPNOTSUPP, EPERM, type Errno } from './errno.ts';
import type { Struct } from './struct.ts';
import {
  cuse_init_in,
  cuse_init_out,
  fuse_access_in,
  fuse_attr_out,
  fuse_batch_forget_in,
  fuse_bmap_in,
  fuse_bmap_out,
  fuse_copy_file_range_in,
  fuse_copy_file_range_out,
  fuse_create_in,
  fuse_create_out,
  fuse_entry_out,
  fuse_fallocate_in,
  fuse_flush_in,
  fuse_forget_in,
  fuse_fsync_in,
  fuse_getattr_in,
  fuse_getxattr_in,
  fuse_getxattr_out,
  fuse_init_in,
  fuse_init_out,
  fuse_interrupt_in,
  fuse_ioctl_in,
  fuse_ioctl_out,
  fuse_link_in,
  fuse_lk_in,
  fuse_lk_out,
  fuse_lseek_in,
  fuse_lseek_out,
  fuse_mkdir_in,
  fuse_mknod_in,
  fuse_notify_retrieve_in,
  fuse_open_in,
  fuse_open_out,
  fuse_poll_in,
  fuse_poll_out,
  fuse_read_in,
  fuse_readdir_in,
  fuse_release_in,
  fuse_removemapping_in,
  fuse_rename_in,
  fuse_rename2_in,
  fuse_setattr_in,
  fuse_setupmapping_in,
  fuse_setxattr_in,
  fuse_statfs_out,
  fuse_statx_in,
  fuse_statx_out,
  fuse_syncfs_in,
  fuse_write_in,
  fuse_write_out,
} from './structs.ts';

/** What it means that a server answers an opcode with ENOSYS. */
export interface OnENOSYS {
  /** What the call gives: success, an errno, or what the client does instead, in words; its code then sees ENOSYS. */
  readonly gives: 'success' | Errno | { readonly instead: string };
  /** Whether the server is never asked again: later calls give the same at once. */
  readonly isRemembered: boolean;
}

/** All that the code knows about one opcode. `In` and `Out` are what the fixed parts of request and reply carry. */
export interface Opcode<In = unknown, Out = unknown> {
  readonly number: number;
  /** As the header names it after FUSE_. */
  readonly name: string;
  /** The protocol 7 minor that brought it. */
  readonly since: number;
  readonly in: Struct<In> | null;
  /** NUL-terminated byte strings after `in`, in wire order. */
  readonly names: readonly string[];
  /** What the bytes after the names are; null: there are none. */
  readonly data: string | null;
  /** May end with request extensions: a security context, a supplementary group. */
  readonly extensions: boolean;
  readonly out: Struct<Out> | null;
  /** What the bytes after `out` are, of which there may be any number up to what was asked for; null: there are none. */
  readonly outData: string | null;
  /** `out` may be cut anywhere; what is missing counts as 0. */
  readonly outMayBeShort: boolean;
  /** Asked with `size` 0 the reply is `out` alone, else data alone. */
  readonly sizeQuery: boolean;
  /** 'optional': a server may answer to report an error, and usually does not. */
  readonly reply: 'required' | 'none' | 'optional';
  /** Whose uid, gid and pid the header has; 'none': zeros. */
  readonly credentials: 'caller' | 'none';
  /** Never held back by limits, never given up by a signal, however fatal. */
  readonly forced: boolean;
  readonly onENOSYS: OnENOSYS;
}

type Row<In, Out> = Pick<Opcode<In, Out>, 'number' | 'name' | 'since'> & Partial<Opcode<In, Out>>;

const table = new Map<number, Opcode>();

const forGood = (gives: OnENOSYS['gives']): OnENOSYS => ({ gives, isRemembered: true });

function opcode<In = undefined, Out = undefined>(row: Row<In, Out>): Opcode<In, Out> {
  const complete: Opcode<In, Out> = {
    in: null,
    names: [],
    data: null,
    extensions: false,
    out: null,
    outData: null,
    outMayBeShort: false,
    sizeQuery: false,
    reply: 'required',
    credentials: 'caller',
    forced: false,
    onENOSYS: { gives: ENOSYS, isRemembered: false },
    ...row,
  };
  table.set(row.number, complete);
  return complete;
}

/** The row of a number that travels, or undefined for one that no protocol up to ours has. */
export const opcodeOf = (number: number): Opcode | undefined => table.get(number);

/** Finds a name in a directory; the nodeid it gives must be forgotten later. */
export const LOOKUP = opcode({ number: 1, name: 'LOOKUP', since: 1, names: ['name'], out: fuse_entry_out });

/** Gives lookups of one nodeid back. */
export const FORGET = opcode({
  number: 2,
  name: 'FORGET',
  since: 1,
  in: fuse_forget_in,
  reply: 'none',
  credentials: 'none',
  forced: true,
});

/** Asks for attributes, of a nodeid or of an open file. */
export const GETATTR = opcode({ number: 3, name: 'GETATTR', since: 1, in: fuse_getattr_in, out: fuse_attr_out });

/** Changes attributes: chmod, chown, truncate, utimensat. */
export const SETATTR = opcode({ number: 4, name: 'SETATTR', since: 1, in: fuse_setattr_in, out: fuse_attr_out });

/** Reads a symbolic link's target, without a NUL. */
export const READLINK = opcode({ number: 5, name: 'READLINK', since: 1, outData: 'target' });

/** Makes a symbolic link. */
export const SYMLINK = opcode({
  number: 6,
  name: 'SYMLINK',
  since: 1,
  names: ['name', 'target'],
  extensions: true,
  out: fuse_entry_out,
});

/** Makes a file of any type but directory and symbolic link, without opening it. */
export const MKNOD = opcode({
  number: 8,
  name: 'MKNOD',
  since: 1,
  in: fuse_mknod_in,
  names: ['name'],
  extensions: true,
  out: fuse_entry_out,
});

/** Makes a directory. */
export const MKDIR = opcode({
  number: 9,
  name: 'MKDIR',
  since: 1,
  in: fuse_mkdir_in,
  names: ['name'],
  extensions: true,
  out: fuse_entry_out,
});

/** Removes a name of anything but a directory. */
export const UNLINK = opcode({ number: 10, name: 'UNLINK', since: 1, names: ['name'] });

/** Removes an empty directory. */
export const RMDIR = opcode({ number: 11, name: 'RMDIR', since: 1, names: ['name'] });

/** Moves a name, over another one if that is there. */
export const RENAME = opcode({
  number: 12,
  name: 'RENAME',
  since: 1,
  in: fuse_rename_in,
  names: ['oldname', 'newname'],
});

/** Gives an inode one more name. */
export const LINK = opcode({
  number: 13,
  name: 'LINK',
  since: 1,
  in: fuse_link_in,
  names: ['newname'],
  out: fuse_entry_out,
  onENOSYS: forGood(EPERM),
});

/** Opens a file. One whose server has no OPEN is open without more ado. */
export const OPEN = opcode({
  number: 14,
  name: 'OPEN',
  since: 1,
  in: fuse_open_in,
  out: fuse_open_out,
  onENOSYS: forGood({ instead: 'the file is open, with handle 0, and is not released' }),
});

/** Reads from an open file; less than asked for is the end of the file. */
export const READ = opcode({ number: 15, name: 'READ', since: 1, in: fuse_read_in, outData: 'data' });

/** Writes to an open file. */
export const WRITE = opcode({
  number: 16,
  name: 'WRITE',
  since: 1,
  in: fuse_write_in,
  data: 'data',
  out: fuse_write_out,
});

/** Asks for the size and limits of the file system. */
export const STATFS = opcode({ number: 17, name: 'STATFS', since: 1, out: fuse_statfs_out });

/** Closes an open file for good, once for each OPEN; its error reaches nobody. */
export const RELEASE = opcode({
  number: 18,
  name: 'RELEASE',
  since: 1,
  in: fuse_release_in,
  credentials: 'none',
  forced: true,
});

/** Asks that an open file be on stable storage. */
export const FSYNC = opcode({ number: 20, name: 'FSYNC', since: 1, in: fuse_fsync_in, onENOSYS: forGood('success') });

/** Sets an extended attribute. */
export const SETXATTR = opcode({
  number: 21,
  name: 'SETXATTR',
  since: 1,
  in: fuse_setxattr_in,
  names: ['name'],
  data: 'value',
  onENOSYS: forGood(EOPNOTSUPP),
});

/** Reads an extended attribute, or its size. */
export const GETXATTR = opcode({
  number: 22,
  name: 'GETXATTR',
  since: 1,
  in: fuse_getxattr_in,
  names: ['name'],
  out: fuse_getxattr_out,
  outData: 'value',
  sizeQuery: true,
  onENOSYS: forGood(EOPNOTSUPP),
});

/** Lists the names of extended attributes, each with a NUL, or tells their size. */
export const LISTXATTR = opcode({
  number: 23,
  name: 'LISTXATTR',
  since: 1,
  in: fuse_getxattr_in,
  out: fuse_getxattr_out,
  outData: 'names',
  sizeQuery: true,
  onENOSYS: forGood(EOPNOTSUPP),
});

/** Removes an extended attribute. */
export const REMOVEXATTR = opcode({
  number: 24,
  name: 'REMOVEXATTR',
  since: 1,
  names: ['name'],
  onENOSYS: forGood(EOPNOTSUPP),
});

/** Comes with each close(2); its error is what close returns. */
export const FLUSH = opcode({
  number: 25,
  name: 'FLUSH',
  since: 1,
  in: fuse_flush_in,
  forced: true,
  onENOSYS: forGood('success'),
});

/** Opens the connection: versions, flags and limits. */
export const INIT = opcode({
  number: 26,
  name: 'INIT',
  since: 1,
  in: fuse_init_in,
  out: fuse_init_out,
  outMayBeShort: true,
  credentials: 'none',
  forced: true,
});

/** Opens a directory. One whose server has no OPENDIR is open without more ado. */
export const OPENDIR = opcode({
  number: 27,
  name: 'OPENDIR',
  since: 1,
  in: fuse_open_in,
  out: fuse_open_out,
  onENOSYS: forGood({ instead: 'the directory is open, with handle 0, and is not released' }),
});

/** Reads a stretch of an open directory; nothing is its end. */
export const READDIR = opcode({ number: 28, name: 'READDIR', since: 1, in: fuse_readdir_in, outData: 'entries' });

/** Closes an open directory for good. */
export const RELEASEDIR = opcode({
  number: 29,
  name: 'RELEASEDIR',
  since: 1,
  in: fuse_release_in,
  credentials: 'none',
  forced: true,
});

/** Asks that a directory be on stable storage. */
export const FSYNCDIR = opcode({
  number: 30,
  name: 'FSYNCDIR',
  since: 2,
  in: fuse_fsync_in,
  onENOSYS: forGood('success'),
});

/** Asks who holds a lock in the way. */
export const GETLK = opcode({ number: 31, name: 'GETLK', since: 7, in: fuse_lk_in, out: fuse_lk_out });

/** Takes or gives back a lock, or fails at once. */
export const SETLK = opcode({ number: 32, name: 'SETLK', since: 7, in: fuse_lk_in });

/** As SETLK, but waits for the lock. */
export const SETLKW = opcode({ number: 33, name: 'SETLKW', since: 7, in: fuse_lk_in });

/** Asks whether access(2) or chdir(2) may succeed, where the client does not judge itself. */
export const ACCESS = opcode({
  number: 34,
  name: 'ACCESS',
  since: 3,
  in: fuse_access_in,
  onENOSYS: forGood('success'),
});

/** Makes a regular file and opens it. */
export const CREATE = opcode({
  number: 35,
  name: 'CREATE',
  since: 3,
  in: fuse_create_in,
  names: ['name'],
  extensions: true,
  out: fuse_create_out,
  onENOSYS: forGood({ instead: 'MKNOD and OPEN' }),
});

/** Tells that a request's caller has a signal; the answer goes to the request. */
export const INTERRUPT = opcode({
  number: 36,
  name: 'INTERRUPT',
  since: 7,
  in: fuse_interrupt_in,
  reply: 'optional',
  credentials: 'none',
  forced: true,
  onENOSYS: forGood('success'),
});

/** Asks where a file's block lies on the device. */
export const BMAP = opcode({
  number: 37,
  name: 'BMAP',
  since: 8,
  in: fuse_bmap_in,
  out: fuse_bmap_out,
  onENOSYS: forGood({ instead: 'there is no block: 0' }),
});

/** Ends the connection at unmount. */
export const DESTROY = opcode({ number: 38, name: 'DESTROY', since: 8, credentials: 'none', forced: true });

/** Passes on an ioctl(2). */
export const IOCTL = opcode({
  number: 39,
  name: 'IOCTL',
  since: 11,
  in: fuse_ioctl_in,
  data: 'data',
  out: fuse_ioctl_out,
  outData: 'data',
  onENOSYS: { gives: ENOTTY, isRemembered: false },
});

/** Asks whether an open file is ready, and perhaps for a NOTIFY_POLL when it is. */
export const POLL = opcode({
  number: 40,
  name: 'POLL',
  since: 11,
  in: fuse_poll_in,
  out: fuse_poll_out,
  onENOSYS: forGood({ instead: 'the file is ready' }),
});

/** What NOTIFY_RETRIEVE asked for; its `unique` is the server's own. */
export const NOTIFY_REPLY = opcode({
  number: 41,
  name: 'NOTIFY_REPLY',
  since: 15,
  in: fuse_notify_retrieve_in,
  data: 'data',
  reply: 'none',
  credentials: 'none',
  forced: true,
});

/** Gives lookups of several nodeids back. */
export const BATCH_FORGET = opcode({
  number: 42,
  name: 'BATCH_FORGET',
  since: 16,
  in: fuse_batch_forget_in,
  data: 'forgets',
  reply: 'none',
  credentials: 'none',
  forced: true,
});

/** Reserves or removes space in an open file. */
export const FALLOCATE = opcode({
  number: 43,
  name: 'FALLOCATE',
  since: 19,
  in: fuse_fallocate_in,
  onENOSYS: forGood(EOPNOTSUPP),
});

/** As READDIR, with a LOOKUP for each entry. */
export const READDIRPLUS = opcode({
  number: 44,
  name: 'READDIRPLUS',
  since: 21,
  in: fuse_readdir_in,
  outData: 'entries',
});

/** As RENAME, with the flags of renameat2(2). */
export const RENAME2 = opcode({
  number: 45,
  name: 'RENAME2',
  since: 23,
  in: fuse_rename2_in,
  names: ['oldname', 'newname'],
  onENOSYS: forGood(EINVAL),
});

/** Finds data or a hole in an open file. */
export const LSEEK = opcode({
  number: 46,
  name: 'LSEEK',
  since: 24,
  in: fuse_lseek_in,
  out: fuse_lseek_out,
  onENOSYS: forGood({ instead: 'all of the file is data' }),
});

/** Copies from one open file to another. */
export const COPY_FILE_RANGE = opcode({
  number: 47,
  name: 'COPY_FILE_RANGE',
  since: 28,
  in: fuse_copy_file_range_in,
  out: fuse_write_out,
  onENOSYS: forGood({ instead: 'the kernel reads and writes' }),
});

/** Maps a part of a file into the memory window (DAX). */
export const SETUPMAPPING = opcode({ number: 48, name: 'SETUPMAPPING', since: 31, in: fuse_setupmapping_in });

/** Gives parts of the memory window up (DAX). */
export const REMOVEMAPPING = opcode({
  number: 49,
  name: 'REMOVEMAPPING',
  since: 31,
  in: fuse_removemapping_in,
  data: 'mappings',
});

/** Asks that all of the file system be on stable storage. */
export const SYNCFS = opcode({
  number: 50,
  name: 'SYNCFS',
  since: 34,
  in: fuse_syncfs_in,
  onENOSYS: forGood('success'),
});

/** As CREATE, without a name: the one sent is "/". */
export const TMPFILE = opcode({
  number: 51,
  name: 'TMPFILE',
  since: 37,
  in: fuse_create_in,
  names: ['name'],
  extensions: true,
  out: fuse_create_out,
  onENOSYS: forGood(EOPNOTSUPP),
});

/** As GETATTR, with the creation time and the rest of statx(2). */
export const STATX = opcode({
  number: 52,
  name: 'STATX',
  since: 39,
  in: fuse_statx_in,
  out: fuse_statx_out,
  onENOSYS: forGood({ instead: 'GETATTR' }),
});

/** As COPY_FILE_RANGE, for more than 4 GiB. */
export const COPY_FILE_RANGE_64 = opcode({
  number: 53,
  name: 'COPY_FILE_RANGE_64',
  since: 45,
  in: fuse_copy_file_range_in,
  out: fuse_copy_file_range_out,
  onENOSYS: forGood({ instead: 'COPY_FILE_RANGE' }),
});

/** The first request to a character device in user space. */
export const CUSE_INIT = opcode({
  number: 4096,
  name: 'CUSE_INIT',
  since: 11,
  in: cuse_init_in,
  out: cuse_init_out,
  outData: 'device description',
  credentials: 'none',
  forced: true,
});

/** Every row, by number. */
export const allOpcodes: readonly Opcode[] = [...table.values()];
