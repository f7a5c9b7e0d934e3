import { type ByteString, fromBytes, fromText, isText, toBytes, toText } from '../../abi/bytes.ts';
import { EINVAL, ENOENT, ENOTDIR, EPERM } from '../../abi/errno.ts';
import { S_IFLNK } from '../../abi/linux.ts';
import { errnoOfError } from '../error-number.ts';
import type { NameLike, PathDirent, PathFile, PathFs, PathStatfs } from './shape.ts';
import { type Stat, statBy, typeOf } from './stat.ts';

/** How a file system by path wants names: as text, or also as bytes in a `Uint8Array`. */
export type Names = 'utf8' | 'bytes';

/**
 * A file system by path, below a root directory. Paths are ByteStrings that begin with a slash, or empty: the root
 * itself. What it has no method for is EPERM. Names that it cannot have are EINVAL, as on Linux's own file systems that
 * store names as text.
 */
export class Backing {
  readonly #fs: PathFs;
  readonly #root: ByteString;
  readonly #names: Names;

  constructor(fs: PathFs, root: string, names: Names) {
    this.#fs = fs;
    this.#root = fromText(root.replace(/\/+$/, ''));
    this.#names = names;
  }

  /** The size of a symlink, which some leave 0, is its target's length. */
  async lstat(path: ByteString): Promise<Stat> {
    const at = this.#at(path);
    const stat = await statBy((options) => this.#fs.lstat(at, options));
    if (typeOf(stat) !== S_IFLNK || stat.size > 0 || this.#fs.readlink === undefined) return stat;
    const target = await this.readlink(path);
    return { ...stat, size: target.length };
  }

  /** As lstat; null when there is no such name. */
  async lstatIfThere(path: ByteString): Promise<Stat | null> {
    try {
      return await this.lstat(path);
    } catch (error) {
      const errno = errnoOfError(error);
      if (errno === ENOENT || errno === ENOTDIR) return null;
      throw error;
    }
  }

  async readlink(path: ByteString): Promise<ByteString> {
    const target = await this.#call('readlink', this.#at(path), { encoding: 'buffer' });
    return bytesOf(target);
  }

  async readdir(path: ByteString): Promise<{ name: ByteString; dirent: PathDirent }[]> {
    const options =
      this.#names === 'bytes'
        ? ({ withFileTypes: true, encoding: 'buffer' } as const)
        : ({ withFileTypes: true } as const);
    const entries = (await this.#fs.readdir(this.#at(path), options)) as readonly PathDirent[];
    return entries.map((dirent) => ({ name: bytesOf(dirent.name), dirent }));
  }

  open(path: ByteString, flags: number, mode?: number): Promise<PathFile> {
    const at = this.#at(path);
    return mode === undefined ? this.#fs.open(at, flags) : this.#fs.open(at, flags, mode);
  }

  async mkdir(path: ByteString, mode: number): Promise<void> {
    await this.#call('mkdir', this.#at(path), { mode });
  }

  async symlink(target: ByteString, path: ByteString): Promise<void> {
    await this.#call('symlink', this.#outside(target), this.#at(path));
  }

  async link(existing: ByteString, path: ByteString): Promise<void> {
    await this.#call('link', this.#at(existing), this.#at(path));
  }

  async unlink(path: ByteString): Promise<void> {
    await this.#call('unlink', this.#at(path));
  }

  async rmdir(path: ByteString): Promise<void> {
    await this.#call('rmdir', this.#at(path));
  }

  async rename(from: ByteString, to: ByteString): Promise<void> {
    await this.#call('rename', this.#at(from), this.#at(to));
  }

  async chmod(path: ByteString, mode: number): Promise<void> {
    await this.#call('chmod', this.#at(path), mode);
  }

  async lchown(path: ByteString, uid: number, gid: number): Promise<void> {
    await this.#call('lchown', this.#at(path), uid, gid);
  }

  async lutimes(path: ByteString, atime: number | Date, mtime: number | Date): Promise<void> {
    await this.#call('lutimes', this.#at(path), atime, mtime);
  }

  /** Null where that is not told. */
  async statfs(): Promise<PathStatfs | null> {
    return this.#fs.statfs === undefined ? null : await this.#fs.statfs(this.#at(''));
  }

  async #call<Name extends Optional>(name: Name, ...args: Parameters<Method<Name>>): Promise<Result<Name>> {
    const method = this.#fs[name] as ((...args: unknown[]) => Promise<Result<Name>>) | undefined;
    if (method === undefined) throw EPERM;
    return await method.apply(this.#fs, args);
  }

  #at(path: ByteString): string {
    return this.#outside(path === '' && this.#root === '' ? '/' : `${this.#root}${path}`);
  }

  #outside(bytes: ByteString): string {
    if (isText(bytes)) return toText(bytes);
    if (this.#names === 'bytes') return toBytes(bytes) as unknown as string;
    throw EINVAL;
  }
}

type Optional =
  | 'readlink'
  | 'mkdir'
  | 'rmdir'
  | 'unlink'
  | 'rename'
  | 'link'
  | 'symlink'
  | 'chmod'
  | 'lchown'
  | 'lutimes';
type Method<Name extends Optional> = NonNullable<PathFs[Name]>;
type Result<Name extends Optional> = Awaited<ReturnType<Method<Name>>>;

const bytesOf = (name: NameLike): ByteString => (typeof name === 'string' ? fromText(name) : fromBytes(name));
