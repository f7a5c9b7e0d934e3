import type { ByteString } from '../abi/bytes.ts';
import type { Features, InitFlag } from '../abi/init-flags.ts';
import type { Client } from './client.ts';
import type { Coroutine } from './coroutine.ts';
import type { Body, OpcodeName, ReplyBody, Request } from './request.ts';

/** What a client says in INIT. */
export interface Offer {
  /** The protocol 7 minor that will be spoken: the smaller of the client's and ours. */
  readonly minor: number;
  /** The flags that the client offers. */
  readonly features: Features;
  readonly maxReadahead: number; // bytes
}

/** What a server wants of a connection. */
export interface Wishes {
  /**
   * Flags whose meaning the server honours; those that the client does not offer stay off. The session adds those of
   * the message format, and those that `readdirplus` and `setlk` need.
   */
  readonly flags?: readonly InitFlag[];
  /** Most bytes in one READ or WRITE; default and upper limit is what the way to the client carries. */
  readonly maxData?: number;
  readonly maxReadahead?: number; // bytes; at most what the client offers
  readonly maxBackground?: number; // requests; 0 leaves it to the client
  readonly congestionThreshold?: number; // requests; 0 leaves it to the client
  readonly timeGran?: number; // nanoseconds that the server's times are multiples of; default 1
  readonly maxStackDepth?: number; // for PASSTHROUGH
  readonly requestTimeout?: number; // seconds after which a client gives the connection up
}

/** A value, a promise of it, or a coroutine that returns it. */
export type Soon<T> = T | PromiseLike<T> | Coroutine<T>;

type Loose<T> = T extends object ? { [K in keyof T]?: Loose<T[K]> } : T;
type IsUnion<T, Each = T> = (T extends unknown ? ([Each] extends [T] ? false : true) : never) extends false
  ? false
  : true;
type Bare<T> = IsUnion<keyof T> extends true ? Loose<T> : T[keyof T] extends infer V ? Loose<V> : never;

/**
 * What a method answers: the struct of its opcode's reply, fields left out being 0. Of a struct with one field it is
 * that field's value: WRITE's is a number, STATFS' is a `fuse_kstatfs`.
 */
export type Answer<Name extends OpcodeName> = Soon<Bare<ReplyBody<Name>>>;

/**
 * Bytes; a string has one char a byte. Pieces stand one behind another; they spare a server a copy, and are read when the
 * method returns, or settles: they may change afterwards.
 */
export type Bytes = Uint8Array | ByteString | readonly Uint8Array[];

/** The request that the method of an opcode gets. */
export type RequestOf<Name extends OpcodeName> = Request<Body<Name>>;

/**
 * A file system by nodeid: a method for each opcode, called with the request (who asks, about which inode, the fixed
 * part as `request.body` in the C header's names), then the names and the bytes that the request carries.
 *
 * All methods may be missing: the client then gets ENOSYS, and for many opcodes never asks again, because it knows what
 * to do instead (see Linux's documentation of FUSE, or the table `onENOSYS` in abi/opcodes.ts). A method returns its
 * answer or a promise, or is a generator function (see {@link Coroutine}); what it returns at once is sent at once. It
 * fails by throwing an `Errno` or an error as Node's with a known `code`; anything else thrown is EIO and a line in the
 * log. Several requests may be under way when methods wait.
 *
 * Names, targets and xattr names are ByteStrings: one char per byte. Offsets and sizes are numbers; a client may send
 * some above 2^53, which then are no safe integers. Byte arguments are parts of the received message: copy what shall
 * stay.
 *
 * Every answer that gives a nodeid (an entry) adds one to the client's count for it; `forget` gives counts back.
 */
export interface FuseServer {
  /**
   * Called first: what the server wants of the connection. What it throws refuses the connection. `client` is who to
   * notify when something changes that no request has asked for.
   */
  init?(offer: Offer, client: Client): Wishes;
  /** The session has ended; no more requests come. */
  destroy?(): void;

  /** Finds a name. Nodeid 0n is a negative answer that holds for `entry_valid`; ENOENT one that holds for this time. */
  lookup?(request: RequestOf<'LOOKUP'>, name: ByteString): Answer<'LOOKUP'>;
  /** The client gives so many of its references to an inode back. */
  forget?(nodeid: bigint, nlookup: number): void;

  /** All attributes, of an open file with FUSE_GETATTR_FH in `body.getattr_flags`. */
  getattr?(request: RequestOf<'GETATTR'>): Answer<'GETATTR'>;
  /** Changes what `body.valid` names, and answers all attributes. */
  setattr?(request: RequestOf<'SETATTR'>): Answer<'SETATTR'>;
  /** As `getattr`, with the creation time and the rest of statx(2). Missing, the client asks `getattr`. */
  statx?(request: RequestOf<'STATX'>): Answer<'STATX'>;
  /** Whether the caller may; asked only where the client does not judge by mode bits. */
  access?(request: RequestOf<'ACCESS'>): Soon<void>;
  /** At most 4095 bytes, no NUL behind them. */
  readlink?(request: RequestOf<'READLINK'>): Soon<Bytes>;

