import type { ByteString } from '../abi/bytes.ts';
import { EEXIST, EINVAL, EISDIR, ENOENT, ENOSYS, ENOTDIR, ENOTEMPTY, ENXIO, EPERM } from '../abi/errno.ts';
import { FATTR_FH, FUSE_FSYNC_FDATASYNC, FUSE_GETATTR_FH } from '../abi/fuse.ts';
import {
  NAME_MAX,
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_WRONLY,
  PAGE_SIZE,
  S_IALLUGO,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from '../abi/linux.ts';
import { errnoOfError } from './error-number.ts';
import type { FuseServer, RequestOf, Wishes } from './fuse-server.ts';
import { Answers } from './paths/answers.ts';
import { Backing, type Names } from './paths/backing.ts';
import { ALWAYS, closingOnFailure, Locator } from './paths/locator.ts';
import { type Owner, settle } from './paths/new-file.ts';
import type { Node } from './paths/node.ts';
import { isBelow, NodeTree } from './paths/node-tree.ts';
import { type OpenFile, statOfFile } from './paths/open-file.ts';
import { OpenFiles } from './paths/open-files.ts';
import { Changes } from './paths/setattr.ts';
import type { PathFile, PathFs } from './paths/shape.ts';
import { SharedLock } from './paths/shared-lock.ts';
import { isDirectory, type Stat, typeOf } from './paths/stat.ts';
import { writeListing } from './paths/write-listing.ts';
import type { Request } from './request.ts';

/** How a file system by path is served; all of it may be left out. */
export interface PathServerOptions {
  /** The directory that becomes the root, as an absolute path; default `/`. */
  readonly root?: string;
  /** Whether names that are no UTF-8 can be had, as bytes; default 'utf8': they are EINVAL. */
  readonly names?: Names;
  /**
   * Whom new files are given to: default the caller, as far as this process may. Of 'process' they are whatever the file
   * system makes them.
   */
  readonly owner?: Owner;
  /**
   * Seconds for which the client may believe names, absences of names, and attributes; default 1, 0 and 1. Infinity
   * suits a file system that changes only through this server.
   */
  readonly entryTimeout?: number;
  readonly negativeTimeout?: number;
  readonly attrTimeout?: number;
}

/**
 * A server for whatever has the shape of `node:fs/promises`: that itself, a file system in memory, another mount.
 *
 * Open files are open there too, and go on when their names are gone. A file that was looked up, is not open, and is not
 * under its names any more is ESTALE, as on a network file system; Linux then looks its path up again. Symlinks are
 * never followed at the end of a path, but the directories above are found by path every time: only the use of the
 * same tree by others, who put symlinks in the place of directories at the right moment, can lead elsewhere. For trees
 * that such others write to there is `passthrough`.
 *
 * What is done is done as this process; the client checks permissions, with `default_permissions`. There are no
 * extended attributes, no special files but those that are there (EPERM), no flags of renameat2 (EINVAL), no O_TMPFILE,
 * and O_APPEND is the client's work. Times are set to the microsecond. One client at a time.
 */
export const pathServer = (fs: PathFs, options: PathServerOptions = {}): FuseServer => new PathServer(fs, options);

/** More than any client reads at once, in bytes. */
const LARGEST = 2 ** 20;

class PathServer implements FuseServer {
  readonly #owner: Owner;
  readonly #backing: Backing;
  readonly #tree = new NodeTree();
  readonly #locator: Locator;
  readonly #changes: Changes;
  readonly #answers: Answers;
  readonly #open = new OpenFiles(this.#tree);
  /** Held by whatever uses paths; exclusively by renames, which change paths of others. Below it a directory's lock. */
  readonly #paths = new SharedLock();

  constructor(fs: PathFs, options: PathServerOptions) {
    const { root = '/', names = 'utf8', owner = 'caller' } = options;
    const { entryTimeout = 1, negativeTimeout = 0, attrTimeout = 1 } = options;
    this.#owner = owner;
    this.#backing = new Backing(fs, root, names);
    this.#locator = new Locator(this.#backing, this.#tree);
    this.#changes = new Changes(this.#backing, this.#locator);
    this.#answers = new Answers(this.#tree, { entryTimeout, negativeTimeout, attrTimeout });
  }

  init(): Wishes {
    return { flags: ['ASYNC_READ', 'ATOMIC_O_TRUNC', 'AUTO_INVAL_DATA', 'PARALLEL_DIROPS'] };
  }

  destroy(): void {
    this.#open.clear();
    this.#tree.clear();
  }

  async lookup({ nodeid }: RequestOf<'LOOKUP'>, name: ByteString) {
    const parent = this.#tree.get(nodeid);
    return await this.#inDirectory(parent, checked(name), 'shared', async (path) => {
      const [, stat] = await Promise.all([this.#locator.find(parent), this.#backing.lstatIfThere(path)]);
      if (stat !== null) return this.#answers.entry(parent, name, stat, 'found');
      this.#tree.remove(parent, name, null);
      return this.#answers.absence();
    });
  }

  forget(nodeid: bigint, nlookup: number): void {
    this.#tree.forget(nodeid, nlookup);
  }

  async getattr({ nodeid, body }: RequestOf<'GETATTR'>) {
    const node = this.#tree.get(nodeid);
    const file = (body.getattr_flags & FUSE_GETATTR_FH) === 0 ? anyOf(node) : this.#open.file(body.fh);
    const stat = await (file?.stat() ?? this.#paths.shared(async () => (await this.#locator.find(node)).stat));
    return this.#answers.attributes(node, stat);
  }

  async setattr({ nodeid, body }: RequestOf<'SETATTR'>) {
    const node = this.#tree.get(nodeid);
    const file = (body.valid & FATTR_FH) === 0 ? anyOf(node) : this.#open.file(body.fh);
    const stat = await this.#paths.shared(() => this.#changes.apply(node, file, body));
    return this.#answers.attributes(node, stat);
  }

  async readlink({ nodeid }: RequestOf<'READLINK'>) {
    const node = this.#tree.get(nodeid);
    if (node.identity.type !== S_IFLNK) throw EINVAL;
    return await this.#paths.shared(async () => this.#backing.readlink((await this.#locator.find(node)).path));
  }

  async mknod(request: RequestOf<'MKNOD'>, name: ByteString) {
    const { mode } = request.body;
    if ((mode & S_IFMT) !== S_IFREG && (mode & S_IFMT) !== 0) throw EPERM;
    return await this.#make(request, name, mode & S_IALLUGO, async (path) => {
      const file = await this.#backing.open(path, O_WRONLY | O_CREAT | O_EXCL | ALWAYS, mode & S_IALLUGO);
      await file.close();
    });
  }

  async mkdir(request: RequestOf<'MKDIR'>, name: ByteString) {
    const { mode } = request.body;
    return await this.#make(request, name, S_IFDIR | (mode & S_IALLUGO), (path) =>
      this.#backing.mkdir(path, mode & S_IALLUGO),
    );
  }

  async symlink(request: RequestOf<'SYMLINK'>, name: ByteString, target: ByteString) {
    return await this.#make(request, name, S_IFLNK, (path) => this.#backing.symlink(target, path));
  }

  async link({ nodeid, body }: RequestOf<'LINK'>, name: ByteString) {
    const parent = this.#tree.get(nodeid);
    const node = this.#tree.get(body.oldnodeid);
    if (node.identity.type === S_IFDIR) throw EPERM;
    return await this.#inDirectory(parent, checked(name), 'exclusive', async (path) => {
      const [, { path: existing }, there] = await Promise.all([
        this.#locator.find(parent),
        this.#locator.find(node),
        this.#backing.lstatIfThere(path),
      ]);
      if (there !== null) throw EEXIST;
      await this.#backing.link(existing, path);
      const stat = await this.#backing.lstat(path);
      this.#tree.addName(node, parent, name);
      return this.#answers.counted(node, stat);
    });
  }

  async unlink({ nodeid }: RequestOf<'UNLINK'>, name: ByteString): Promise<void> {
    await this.#remove(nodeid, name, async (path, stat) => {
      if (isDirectory(stat)) throw EISDIR;
      await this.#backing.unlink(path);
    });
  }

  async rmdir({ nodeid }: RequestOf<'RMDIR'>, name: ByteString): Promise<void> {
    await this.#remove(nodeid, name, async (path, stat) => {
      if (!isDirectory(stat)) throw ENOTDIR;
      await this.#backing.rmdir(path);
    });
  }

  async rename({ nodeid, body }: RequestOf<'RENAME2'>, oldname: ByteString, newname: ByteString): Promise<void> {
    if (body.flags !== 0) throw EINVAL;
    const from = this.#tree.get(nodeid);
    const to = this.#tree.get(body.newdir);
    await this.#paths.exclusive(async () => {
      const oldpath = this.#tree.pathIn(from, checked(oldname));
      const newpath = this.#tree.pathIn(to, checked(newname));
      const [, , source, target] = await Promise.all([
        this.#locator.find(from),
        this.#locator.find(to),
        this.#backing.lstatIfThere(oldpath),
        this.#backing.lstatIfThere(newpath),
      ]);
      if (source === null) throw ENOENT;
      const moved = from.children.get(oldname);
      if (moved !== undefined && isBelow(to, moved)) throw EINVAL;
      if (target !== null) {
        if (oldpath === newpath || this.#tree.areOne(source, target)) return;
        await this.#checkReplacement(source, target, newpath);
      }
      await this.#backing.rename(oldpath, newpath);
      if (target !== null) this.#tree.remove(to, newname, target);
      this.#tree.move(from, oldname, to, newname);
    });
  }

  async open({ nodeid, body }: RequestOf<'OPEN'>) {
    const node = this.#tree.get(nodeid);
    if (node.identity.type !== S_IFREG) throw node.identity.type === S_IFDIR ? EISDIR : ENXIO;
    const file = await this.#paths.shared(() => this.#locator.open(node, body.flags));
    return { fh: this.#open.keep(node, file, body.flags) };
  }

  async create(request: RequestOf<'CREATE'>, name: ByteString) {
    const { flags, mode } = request.body;
    const parent = this.#tree.get(request.nodeid);
    return await this.#inDirectory(parent, checked(name), 'exclusive', async (path) => {
      const { stat: directory } = await this.#locator.find(parent);
      const file = await this.#createFile(path, flags, mode & S_IALLUGO);
      if (file === null) return await this.#openExisting({ parent, name, path }, flags);
      return await closingOnFailure(file, async () => {
        const { uid, gid } = request;
        const stat = await settle(this.#backing, { path, file, mode, uid, gid, directory }, this.#owner);
        const node = this.#tree.enter(parent, name, stat, 'made');
        return { entry: this.#answers.counted(node, stat), open: { fh: this.#open.keep(node, file, flags) } };
      });
    });
  }

  async read({ body }: RequestOf<'READ'>) {
    return await this.#open.file(body.fh).read(body.offset, Math.min(body.size, LARGEST));
  }

  async write({ body }: RequestOf<'WRITE'>, data: Uint8Array): Promise<number> {
    return await this.#open.file(body.fh).write(body.offset, data);
  }

  async fsync({ body }: RequestOf<'FSYNC'>): Promise<void> {
    await this.#open.file(body.fh).sync((body.fsync_flags & FUSE_FSYNC_FDATASYNC) === 0 ? 'all' : 'data');
  }

  async release({ body }: RequestOf<'RELEASE'>): Promise<void> {
    await this.#open.close(body.fh);
  }

  async opendir({ nodeid }: RequestOf<'OPENDIR'>) {
    const node = this.#tree.get(nodeid);
    const read = () => this.#paths.shared(async () => this.#backing.readdir((await this.#locator.find(node)).path));
    return { fh: await this.#open.keepListing(node, read) };
  }

  async readdir({ body }: RequestOf<'READDIR'>) {
    return await this.#list(body, 'plain');
  }

  async readdirplus({ body }: RequestOf<'READDIRPLUS'>) {
    return await this.#list(body, 'plus');
  }

  async fsyncdir({ body }: RequestOf<'FSYNCDIR'>): Promise<void> {
    const { node } = this.#open.listing(body.fh);
    await this.#paths.shared(async () => {
      const { path } = await this.#locator.find(node);
      // Where directories cannot be opened there is nothing to be made safe.
      const file = await this.#backing.open(path, O_RDONLY | O_DIRECTORY | ALWAYS).catch(() => null);
      if (file?.sync === undefined) throw ENOSYS;
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    });
  }

  releasedir({ body }: RequestOf<'RELEASEDIR'>): void {
    this.#open.closeListing(body.fh);
  }

  async statfs() {
    const told = await this.#backing.statfs();
    if (told === null) return { bsize: PAGE_SIZE, frsize: PAGE_SIZE, namelen: NAME_MAX };
    const [bsize, blocks, bfree, bavail, files, ffree] = (
      ['bsize', 'blocks', 'bfree', 'bavail', 'files', 'ffree'] as const
    ).map((field) => Math.floor(Number(told[field]))) as [number, number, number, number, number, number];
    return { bsize, frsize: bsize, blocks, bfree, bavail, files, ffree, namelen: NAME_MAX };
  }

  /** Runs an action on a name, while nobody changes its path; 'exclusive' when it changes what the name stands for. */
  #inDirectory<T>(
    parent: Node,
    name: ByteString,
    kind: 'shared' | 'exclusive',
    action: (path: ByteString) => Promise<T>,
  ): Promise<T> {
    return this.#paths.shared(() => parent.lock[kind](async () => await action(this.#tree.pathIn(parent, name))));
  }

  /** Null when there is such a file already and that is no failure. */
  async #createFile(path: ByteString, flags: number, mode: number): Promise<PathFile | null> {
    try {
      return await this.#backing.open(path, (flags & O_ACCMODE) | ALWAYS | O_CREAT | O_EXCL, mode);
    } catch (error) {
      if ((flags & O_EXCL) !== 0 || errnoOfError(error) !== EEXIST) throw error;
      return null;
    }
  }

  async #openExisting({ parent, name, path }: { parent: Node; name: ByteString; path: ByteString }, flags: number) {
    const seen = await this.#backing.lstat(path);
    if (typeOf(seen) !== S_IFREG) throw EEXIST;
    const node = this.#tree.enter(parent, name, seen, 'found');
    // Counted first, so that it is not forgotten meanwhile.
    const entry = this.#answers.counted(node, seen);
    try {
      const file = await this.#locator.open(node, flags);
      const { attr } = this.#answers.attributes(node, await closingOnFailure(file, () => statOfFile(file)));
      return { entry: { ...entry, attr }, open: { fh: this.#open.keep(node, file, flags) } };
    } catch (error) {
      this.#tree.forget(node.nodeid, 1);
      throw error;
    }
  }

  /** Makes a name and answers what it names. `mode` has the type where it counts. */
  async #make(request: Request, name: ByteString, mode: number, make: (path: ByteString) => Promise<void>) {
    const parent = this.#tree.get(request.nodeid);
    return await this.#inDirectory(parent, checked(name), 'exclusive', async (path) => {
      const { stat: directory } = await this.#locator.find(parent);
      await make(path);
      const { uid, gid } = request;
      const stat = await settle(this.#backing, { path, file: null, mode, uid, gid, directory }, this.#owner);
      return this.#answers.entry(parent, name, stat, 'made');
    });
  }

  async #remove(
    nodeid: bigint,
    name: ByteString,
    remove: (path: ByteString, stat: Stat) => Promise<void>,
  ): Promise<void> {
    const parent = this.#tree.get(nodeid);
    await this.#inDirectory(parent, checked(name), 'exclusive', async (path) => {
      const [, stat] = await Promise.all([this.#locator.find(parent), this.#backing.lstatIfThere(path)]);
      if (stat === null) throw ENOENT;
      await remove(path, stat);
      this.#tree.remove(parent, name, stat);
    });
  }

  /** What rename(2) says to a name that is taken. Not all file systems in memory do. */
  async #checkReplacement(source: Stat, target: Stat, path: ByteString): Promise<void> {
    if (!isDirectory(source)) {
      if (isDirectory(target)) throw EISDIR;
      return;
    }
    if (!isDirectory(target)) throw ENOTDIR;
    if ((await this.#backing.readdir(path)).length > 0) throw ENOTEMPTY;
  }

  async #list({ fh, offset, size }: RequestOf<'READDIR'>['body'], kind: 'plain' | 'plus'): Promise<Uint8Array> {
    const listing = this.#open.listing(fh);
    return await writeListing(
      listing,
      { cookie: offset, room: Math.min(size, LARGEST), kind },
      {
        backing: this.#backing,
        tree: this.#tree,
        answers: this.#answers,
        steadily: (action) => this.#paths.shared(() => listing.node.lock.shared(action)),
      },
    );
  }
}

/** An open of the file, if there is one. */
const anyOf = (node: Node): OpenFile | undefined => node.files.values().next().value;

/** A name that stays in its directory. @throws EINVAL for any other */
function checked(name: ByteString): ByteString {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) throw EINVAL;
  return name;
}
