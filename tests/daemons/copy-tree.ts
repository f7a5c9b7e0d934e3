import type * as promises from 'node:fs/promises';

/** What a copy asks of both file systems: the shape of node:fs/promises. */
export type CopyFs = Pick<
  typeof promises,
  'chmod' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'readlink' | 'symlink' | 'utimes'
>;

interface Place {
  readonly fs: CopyFs;
  readonly path: Buffer;
}

const chunk = 1 << 20;

async function copyContent(from: Place, to: Place): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunk);
  const source = await from.fs.open(from.path, 'r');
  const target = await to.fs.open(to.path, 'wx');
  try {
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, chunk, null);
      if (bytesRead === 0) break;
      for (let done = 0; done < bytesRead; ) {
        done += (await target.write(buffer, done, bytesRead - done, null)).bytesWritten;
      }
    }
  } finally {
    await source.close();
    await target.close();
  }
}

async function copyEntry(from: Place, to: Place, skip: (path: Buffer) => boolean): Promise<void> {
  if (skip(from.path)) return;
  const stat = await from.fs.lstat(from.path);
  if (stat.isSymbolicLink()) {
    await to.fs.symlink(await from.fs.readlink(from.path, { encoding: 'buffer' }), to.path);
    return;
  }
  if (stat.isDirectory()) {
    await to.fs.mkdir(to.path);
    await copyInto(from, to, skip);
  } else {
    await copyContent(from, to);
  }
  await to.fs.chmod(to.path, stat.mode & 0o7777);
  await to.fs.utimes(to.path, stat.atimeMs / 1000, stat.mtimeMs / 1000);
}

async function copyInto(from: Place, to: Place, skip: (path: Buffer) => boolean): Promise<void> {
  for (const name of await from.fs.readdir(from.path, { encoding: 'buffer' })) {
    const inside = ({ fs, path }: Place): Place => ({ fs, path: Buffer.concat([path, Buffer.from('/'), name]) });
    await copyEntry(inside(from), inside(to), skip);
  }
}

/**
 * Copies what is in one directory into another that exists and is empty, as `cp -r` does, with modes and times.
 * Hard links become files of their own.
 */
export async function copyTree(
  from: { readonly fs: CopyFs; readonly path: string },
  to: { readonly fs: CopyFs; readonly path: string },
  skip: (path: Buffer) => boolean = () => false,
): Promise<void> {
  await copyInto({ ...from, path: Buffer.from(from.path) }, { ...to, path: Buffer.from(to.path) }, skip);
}