  /** Makes a symbolic link. */
  symlink?(request: RequestOf<'SYMLINK'>, name: ByteString, target: ByteString): Answer<'SYMLINK'>;
  /** Makes a file of the type in `body.mode`, without opening it; never a directory or a symbolic link. */
  mknod?(request: RequestOf<'MKNOD'>, name: ByteString): Answer<'MKNOD'>;
  /** Makes a directory. */
  mkdir?(request: RequestOf<'MKDIR'>, name: ByteString): Answer<'MKDIR'>;
  /** Removes a name of anything but a directory. The inode stays as long as it is not forgotten, or open. */
  unlink?(request: RequestOf<'UNLINK'>, name: ByteString): Soon<void>;
  /** Removes an empty directory. */
  rmdir?(request: RequestOf<'RMDIR'>, name: ByteString): Soon<void>;
  /** RENAME and RENAME2, `body.flags` being 0 for the former. */
  rename?(request: RequestOf<'RENAME2'>, oldname: ByteString, newname: ByteString): Soon<void>;
  /** Gives `body.oldnodeid` a name in the directory `nodeid`. */
  link?(request: RequestOf<'LINK'>, newname: ByteString): Answer<'LINK'>;

  /** Opens a file. Missing, files are open without more ado, their `fh` being 0n. */
  open?(request: RequestOf<'OPEN'>): Answer<'OPEN'>;
  /** Makes a regular file and opens it. Missing, the client uses `mknod` and `open`. */
  create?(request: RequestOf<'CREATE'>, name: ByteString): Answer<'CREATE'>;
  /** Makes a file without a name in a directory, and opens it; `name` is "/". */
  tmpfile?(request: RequestOf<'TMPFILE'>, name: ByteString): Answer<'TMPFILE'>;
  /** At most `body.size` bytes; fewer are the end of the file. */
  read?(request: RequestOf<'READ'>): Soon<Bytes>;
  /** Answers how many bytes were taken. They are the server's own from now on. */
  write?(request: RequestOf<'WRITE'>, data: Uint8Array): Answer<'WRITE'>;
  /** Comes with each close(2), which returns its error. */
  flush?(request: RequestOf<'FLUSH'>): Soon<void>;
  /** The file's content, and without FUSE_FSYNC_FDATASYNC its attributes, shall be on stable storage. */
  fsync?(request: RequestOf<'FSYNC'>): Soon<void>;
  /** Comes once for each answered `open` and `create`. */
  release?(request: RequestOf<'RELEASE'>): Soon<void>;

  /** Opens a directory. Missing, directories are open without more ado. */
  opendir?(request: RequestOf<'OPENDIR'>): Answer<'OPENDIR'>;
  /** Entries behind the cookie `body.offset`, as `DirentWriter` makes them; none is the end. */
  readdir?(request: RequestOf<'READDIR'>): Soon<Bytes>;
  /** As `readdir`, each entry as `lookup` answers it; those but "." and ".." count as looked up. */
  readdirplus?(request: RequestOf<'READDIRPLUS'>): Soon<Bytes>;
  /** As `fsync`, of a directory. */
  fsyncdir?(request: RequestOf<'FSYNCDIR'>): Soon<void>;
  /** Comes once for each answered `opendir`. */
  releasedir?(request: RequestOf<'RELEASEDIR'>): Soon<void>;

  /** Size and limits of the file system. */
  statfs?(request: RequestOf<'STATFS'>): Answer<'STATFS'>;
  /** All of the file system shall be on stable storage. */
  syncfs?(request: RequestOf<'SYNCFS'>): Soon<void>;

  /** The whole value: the session answers questions for its size, and ERANGE when it is too long. */
  getxattr?(request: RequestOf<'GETXATTR'>, name: ByteString): Soon<Bytes>;
  /** Sets an extended attribute; `body.flags` may be XATTR_CREATE or XATTR_REPLACE. */
  setxattr?(request: RequestOf<'SETXATTR'>, name: ByteString, value: Uint8Array): Soon<void>;
  /** All names, a NUL behind each. */
  listxattr?(request: RequestOf<'LISTXATTR'>): Soon<Bytes>;
  /** Removes an extended attribute, or throws ENODATA. */
  removexattr?(request: RequestOf<'REMOVEXATTR'>, name: ByteString): Soon<void>;

  /** Reserves or removes space; `body.mode` has FALLOC_FL bits. */
  fallocate?(request: RequestOf<'FALLOCATE'>): Soon<void>;
  /** Answers an offset, for SEEK_DATA and SEEK_HOLE. */
  lseek?(request: RequestOf<'LSEEK'>): Answer<'LSEEK'>;
  /** COPY_FILE_RANGE and COPY_FILE_RANGE_64: answers how many bytes were copied. */
  copyFileRange?(request: RequestOf<'COPY_FILE_RANGE_64'>): Answer<'COPY_FILE_RANGE_64'>;

  /** Answers a lock in the way, or the one asked about with type F_UNLCK. */
  getlk?(request: RequestOf<'GETLK'>): Answer<'GETLK'>;
  /** Takes or gives back a lock, or throws EAGAIN. Without it the client keeps locks itself. */
  setlk?(request: RequestOf<'SETLK'>): Soon<void>;
  /** Waits for the lock, until interrupted; a coroutine does that best. */
  setlkw?(request: RequestOf<'SETLKW'>): Soon<void>;

  /** Answers which block of the device a block of the file is. */
  bmap?(request: RequestOf<'BMAP'>): Answer<'BMAP'>;
  /** `data` of the answer are bytes for the caller, at most `body.out_size`. */
  ioctl?(request: RequestOf<'IOCTL'>, data: Uint8Array): Soon<Loose<ReplyBody<'IOCTL'>> & { data?: Bytes }>;
  /** Answers poll(2) bits. */
  poll?(request: RequestOf<'POLL'>): Answer<'POLL'>;
  /** Maps a part of a file into the memory window (DAX, which virtio-fs alone has). */
  setupmapping?(request: RequestOf<'SETUPMAPPING'>): Soon<void>;
  /** Gives parts of the memory window up: `body.count` of fuse_removemapping_one. */
  removemapping?(request: RequestOf<'REMOVEMAPPING'>, mappings: Uint8Array): Soon<void>;
}
