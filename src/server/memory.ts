import type { ByteString } from '../abi/bytes.ts';
import { EEXIST, EINVAL, ENXIO, EOPNOTSUPP, EPERM } from '../abi/errno.ts';
import {
  FOPEN_CACHE_DIR,
  FOPEN_KEEP_CACHE,
  FUSE_OPEN_KILL_SUIDGID,
  FUSE_SETXATTR_ACL_KILL_SGID,
  FUSE_WRITE_KILL_SUIDGID,
} from '../abi/fuse.ts';
import { NAME_MAX, O_EXCL, O_TRUNC, PAGE_SIZE, S_IALLUGO, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/linux.ts';
import { isAclName } from '../abi/posix-acl.ts';
import type { FuseServer, Offer, RequestOf, Wishes } from './fuse-server.ts';
import { inherit, setAcl } from './memory/acl.ts';
import { Answers } from './memory/answers.ts';
import { copyRange, fallocate } from './memory/file-range.ts';
import { type Directory, type Inode, RegularFile, Symlink } from './memory/inode.ts';
import { list } from './memory/listing.ts';
import { rename } from './memory/rename.ts';
import { dropPrivileges, setattr } from './memory/setattr.ts';
import { type Maker, Tree } from './memory/tree.ts';
import type { Request } from './request.ts';
import type { Time } from './time.ts';

/** How a file system in memory is set up; all of it may be left out. */
export interface MemoryOptions {
  /** Most bytes of file contents (by pages of 4096), link targets and extended attributes; default 4 GiB. */
  readonly maxBytes?: number;
  /** Most inodes, the root included; default 1,048,576. */
  readonly maxInodes?: number;
  /** Owner and permissions of the root directory; default those of tmpfs: 0, 0, 0o1777. */
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
  /**
   * How many seconds the client may keep names, absences of names, and attributes. Default Infinity: whatever changes
   * this tree comes from the client.
   */
  readonly entryTimeout?: number;
  readonly negativeTimeout?: number;
  readonly attrTimeout?: number;
  /**
   * Keep and obey access control lists, as `setfacl` sets them, of clients that have POSIX_ACL. The client then checks
   * permissions, whether it is mounted with `default_permissions` or not. Default: no, there are none.
   */
  readonly acl?: boolean;
  /** The clock; default the machine's. */
  now?(): Time;
}

/**
 * A POSIX file system that lives in memory and is gone with the server.
 *
 * It has all types of files, hard links, sparse files, extended attributes (`user.`, `trusted.`, `security.`) and what
 * fallocate, copy_file_range and SEEK_HOLE need. Permissions are the client's to check: mount it with
 * `default_permissions`. Reading changes no access times, as with noatime. One server is one tree: several
 * sessions on it see each other's changes only when timeouts let them.
 */
export function memory(options: MemoryOptions = {}): FuseServer {
  return new MemoryServer(options);
}

function machineTime(): Time {
  const milliseconds = performance.timeOrigin + performance.now();
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.floor((milliseconds - seconds * 1000) * 1e6) };
}

class MemoryServer implements FuseServer {
  readonly #tree: Tree;
  readonly #answers: Answers;
  readonly #mayKeepAcls: boolean;
  #keepsAcls = false;
  #killsPrivileges = false;
  /** Sessions that have begun and not ended. */
  #clients = 0;

