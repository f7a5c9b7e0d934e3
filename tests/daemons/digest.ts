import { createHash } from 'node:crypto';
import type * as promises from 'node:fs/promises';

/** What a digest asks of a file system: the shape of node:fs/promises. */
export type ReadableFs = Pick<typeof promises, 'lstat' | 'open' | 'readdir' | 'readlink'>;

/** One file of a tree, in a form that survives JSON. */
export interface Entry {
  readonly path: string; // one character (0..255) a byte, relative to the root of the tree
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly mode: string; // octal, permission bits alone
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number; // bytes
  readonly blocks: number; // 512-byte units
  readonly blksize: number; // bytes
  readonly mtime: string; // seconds since the epoch
  readonly mtimeNs: string; // nanoseconds of that second
  readonly ctime: string; // nanoseconds since the epoch
  readonly target: string | null; // bytes as in `path`; of a symbolic link that cannot be read the error's code
  readonly sha256: string | null; // of a file that cannot be read the error's code
}

const chunk = 1 << 20;

/** SHA-256 of a file's content, read to its end. A short read is not the end. */
async function sha256(fs: ReadableFs, path: Buffer): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunk);
  const file = await fs.open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunk, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

const readlink = async (fs: ReadableFs, path: Buffer): Promise<string> =>
  (await fs.readlink(path, { encoding: 'buffer' })).toString('latin1');

/** What a promise gives, or the code of the error: a server may refuse, and then it must refuse both sides alike. */
const orCode = (result: Promise<string>): Promise<string> =>
  result.catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    return error.code;
  });

async function describe(fs: ReadableFs, full: Buffer, path: Buffer): Promise<Entry> {
  const stat = await fs.lstat(full, { bigint: true });
  const type = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : 'other';
  return {
    path: path.toString('latin1'),
    type,
    mode: (stat.mode & 0o7777n).toString(8),
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    blocks: Number(stat.blocks),
    blksize: Number(stat.blksize),
    mtime: (stat.mtimeNs / 1_000_000_000n).toString(),
    mtimeNs: (stat.mtimeNs % 1_000_000_000n).toString(),
    ctime: stat.ctimeNs.toString(),
    target: type === 'symlink' ? await orCode(readlink(fs, full)) : null,
    sha256: type === 'file' ? await orCode(sha256(fs, full)) : null,
  };
}

/** Names every file below `root`, the root itself as '', in the order of the bytes of their paths. */
export async function digest(fs: ReadableFs, root: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const slash = Buffer.from('/');
  const visit = async (path: Buffer): Promise<void> => {
    const full = Buffer.concat([Buffer.from(root), slash, path]);
    const entry = await describe(fs, full, path);
    entries.push(entry);
    if (entry.type !== 'directory') return;
    const names = await fs.readdir(full, { encoding: 'buffer' });
    for (const name of names.sort(Buffer.compare)) {
      await visit(path.length === 0 ? name : Buffer.concat([path, slash, name]));
    }
  };
  await visit(Buffer.alloc(0));
  return entries;
}
