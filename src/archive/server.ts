import type { ByteString } from '../abi/bytes.ts';
import { DirentWriter } from '../abi/dirent.ts';
import { EINVAL, EIO, EISDIR, ENODATA, EROFS } from '../abi/errno.ts';
import { FOPEN_KEEP_CACHE, FOPEN_NOFLUSH } from '../abi/fuse.ts';
import {
  NAME_MAX,
  O_ACCMODE,
  O_RDONLY,
  O_TRUNC,
  PAGE_SIZE,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  typeOfMode,
  W_OK,
} from '../abi/linux.ts';
import type { fuse_entry_out } from '../abi/structs.ts';
import type { FuseServer, RequestOf, Wishes } from '../server/fuse-server.ts';
import { type Attributes, absentReply, attrReply, entryReply } from '../server/replies.ts';
import type { Content } from './content.ts';
import type { Inode, Named } from './inode.ts';
import type { Tree } from './tree.ts';

/** More than any client asks for at once, in bytes. */
const LARGEST = 2 ** 20;
/** What every method that would change something answers. */
const refuse = (): never => {
  throw EROFS;
};

/**
 * Serves a tree that does not change.
 *
 * This is about the least that a read-only server needs: `lookup` and `getattr` for the tree, `readdir` for its
 * listings, `open`, `read` and `release` for files, `readlink` for symlinks. The rest makes it pleasant.
 *
 * What is left out is left out with a reason. There is no `forget`: a nodeid stays good for as long as the tree does, so
 * there is nothing to count. There is no `opendir`: the client then does without, and keeps listings. There is no
 * `flush` and no `fsync`: nothing is ever to be written. Permissions are the client's to check.
 */
export class ReadOnlyServer implements FuseServer {
  readonly #tree: Tree;
  readonly #close: () => void;
  readonly #allocated: number;

  /** `close` is called when the session has ended. */
  constructor(tree: Tree, close: () => void) {
    this.#tree = tree;
    this.#close = close;
    let allocated = 0;
    for (const inode of tree.inodes) allocated += inode.attributes.content?.allocated ?? 0;
    this.#allocated = allocated;
  }

  init(): Wishes {
    return { flags: ['ASYNC_READ', 'ASYNC_DIO', 'CACHE_SYMLINKS', 'EXPORT_SUPPORT', 'PARALLEL_DIROPS'] };
  }

  destroy(): void {
    this.#close();
  }