  constructor(options: MemoryOptions) {
    this.#tree = new Tree({
      maxBytes: options.maxBytes ?? 2 ** 32,
      maxInodes: options.maxInodes ?? 2 ** 20,
      now: options.now ?? machineTime,
      root: { uid: options.uid ?? 0, gid: options.gid ?? 0, mode: options.mode ?? 0o1777 },
    });
    this.#mayKeepAcls = options.acl ?? false;
    this.#answers = new Answers({
      entry: options.entryTimeout ?? Infinity,
      negative: options.negativeTimeout ?? Infinity,
      attr: options.attrTimeout ?? Infinity,
    });
  }

  init(offer: Offer): Wishes {
    this.#killsPrivileges = offer.features.HANDLE_KILLPRIV_V2;
    this.#keepsAcls = this.#mayKeepAcls && offer.features.POSIX_ACL;
    this.#clients++;
    return {
      flags: [
        ...(this.#keepsAcls ? (['POSIX_ACL', 'DONT_MASK', 'SETXATTR_EXT'] as const) : []),
        'ASYNC_READ',
        'ASYNC_DIO',
        'ATOMIC_O_TRUNC',
        'CACHE_SYMLINKS',
        'EXPLICIT_INVAL_DATA',
        'EXPORT_SUPPORT',
        'HANDLE_KILLPRIV_V2',
        'PARALLEL_DIROPS',
      ],
    };
  }

  destroy(): void {
    this.#clients--;
    if (this.#clients === 0) this.#tree.forgetAll();
  }

  lookup({ nodeid }: RequestOf<'LOOKUP'>, name: ByteString) {
    // Of a file too '.' is asked, to open it by a file handle.
    const inode = name === '.' ? this.#tree.inode(nodeid) : this.#tree.lookup(this.#tree.directory(nodeid), name);
    return inode === null ? this.#answers.absence() : this.#answers.entry(inode);
  }

  forget(nodeid: bigint, nlookup: number): void {
    this.#tree.forget(nodeid, nlookup);
  }

  getattr({ nodeid }: RequestOf<'GETATTR'>) {
    return this.#answers.attributes(this.#tree.inode(nodeid));
  }

  setattr({ nodeid, body }: RequestOf<'SETATTR'>) {
    const inode = this.#tree.inode(nodeid);
    setattr(this.#tree, inode, body, this.#killsPrivileges);
    return this.#answers.attributes(inode);
  }

  statx({ nodeid }: RequestOf<'STATX'>) {
    return this.#answers.statx(this.#tree.inode(nodeid));
  }

  readlink({ nodeid }: RequestOf<'READLINK'>) {
    const inode = this.#tree.inode(nodeid);
    if (!(inode instanceof Symlink)) throw EINVAL;
    return inode.target;
  }

  symlink(request: RequestOf<'SYMLINK'>, name: ByteString, target: ByteString) {
    const maker = makerOf(request, S_IFLNK);
    return this.#answers.entry(this.#tree.symlink(this.#tree.directory(request.nodeid), name, target, maker));
  }

  mknod(request: RequestOf<'MKNOD'>, name: ByteString) {
    const { mode, rdev } = request.body;
    if ((mode & S_IFMT) === S_IFDIR) throw EPERM;
    return this.#answers.entry(this.#create(request, name, mode & S_IFMT, rdev));
  }

  mkdir(request: RequestOf<'MKDIR'>, name: ByteString) {
    return this.#answers.entry(this.#create(request, name, S_IFDIR));
  }

  unlink({ nodeid }: RequestOf<'UNLINK'>, name: ByteString): void {
    this.#tree.unlink(this.#tree.directory(nodeid), name);
  }

  rmdir({ nodeid }: RequestOf<'RMDIR'>, name: ByteString): void {
    this.#tree.rmdir(this.#tree.directory(nodeid), name);
  }

  rename({ nodeid, body, uid, gid }: RequestOf<'RENAME2'>, oldname: ByteString, newname: ByteString): void {
    const from = { directory: this.#tree.directory(nodeid), name: oldname };
    const to = { directory: this.#tree.directory(body.newdir), name: newname };
    rename(this.#tree, from, to, { flags: body.flags, by: { uid, gid } });
  }

  link({ nodeid, body }: RequestOf<'LINK'>, newname: ByteString) {
    const inode = this.#tree.inode(body.oldnodeid);
    this.#tree.link(this.#tree.directory(nodeid), newname, inode);
    return this.#answers.entry(inode);
  }

  open({ nodeid, body }: RequestOf<'OPEN'>) {
    return this.#open(this.#tree.file(nodeid), body);
  }

  create(request: RequestOf<'CREATE'>, name: ByteString) {
    const there = this.#tree.lookup(this.#tree.directory(request.nodeid), name);
    const isUsable = there instanceof RegularFile && (request.body.flags & O_EXCL) === 0;
    if (there !== null && !isUsable) throw EEXIST;
    if (there !== null) return { entry: this.#answers.entry(there), open: this.#open(there, request.body) };
    const made = this.#create(request, name, S_IFREG);
    return { entry: this.#answers.entry(made), open: this.#open(made, AS_MADE) };
  }

  tmpfile(request: RequestOf<'TMPFILE'>) {
    const directory = this.#tree.directory(request.nodeid);
    const isLinkable = (request.body.flags & O_EXCL) === 0;
    const inode = this.#tree.createUnnamed(directory, heirOf(directory, request, S_IFREG), isLinkable);
    return { entry: this.#answers.entry(inode), open: this.#open(inode, AS_MADE) };
  }

  read({ nodeid, body }: RequestOf<'READ'>) {
    return this.#tree.file(nodeid).content.pieces(body.offset, body.size);
  }

  write({ nodeid, body }: RequestOf<'WRITE'>, data: Uint8Array): number {
    const file = this.#tree.file(nodeid);
    const count = file.content.write(body.offset, data);
    if (count > 0) file.modified(this.#tree.now());
    if ((body.write_flags & FUSE_WRITE_KILL_SUIDGID) !== 0) dropPrivileges(file);
    return count;
  }

  release({ nodeid }: RequestOf<'RELEASE'>): void {
    this.#close(nodeid);
  }

  opendir({ nodeid }: RequestOf<'OPENDIR'>) {
    this.#tree.directory(nodeid).opens++;
    return { open_flags: FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR };
  }

  readdir({ nodeid, body }: RequestOf<'READDIR'>) {
    return list(this.#tree.directory(nodeid), body.offset, body.size, null);
  }

  readdirplus({ nodeid, body }: RequestOf<'READDIRPLUS'>) {
    return list(this.#tree.directory(nodeid), body.offset, body.size, this.#answers);
  }

  releasedir({ nodeid }: RequestOf<'RELEASEDIR'>): void {
    this.#close(nodeid);
  }

  statfs() {
    const { bytes, inodes } = this.#tree;
    const bfree = Math.floor(bytes.free / PAGE_SIZE);
    return {
      blocks: Math.floor(bytes.limit / PAGE_SIZE),
      bfree,
      bavail: bfree,
      files: inodes.limit,
      ffree: inodes.free,
      bsize: PAGE_SIZE,
      frsize: PAGE_SIZE,
      namelen: NAME_MAX,
    };
  }

  getxattr({ nodeid }: RequestOf<'GETXATTR'>, name: ByteString) {
    this.#checkXattr(name);
    return this.#tree.inode(nodeid).xattrs.get(name);
  }

  setxattr({ nodeid, body }: RequestOf<'SETXATTR'>, name: ByteString, value: Uint8Array): void {
    this.#checkXattr(name);
    const inode = this.#tree.inode(nodeid);
    const killsSetgid = (body.setxattr_flags & FUSE_SETXATTR_ACL_KILL_SGID) !== 0;
    if (isAclName(name)) setAcl(inode, name, value, killsSetgid ? 'goes' : 'stays');
    else inode.xattrs.set(name, value, body.flags);
    inode.ctime = this.#tree.now();
  }

  listxattr({ nodeid, uid }: RequestOf<'LISTXATTR'>) {
    return this.#tree.inode(nodeid).xattrs.list(uid);
  }

  removexattr({ nodeid }: RequestOf<'REMOVEXATTR'>, name: ByteString): void {
    this.#checkXattr(name);
    const inode = this.#tree.inode(nodeid);
    inode.xattrs.remove(name);
    inode.ctime = this.#tree.now();
  }

  fallocate({ nodeid, body }: RequestOf<'FALLOCATE'>): void {
    const file = this.#tree.file(nodeid);
    fallocate(file.content, body.offset, body.length, body.mode);
    file.modified(this.#tree.now());
  }

  lseek({ nodeid, body }: RequestOf<'LSEEK'>): number {
    if (body.offset < 0) throw ENXIO;
    return this.#tree.file(nodeid).content.seek(body.offset, body.whence);
  }

  copyFileRange({ nodeid, body }: RequestOf<'COPY_FILE_RANGE_64'>): number {
    if (body.flags !== 0) throw EINVAL;
    const from = { content: this.#tree.file(nodeid).content, offset: body.off_in };
    const target = this.#tree.file(body.nodeid_out);
    const count = copyRange(from, { content: target.content, offset: body.off_out }, body.len);
    if (count > 0) target.modified(this.#tree.now());
    return count;
  }

  #create(request: Request<NewMode>, name: ByteString, type: number, rdev = 0): Inode {
    const directory = this.#tree.directory(request.nodeid);
    return this.#tree.create(directory, name, heirOf(directory, request, type), rdev);
  }

  /** @throws EOPNOTSUPP for an access control list where they are not kept */
  #checkXattr(name: ByteString): void {
    if (isAclName(name) && !this.#keepsAcls) throw EOPNOTSUPP;
  }

  /** Counts an open; handles are all alike, because what they need is in the inode. */
  #open(inode: Inode, { flags, open_flags }: { readonly flags: number; readonly open_flags: number }) {
    if ((flags & O_TRUNC) !== 0 && inode instanceof RegularFile) {
      inode.content.truncate(0);
      inode.modified(this.#tree.now());
      if ((open_flags & FUSE_OPEN_KILL_SUIDGID) !== 0) dropPrivileges(inode);
    }
    inode.opens++;
    return { fh: 0n, open_flags: FOPEN_KEEP_CACHE };
  }

  #close(nodeid: bigint): void {
    const inode = this.#tree.inode(nodeid);
    inode.opens = Math.max(0, inode.opens - 1);
    this.#tree.release(inode);
  }
}

/** Opens a new file, which there is nothing to take from. */
const AS_MADE = { flags: 0, open_flags: 0 };

const makerOf = ({ uid, gid }: Request, mode: number): Maker => ({ uid, gid, mode });

/** What requests say of a new file's mode; old clients have no umask in them, and have taken it off. */
interface NewMode {
  readonly mode: number;
  readonly umask: number;
}

/** Who makes a file, with the mode and lists that it gets in its directory. */
function heirOf(directory: Directory, { uid, gid, body }: Request<NewMode>, type: number): Maker {
  return { uid, gid, ...inherit(directory, type | (body.mode & S_IALLUGO), body.umask) };
}
