import type { ByteString } from '../abi/bytes.ts';
import { DirentWriter } from '../abi/dirent.ts';
import { EBADF, EFBIG, EINVAL, EMFILE, ENFILE, ENXIO } from '../abi/errno.ts';
import {
  FATTR_ATIME,
  FATTR_ATIME_NOW,
  FATTR_FH,
  FATTR_GID,
  FATTR_MODE,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  FATTR_UID,
  FUSE_FSYNC_FDATASYNC,
} from '../abi/fuse.ts';
import {
  MAX_RW_COUNT,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  S_IALLUGO,
  S_IFREG,
  SEEK_SET,
} from '../abi/linux.ts';
import type { fuse_attr_out, fuse_entry_out, fuse_kstatfs, fuse_statx } from '../abi/structs.ts';
import type { FuseServer, Offer, RequestOf, Wishes } from './fuse-server.ts';
import { attrOf, ownerOf, timesOf } from './passthrough/attributes.ts';
import type { HostFiles } from './passthrough/host.ts';
import { type Node, Nodes } from './passthrough/nodes.ts';
import type { Request } from './request.ts';
import { attrValidity, entryValidity } from './validity.ts';

/** How a directory of the machine is served. */
export interface PassthroughOptions {
  /** Seconds for which a client may believe names; others may change the directory behind its back. Default 1. */
  readonly entryTimeout?: number;
  /** Seconds for which a client may believe attributes. Default 1. */
  readonly attrTimeout?: number;
}

/** Flags of open(2) that have done their work, or mean nothing for the server's own descriptor. */
const DONE_FLAGS = O_CREAT | O_EXCL | O_NOCTTY | O_NOFOLLOW | O_DIRECT;
const TIMES = FATTR_ATIME | FATTR_ATIME_NOW | FATTR_MTIME | FATTR_MTIME_NOW;
/** More than any client asks for at once, in bytes. */
const LARGEST = 2 ** 20;

/**
 * A server for a directory of the machine that `host` is. It works by descriptor: each file that the client knows is
 * held by one of O_PATH until it is forgotten, so renames and swapped symlinks cannot lead elsewhere, and nothing
 * outside of `root` is reached. (A symlink's target is text, for the client to follow in its own tree.) When the
 * process has no descriptors left, the client gets ENFILE.
 *
 * Run as root it acts with the caller's uid and gid, so that new files are the caller's and the machine checks what the
 * caller may; supplementary groups it does not take on. O_DIRECT is dropped: buffers here are not aligned for it.
 * The methods wait for the machine's disks, and the thread with them. Not for use after `destroy`.
 */
export const passthrough = (root: string, host: HostFiles, options: PassthroughOptions = {}): FuseServer =>
  new Passthrough(root, host, options);

class Passthrough implements FuseServer {
  readonly #host: HostFiles;
  readonly #nodes: Nodes;
  readonly #entryTimeout: number;
  readonly #attrTimeout: number;
  /** Open descriptors by the handle that the client has for them. */
  readonly #handles = new Map<bigint, number>();

  constructor(root: string, host: HostFiles, { entryTimeout = 1, attrTimeout = 1 }: PassthroughOptions) {
    this.#host = host;
    this.#nodes = new Nodes(host, host.openRoot(root));
    this.#entryTimeout = entryTimeout;
    this.#attrTimeout = attrTimeout;
  }

  /** Set-user-ID and its like the machine takes away itself, for it sees who writes. */
  init({ features }: Offer): Wishes {
    const killpriv = features.HANDLE_KILLPRIV_V2 ? 'HANDLE_KILLPRIV_V2' : 'HANDLE_KILLPRIV';
    return { flags: ['ASYNC_READ', 'ATOMIC_O_TRUNC', 'PARALLEL_DIROPS', killpriv] };
  }

