import { constants } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { join } from './paths.ts';

/** What copying needs of a file system: a part of node:fs/promises, so the host's and a mount's both serve. */
export type CopyFs = Pick<
  typeof promises,
  'chmod' | 'lchown' | 'lstat' | 'lutimes' | 'mkdir' | 'open' | 'readdir' | 'readlink' | 'stat' | 'symlink' | 'unlink'
>;

/** A file in one of the two file systems; the path is bytes. */
export interface Place {
  readonly fs: CopyFs;
  readonly path: Buffer;
}

/** What to copy, and whom to tell of it. */
export interface CopyOptions {
  readonly recursive: boolean;
  /** Keep mode, owner (as far as one may) and times. */
  readonly preserve: boolean;
  /** Called with the bytes just copied. */
  readonly progress: (bytes: number) => void;
  /** Called for each file that could not be copied; the rest goes on. */
  readonly failed: (path: Buffer, error: unknown) => void;
}

const BLOCK = 1 << 20; // bytes
const PARALLEL = 8; // files of one directory under way at a time

/** Copies a file, or with `recursive` a tree. Symlinks inside a tree stay symlinks; holes stay holes. */
export async function copy(from: Place, to: Place, options: CopyOptions): Promise<void> {
  try {
    const stats = await (options.recursive ? from.fs.lstat(from.path) : from.fs.stat(from.path));
    if (stats.isDirectory()) {
      if (!options.recursive) throw new Error('is a directory, and -r was not given');
      await copyDirectory(from, to, options);
    } else if (stats.isSymbolicLink()) await copyLink(from, to);
    else if (stats.isFile()) await copyFile(from, to, stats.mode, options);
    else throw new Error('is neither a file, a directory nor a symlink');
    if (options.preserve) await preserve(from, to);
  } catch (error) {
    options.failed(from.path, error);
  }
}

async function copyDirectory(from: Place, to: Place, options: CopyOptions): Promise<void> {
  const { mode } = await from.fs.lstat(from.path);
  await to.fs.mkdir(to.path, { mode: (mode & 0o777) | 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || !(await to.fs.stat(to.path)).isDirectory()) throw error;
  });
  const names = await from.fs.readdir(from.path, { encoding: 'buffer' });
  const queue = names.values();
  const work = async (): Promise<void> => {
    for (const name of queue) {
      await copy({ fs: from.fs, path: join(from.path, name) }, { fs: to.fs, path: join(to.path, name) }, options);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  if ((mode & 0o700) !== 0o700) await to.fs.chmod(to.path, mode & 0o777);
}

async function copyLink(from: Place, to: Place): Promise<void> {
  const target = await from.fs.readlink(from.path, { encoding: 'buffer' });
  await to.fs.symlink(target, to.path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    await to.fs.unlink(to.path);
    await to.fs.symlink(target, to.path);
  });
}

async function copyFile(from: Place, to: Place, mode: number, options: CopyOptions): Promise<void> {
  await using source = await from.fs.open(from.path, constants.O_RDONLY);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
  await using target = await to.fs.open(to.path, flags, mode & 0o777);
  const block = Buffer.allocUnsafe(BLOCK);
  let offset = 0;
  for (;;) {
    const { bytesRead } = await source.read(block, 0, BLOCK, offset);
    if (bytesRead === 0) break;
    const data = block.subarray(0, bytesRead);
    if (!isZero(data)) await writeAll(target, data, offset);
    offset += bytesRead;
    options.progress(bytesRead);
  }
  await target.truncate(offset);
}

async function writeAll(target: promises.FileHandle, data: Buffer, offset: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    done += (await target.write(data, done, data.length - done, offset + done)).bytesWritten;
  }
}

/** Whether a block holds nothing but zeros, so that a hole does. */
function isZero(block: Buffer): boolean {
  return block[0] === 0 && block.compare(block, 0, block.length - 1, 1, block.length) === 0;
}

/** Times pass through Node's doubles, which are good to a quarter of a microsecond in these years. */
async function preserve(from: Place, to: Place): Promise<void> {
  const stats = await from.fs.lstat(from.path, { bigint: true });
  await to.fs.lchown(to.path, Number(stats.uid), Number(stats.gid)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM') throw error;
  });
  if (!stats.isSymbolicLink()) await to.fs.chmod(to.path, Number(stats.mode) & 0o7777);
  await to.fs.lutimes(to.path, inSeconds(stats.atimeNs), inSeconds(stats.mtimeNs));
}

const inSeconds = (nanoseconds: bigint): number =>
  Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9;