  /** Of a file too '.' is asked, to open it by a file handle. */
  lookup({ nodeid }: RequestOf<'LOOKUP'>, name: ByteString): Partial<fuse_entry_out> {
    if (name === '.') return entryOf(this.#tree.inode(nodeid));
    const directory = this.#tree.directory(nodeid);
    const inode = name === '..' ? directory.parent : directory.get(name);
    return inode === undefined ? absentReply(Infinity) : entryOf(inode);
  }

  getattr({ nodeid }: RequestOf<'GETATTR'>) {
    return attrReply(attributesOf(this.#tree.inode(nodeid)), Infinity);
  }

  access({ nodeid, body }: RequestOf<'ACCESS'>): void {
    const type = this.#tree.inode(nodeid).attributes.mode & S_IFMT;
    // What is behind a device or a pipe does not lie on this file system.
    const isHere = type === S_IFREG || type === S_IFDIR || type === S_IFLNK;
    if (isHere && (body.mask & W_OK) !== 0) throw EROFS;
  }

  async readlink({ nodeid }: RequestOf<'READLINK'>) {
    const { mode, target, content } = this.#tree.inode(nodeid).attributes;
    if ((mode & S_IFMT) !== S_IFLNK) throw EINVAL;
    if (target !== null) return target;
    if (content === null) throw EIO;
    const bytes = await content.read(0, content.size);
    content.release();
    if (bytes.includes(0)) throw EIO;
    return bytes;
  }

  open({ nodeid, body }: RequestOf<'OPEN'>) {
    this.#content(nodeid);
    if ((body.flags & O_ACCMODE) !== O_RDONLY || (body.flags & O_TRUNC) !== 0) throw EROFS;
    this.#tree.inode(nodeid).opens++;
    return { fh: 0n, open_flags: FOPEN_KEEP_CACHE | FOPEN_NOFLUSH };
  }

  async read({ nodeid, body }: RequestOf<'READ'>) {
    const content = this.#content(nodeid);
    const length = Math.min(body.size, LARGEST, content.size - body.offset);
    return length > 0 ? content.read(body.offset, length) : new Uint8Array(0);
  }

  release({ nodeid }: RequestOf<'RELEASE'>): void {
    const inode = this.#tree.inode(nodeid);
    inode.opens = Math.max(0, inode.opens - 1);
    if (inode.opens === 0) inode.attributes.content?.release();
  }

  lseek({ nodeid, body }: RequestOf<'LSEEK'>): number {
    return this.#content(nodeid).seek(body.offset, body.whence);
  }

  readdir({ nodeid, body }: RequestOf<'READDIR'>) {
    const writer = new DirentWriter(Math.min(body.size, LARGEST));
    return fill(writer, this.#tree.directory(nodeid).list, body.offset, () => undefined);
  }

  readdirplus({ nodeid, body }: RequestOf<'READDIRPLUS'>) {
    const writer = new DirentWriter(Math.min(body.size, LARGEST), 'plus');
    return fill(writer, this.#tree.directory(nodeid).list, body.offset, ([name, inode]) =>
      name === '.' || name === '..' ? undefined : entryOf(inode),
    );
  }

  statfs() {
    const blocks = Math.ceil(this.#allocated / PAGE_SIZE);
    return { blocks, files: this.#tree.size, bsize: PAGE_SIZE, frsize: PAGE_SIZE, namelen: NAME_MAX };
  }

  getxattr({ nodeid }: RequestOf<'GETXATTR'>, name: ByteString) {
    const value = this.#tree.inode(nodeid).attributes.xattrs.get(name);
    if (value === undefined) throw ENODATA;
    return value;
  }

  /** Those of `trusted.` are root's alone, as on Linux. */
  listxattr({ nodeid, uid }: RequestOf<'LISTXATTR'>) {
    const names = [...this.#tree.inode(nodeid).attributes.xattrs.keys()];
    const seen = names.filter((name) => uid === 0 || !name.startsWith('trusted.'));
    return seen.map((name) => `${name}\0`).join('');
  }

  // Without these the client would say that there is no such call, and not why.
  readonly setattr = refuse;
  readonly setxattr = refuse;
  readonly removexattr = refuse;
  readonly create = refuse;
  readonly tmpfile = refuse;
  readonly mknod = refuse;
  readonly mkdir = refuse;
  readonly symlink = refuse;
  readonly link = refuse;
  readonly rename = refuse;
  readonly unlink = refuse;
  readonly rmdir = refuse;

  /** @throws ESTALE; EISDIR; EINVAL for what has no bytes */
  #content(nodeid: bigint): Content {
    const { mode, content } = this.#tree.inode(nodeid).attributes;
    if ((mode & S_IFMT) === S_IFDIR) throw EISDIR;
    if ((mode & S_IFMT) !== S_IFREG || content === null) throw EINVAL;
    return content;
  }
}

/** Adds what lies behind a cookie, which is a place in the list, as far as there is room. */
function fill(
  writer: DirentWriter,
  list: readonly Named[],
  cookie: bigint,
  entry: (named: Named) => fuse_entry_out | undefined,
): Uint8Array {
  for (let i = Number(cookie); i < list.length; i++) {
    const named = list[i] as Named;
    const [name, inode] = named;
    const dirent = { ino: inode.nodeid, off: BigInt(i + 1), type: typeOfMode(inode.attributes.mode), name };
    if (!writer.add(dirent, entry(named))) break;
  }
  return writer.bytes;
}

/** Nothing ever changes, so the client may believe all that it was told for as long as there can be. */
const entryOf = (inode: Inode): fuse_entry_out =>
  entryReply(inode.nodeid, attributesOf(inode), { entry: Infinity, attr: Infinity });

function attributesOf({ nodeid, nlink, size, attributes }: Inode): Attributes {
  const { mode, uid, gid, rdev, atime, mtime, ctime, content } = attributes;
  const blocks = Math.ceil((content?.allocated ?? 0) / 512);
  return { ino: nodeid, mode, nlink, uid, gid, rdev, size, blocks, atime, mtime, ctime };
}