  destroy(): void {
    for (const fd of this.#handles.values()) this.#host.close(fd);
    this.#handles.clear();
    this.#nodes.clear();
  }

  lookup(request: RequestOf<'LOOKUP'>, name: ByteString): fuse_entry_out {
    const parent = this.#node(request);
    return this.#as(request, () => this.#find(parent, checked(name)));
  }

  forget(nodeid: bigint, nlookup: number): void {
    this.#nodes.forget(nodeid, nlookup);
  }

  getattr(request: RequestOf<'GETATTR'>): fuse_attr_out {
    return this.#attributes(this.#node(request));
  }

  setattr(request: RequestOf<'SETATTR'>): fuse_attr_out {
    const { body } = request;
    const node = this.#node(request);
    this.#as(request, () => {
      const { valid } = body;
      if (valid & FATTR_MODE) this.#host.chmod(node.fd, body.mode & S_IALLUGO);
      if (valid & (FATTR_UID | FATTR_GID)) this.#host.chown(node.fd, ...ownerOf(body));
      if (valid & FATTR_SIZE && valid & FATTR_FH) this.#host.ftruncate(this.#handle(body.fh), exact(body.size));
      else if (valid & FATTR_SIZE) this.#host.truncate(node.fd, exact(body.size));
      if (valid & TIMES) this.#host.utimens(node.fd, ...timesOf(body));
    });
    return this.#attributes(node);
  }

  statx(request: RequestOf<'STATX'>) {
    const { fd, ino } = this.#node(request);
    return { ...attrValidity(this.#attrTimeout), stat: { ...this.#host.stat(fd), ino } };
  }

  access(request: RequestOf<'ACCESS'>): void {
    const { fd } = this.#node(request);
    this.#as(request, () => this.#host.access(fd, request.body.mask));
  }

  readlink(request: RequestOf<'READLINK'>): ByteString {
    return this.#host.readlink(this.#node(request).fd);
  }

  mknod(request: RequestOf<'MKNOD'>, name: ByteString): fuse_entry_out {
    const { mode, rdev } = request.body;
    return this.#make(request, name, (parent) => this.#host.mknodat(parent, name, mode, rdev));
  }

  mkdir(request: RequestOf<'MKDIR'>, name: ByteString): fuse_entry_out {
    return this.#make(request, name, (parent) => this.#host.mkdirat(parent, name, request.body.mode));
  }

  symlink(request: RequestOf<'SYMLINK'>, name: ByteString, target: ByteString): fuse_entry_out {
    return this.#make(request, name, (parent) => this.#host.symlinkat(target, parent, name));
  }

  link(request: RequestOf<'LINK'>, name: ByteString): fuse_entry_out {
    const source = this.#nodes.get(request.body.oldnodeid);
    return this.#make(request, name, (parent) => this.#host.linkat(source.fd, parent, name));
  }

  unlink(request: RequestOf<'UNLINK'>, name: ByteString): void {
    const { fd } = this.#node(request);
    this.#as(request, () => this.#host.unlinkat(fd, checked(name), 'file'));
  }

  rmdir(request: RequestOf<'RMDIR'>, name: ByteString): void {
    const { fd } = this.#node(request);
    this.#as(request, () => this.#host.unlinkat(fd, checked(name), 'directory'));
  }

  rename(request: RequestOf<'RENAME2'>, oldname: ByteString, newname: ByteString): void {
    const { newdir, flags } = request.body;
    const from = this.#node(request).fd;
    const to = this.#nodes.get(newdir).fd;
    this.#as(request, () => this.#host.renameat(from, checked(oldname), to, checked(newname), flags));
  }

  open(request: RequestOf<'OPEN'>): { fh: bigint } {
    const node = this.#node(request);
    // A FIFO would wait for its other end, a device do what devices do: those the client's kernel opens itself.
    if (node.type !== S_IFREG) throw ENXIO;
    return { fh: this.#reopen(request, node, request.body.flags & ~DONE_FLAGS) };
  }

  create(request: RequestOf<'CREATE'>, name: ByteString) {
    const { flags, mode } = request.body;
    // Should a FIFO have come there meanwhile, opening must not wait for its other end.
    const wanted = (flags & ~(O_NOCTTY | O_DIRECT)) | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
    return this.#create(request, checked(name), wanted, mode);
  }

  tmpfile(request: RequestOf<'TMPFILE'>) {
    const { flags, mode } = request.body;
    return this.#create(request, '.', (flags & ~(O_NOCTTY | O_DIRECT | O_CREAT)) | O_TMPFILE, mode);
  }

  read(request: RequestOf<'READ'>): Uint8Array {
    const { fh, offset, size } = request.body;
    const buffer = new Uint8Array(Math.min(size, LARGEST));
    const fd = this.#handle(fh);
    let done = 0;
    while (done < buffer.length) {
      const count = this.#host.pread(fd, buffer.subarray(done), exact(offset + done));
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  }

  write(request: RequestOf<'WRITE'>, data: Uint8Array): number {
    const { fh, offset } = request.body;
    const fd = this.#handle(fh);
    return this.#as(request, () => this.#host.pwrite(fd, data, exact(offset)));
  }

  flush(request: RequestOf<'FLUSH'>): void {
    this.#host.flush(this.#handle(request.body.fh));
  }

  fsync(request: RequestOf<'FSYNC'>): void {
    const { fh, fsync_flags } = request.body;
    this.#host.fsync(this.#handle(fh), fsync_flags & FUSE_FSYNC_FDATASYNC ? 'data' : 'all');
  }

  fallocate(request: RequestOf<'FALLOCATE'>): void {
    const { fh, mode, offset, length } = request.body;
    const fd = this.#handle(fh);
    this.#as(request, () => this.#host.fallocate(fd, mode, exact(offset), exact(length)));
  }

  lseek(request: RequestOf<'LSEEK'>): number {
    const { fh, offset, whence } = request.body;
    return Number(this.#host.lseek(this.#handle(fh), BigInt(offset), whence));
  }

  copyFileRange(request: RequestOf<'COPY_FILE_RANGE_64'>): number {
    const { fh_in, off_in, fh_out, off_out, len, flags } = request.body;
    if (flags !== 0) throw EINVAL;
    const [from, to] = [this.#handle(fh_in), this.#handle(fh_out)];
    const length = Math.min(len, MAX_RW_COUNT);
    return this.#as(request, () => this.#host.copyFileRange(from, exact(off_in), to, exact(off_out), length));
  }

  release(request: RequestOf<'RELEASE'>): void {
    this.#drop(request.body.fh);
  }

  opendir(request: RequestOf<'OPENDIR'>): { fh: bigint } {
    return { fh: this.#reopen(request, this.#node(request), O_RDONLY | O_DIRECTORY) };
  }

  readdir(request: RequestOf<'READDIR'>): Uint8Array {
    const { fh, offset, size } = request.body;
    const fd = this.#handle(fh);
    const room = Math.min(size, LARGEST);
    this.#host.lseek(fd, offset, SEEK_SET);
    const writer = new DirentWriter(room);
    for (const entry of this.#host.getdents(fd, room)) if (!writer.add(entry)) break;
    return writer.bytes;
  }

  fsyncdir(request: RequestOf<'FSYNCDIR'>): void {
    this.fsync(request);
  }

  releasedir(request: RequestOf<'RELEASEDIR'>): void {
    this.#drop(request.body.fh);
  }

  statfs(request: RequestOf<'STATFS'>): fuse_kstatfs {
    return this.#host.statfs(this.#node(request).fd);
  }

  syncfs(request: RequestOf<'SYNCFS'>): void {
    const fd = this.#host.reopen(this.#node(request).fd, O_RDONLY | O_DIRECTORY);
    try {
      this.#host.syncfs(fd);
    } finally {
      this.#host.close(fd);
    }
  }

  getxattr(request: RequestOf<'GETXATTR'>, name: ByteString): Uint8Array {
    const { fd } = this.#node(request);
    return this.#as(request, () => this.#host.getxattr(fd, name));
  }

  setxattr(request: RequestOf<'SETXATTR'>, name: ByteString, value: Uint8Array): void {
    const { fd } = this.#node(request);
    this.#as(request, () => this.#host.setxattr(fd, name, value, request.body.flags));
  }

  listxattr(request: RequestOf<'LISTXATTR'>): Uint8Array {
    const { fd } = this.#node(request);
    return this.#as(request, () => this.#host.listxattr(fd));
  }

  removexattr(request: RequestOf<'REMOVEXATTR'>, name: ByteString): void {
    const { fd } = this.#node(request);
    this.#as(request, () => this.#host.removexattr(fd, name));
  }

  #node({ nodeid }: Request): Node {
    return this.#nodes.get(nodeid);
  }

  #as<T>({ uid, gid }: Request, action: () => T): T {
    return this.#host.as(uid, gid, action);
  }

  /** What a name stands for now, whatever it is. */
  #find(parent: Node, name: ByteString): fuse_entry_out {
    return this.#entry(opened(() => this.#host.openat(parent.fd, name, O_PATH | O_NOFOLLOW)));
  }

  /** Makes a name and answers what it names. */
  #make(request: Request, name: ByteString, make: (parent: number) => void): fuse_entry_out {
    const parent = this.#node(request);
    checked(name);
    return this.#as(request, () => {
      make(parent.fd);
      return this.#find(parent, name);
    });
  }

  /** Makes and opens a file; that it is the same for both halves of the answer the descriptor sees to, not the name. */
  #create(request: Request, name: ByteString, flags: number, mode: number) {
    const parent = this.#node(request);
    return this.#as(request, () => {
      const fd = opened(() => this.#host.create(parent.fd, name, flags, mode & S_IALLUGO));
      try {
        const entry = this.#entry(opened(() => this.#host.reopen(fd, O_PATH)));
        return { entry, open: { fh: this.#keep(fd) } };
      } catch (error) {
        this.#host.close(fd);
        throw error;
      }
    });
  }

  #reopen(request: Request, node: Node, flags: number): bigint {
    return this.#keep(this.#as(request, () => opened(() => this.#host.reopen(node.fd, flags))));
  }

  /** An entry for the file of an O_PATH descriptor, which is taken over. */
  #entry(fd: number): fuse_entry_out {
    let stat: fuse_statx;
    try {
      stat = this.#host.stat(fd);
    } catch (error) {
      this.#host.close(fd);
      throw error;
    }
    const { nodeid, ino } = this.#nodes.enter(fd, stat);
    const validity = { ...entryValidity(this.#entryTimeout), ...attrValidity(this.#attrTimeout) };
    return { nodeid, generation: 0n, attr: attrOf(stat, ino), ...validity };
  }

  #attributes({ fd, ino }: Node): fuse_attr_out {
    return { attr: attrOf(this.#host.stat(fd), ino), ...attrValidity(this.#attrTimeout) };
  }

  #keep(fd: number): bigint {
    const fh = BigInt(fd);
    this.#handles.set(fh, fd);
    return fh;
  }

  /** The descriptor of a handle: only one that was given out counts. @throws EBADF */
  #handle(fh: bigint): number {
    const fd = this.#handles.get(fh);
    if (fd === undefined) throw EBADF;
    return fd;
  }

  #drop(fh: bigint): void {
    this.#host.close(this.#handle(fh));
    this.#handles.delete(fh);
  }
}

/** A name that stays in its directory. @throws EINVAL for any other */
function checked(name: ByteString): ByteString {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) throw EINVAL;
  return name;
}

/** An offset or size that the machine gets as the client meant it. @throws EFBIG */
function exact(bytes: number): number {
  if (!Number.isSafeInteger(bytes)) throw EFBIG;
  return bytes;
}

/** Opens something. That this process has too many open files is no fault of the caller: EMFILE becomes ENFILE. */
function opened(open: () => number): number {
  try {
    return open();
  } catch (error) {
    throw error === EMFILE ? ENFILE : error;
  }
}
