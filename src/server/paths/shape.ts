/** A name as a file system by path gives it: text, or its bytes. */
export type NameLike = string | Uint8Array;

type Integer = number | bigint;

/**
 * What `lstat` tells. Times are taken from `atimeNs` and its like, else from `atimeMs`; what is missing is 0, or what
 * follows from the rest.
 */
export interface PathStats {
  readonly mode: Integer;
  readonly size: Integer; // bytes
  readonly dev?: Integer;
  readonly ino?: Integer;
  readonly nlink?: Integer;
  readonly uid?: Integer;
  readonly gid?: Integer;
  readonly rdev?: Integer;
  readonly blksize?: Integer; // bytes
  readonly blocks?: Integer; // 512-byte units
  readonly atimeMs: Integer;
  readonly mtimeMs: Integer;
  readonly ctimeMs: Integer;
  readonly birthtimeMs?: Integer;
  readonly atimeNs?: bigint;
  readonly mtimeNs?: bigint;
  readonly ctimeNs?: bigint;
  readonly birthtimeNs?: bigint;
}

/** An entry of a directory. */
export interface PathDirent {
  readonly name: NameLike;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isBlockDevice?(): boolean;
  isCharacterDevice?(): boolean;
  isFIFO?(): boolean;
  isSocket?(): boolean;
}

/** An open file: the parts of Node's `FileHandle` that a server needs. It must go on when its name is gone. */
export interface PathFile {
  stat(options?: { bigint: boolean }): Promise<PathStats>;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write?(
    data: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  truncate?(size: number): Promise<void>;
  chmod?(mode: number): Promise<void>;
  chown?(uid: number, gid: number): Promise<void>;
  utimes?(atime: number | Date, mtime: number | Date): Promise<void>;
  sync?(): Promise<void>;
  datasync?(): Promise<void>;
  close(): Promise<void>;
}

/** What `statfs` tells, in blocks of `bsize` bytes. */
export interface PathStatfs {
  readonly bsize: Integer;
  readonly blocks: Integer;
  readonly bfree: Integer;
  readonly bavail: Integer;
  readonly files: Integer;
  readonly ffree: Integer;
}

/**
 * A file system by path: what a path server needs of `node:fs/promises`, with its meaning. Errors carry Node's `code`.
 * Flags of `open` are Linux's numbers; numbers of seconds are times. What is missing the file system is said not to
 * support: EPERM, as the man pages have it.
 */
export interface PathFs {
  lstat(path: string, options?: { bigint: boolean }): Promise<PathStats>;
  /** Answers {@link PathDirent}s, for these options. */
  readdir(path: string, options: { withFileTypes: true; encoding?: 'buffer' }): Promise<readonly unknown[]>;
  open(path: string, flags: number, mode?: number): Promise<PathFile>;
  readlink?(path: string, options: { encoding: 'buffer' }): Promise<NameLike>;
  mkdir?(path: string, options: { mode: number }): Promise<unknown>;
  rmdir?(path: string): Promise<void>;
  unlink?(path: string): Promise<void>;
  rename?(from: string, to: string): Promise<void>;
  link?(existing: string, path: string): Promise<void>;
  symlink?(target: string, path: string): Promise<unknown>;
  chmod?(path: string, mode: number): Promise<void>;
  lchown?(path: string, uid: number, gid: number): Promise<void>;
  lutimes?(path: string, atime: number | Date, mtime: number | Date): Promise<void>;
  statfs?(path: string): Promise<PathStatfs>;
}
