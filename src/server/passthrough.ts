import type { ByteString } from '../abi/bytes.ts';
import { DirentWriter } from '../abi/dirent.ts';
import { EBADF, EINVAL } from '../abi/errno.ts';
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
  makedev,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  SEEK_SET,
} from '../abi/linux.ts';
import type { fuse_attr_out, fuse_entry_out } from '../abi/structs.ts';
import type { FuseServer } from './fuse-server.ts';
import { attrOf, ownerOf, timesOf } from './passthrough/attributes.ts';
import type { HostFiles } from './passthrough/host.ts';
import { type Node, Nodes } from './passthrough/nodes.ts';
import type { Body, Request } from './request.ts';
import { attrValidity, entryValidity } from './validity.ts';

/** How long clients may believe what they were told. */
export interface PassthroughOptions {
  /** Seconds for which a client may believe names; others may change the directory behind its back. Default 1. */
  readonly entryTimeout?: number;
  /** Seconds for which a client may believe attributes. Default 1. */
  readonly attrTimeout?: number;
}

/** Flags of open(2) that have done their work, or mean nothing for the server's own descriptor. */
const DONE_FLAGS = O_CREAT | O_EXCL | O_NOCTTY | O_NOFOLLOW | O_DIRECT;
const TIMES = FATTR_ATIME | FATTR_ATIME_NOW | FATTR_MTIME | FATTR_MTIME_NOW;

/**
 * A server for a directory of the machine that `host` is. It works by descriptor: each file that the client knows is held
 * by one of O_PATH, so renames and swapped symlinks cannot lead elsewhere, and nothing outside of `root` is reached. (A
 * symlink's target is text, for the client to follow in its own tree.)
 *
 * Run as root it acts with the caller's uid and gid, so that new files are the caller's and the machine checks what the
 * caller may; supplementary groups it does not take on.
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

  init(): { flags: ['ATOMIC_O_TRUNC', 'ASYNC_READ', 'PARALLEL_DIROPS'] } {
    return { flags: ['ATOMIC_O_TRUNC', 'ASYNC_READ', 'PARALLEL_DIROPS'] };
  }

  destroy(): void {
    for (const fd of this.#handles.values()) this.#host.close(fd);
    this.#handles.clear();
    this.#nodes.clear();
  }

  lookup(request: Request, name: ByteString): fuse_entry_out {
    return this.#as(request, () => this.#enter(this.#node(request), name));
  }

  forget(nodeid: bigint, nlookup: number): void {
    this.#nodes.forget(nodeid, nlookup);
  }

  getattr(request: Request): fuse_attr_out {
    return this.#attributes(this.#node(request));
  }

  setattr(request: Request<Body<'SETATTR'>>): fuse_attr_out {
    const { body } = request;
    const node = this.#node(request);
    this.#as(request, () => {
      const { valid } = body;
      if (valid & FATTR_MODE) this.#host.chmod(node.fd, body.mode & 0o7777);
      if (valid & (FATTR_UID | FATTR_GID)) this.#host.chown(node.fd, ...ownerOf(body));
      if (valid & FATTR_SIZE && valid & FATTR_FH) this.#host.ftruncate(this.#handle(body.fh), body.size);
      else if (valid & FATTR_SIZE) this.#host.truncate(node.fd, body.size);
      if (valid & TIMES) this.#host.utimens(node.fd, ...timesOf(body));
    });
    return this.#attributes(node);
  }

  access(request: Request<Body<'ACCESS'>>): void {
    this.#as(request, () => this.#host.access(this.#node(request).fd, request.body.mask));
  }

  readlink(request: Request): ByteString {
    return this.#host.readlink(this.#node(request).fd);
  }

  mknod(request: Request<Body<'MKNOD'>>, name: ByteString): fuse_entry_out {
    const { mode, rdev } = request.body;
    const device = makedev((rdev >>> 8) & 0xfff, (rdev & 0xff) | ((rdev >>> 12) & ~0xff));
    return this.#make(request, name, mode, (parent) => this.#host.mknodat(parent, name, mode, device));
  }

  mkdir(request: Request<Body<'MKDIR'>>, name: ByteString): fuse_entry_out {
    const { mode } = request.body;
    return this.#make(request, name, mode, (parent) => this.#host.mkdirat(parent, name, mode));
  }

  symlink(request: Request, name: ByteString, target: ByteString): fuse_entry_out {
    return this.#make(request, name, 0, (parent) => this.#host.symlinkat(target, parent, name));
  }

  link(request: Request<Body<'LINK'>>, name: ByteString): fuse_entry_out {
    const source = this.#nodes.get(request.body.oldnodeid);
    return this.#make(request, name, 0, (parent) => this.#host.linkat(source.fd, parent, name));
  }

  unlink(request: Request, name: ByteString): void {
    this.#as(request, () => this.#host.unlinkat(this.#node(request).fd, checked(name), 'file'));
  }

  rmdir(request: Request, name: ByteString): void {
    this.#as(request, () => this.#host.unlinkat(this.#node(request).fd, checked(name), 'directory'));
  }

  rename(request: Request<Body<'RENAME2'>>, oldname: ByteString, newname: ByteString): void {
    const { newdir, flags } = request.body;
    const to = this.#nodes.get(newdir).fd;
    this.#as(request, () => this.#host.renameat(this.#node(request).fd, checked(oldname), to, checked(newname), flags));
  }

  open(request: Request<Body<'OPEN'>>): { fh: bigint } {
    const { flags } = request.body;
    return { fh: this.#keep(this.#as(request, () => this.#host.reopen(this.#node(request).fd, flags & ~DONE_FLAGS))) };
  }

  create(request: Request<Body<'CREATE'>>, name: ByteString): { entry: fuse_entry_out; open: { fh: bigint } } {
    const { flags, mode } = request.body;
    const parent = this.#node(request);
    const wanted = (flags & ~O_DIRECT) | O_CREAT | O_NOFOLLOW;
    return this.#as(request, () => {
      const fd = this.#host.openat(parent.fd, checked(name), wanted, mode & 0o7777);
      const node = this.#host.reopen(fd, O_PATH);
      this.#unmask(node, mode);
      return { entry: this.#entry(node), open: { fh: this.#keep(fd) } };
    });
  }

  read(request: Request<Body<'READ'>>): Uint8Array {
    const { fh, offset, size } = request.body;
    const buffer = new Uint8Array(size);
    const fd = this.#handle(fh);
    let done = 0;
    while (done < size) {
      const count = this.#host.pread(fd, buffer.subarray(done), offset + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  }

  write(request: Request<Body<'WRITE'>>, data: Uint8Array): number {
    const { fh, offset } = request.body;
    return this.#as(request, () => this.#host.pwrite(this.#handle(fh), data, offset));
  }

  fsync(request: Request<Body<'FSYNC'>>): void {
    const { fh, fsync_flags } = request.body;
    this.#host.fsync(this.#handle(fh), fsync_flags & FUSE_FSYNC_FDATASYNC ? 'data' : 'all');
  }

  fallocate(request: Request<Body<'FALLOCATE'>>): void {
    const { fh, mode, offset, length } = request.body;
    this.#as(request, () => this.#host.fallocate(this.#handle(fh), mode, offset, length));
  }

  lseek(request: Request<Body<'LSEEK'>>): number {
    const { fh, offset, whence } = request.body;
    return Number(this.#host.lseek(this.#handle(fh), BigInt(offset), whence));
  }

  release(request: Request<Body<'RELEASE'>>): void {
    this.#drop(request.body.fh);
  }

  opendir(request: Request<Body<'OPENDIR'>>): { fh: bigint } {
    const node = this.#node(request);
    return { fh: this.#keep(this.#as(request, () => this.#host.reopen(node.fd, O_RDONLY | O_DIRECTORY))) };
  }

  readdir(request: Request<Body<'READDIR'>>): Uint8Array {
    const { fh, offset, size } = request.body;
    const fd = this.#handle(fh);
    this.#host.lseek(fd, offset, SEEK_SET);
    const writer = new DirentWriter(size);
    for (const entry of this.#host.getdents(fd, size)) if (!writer.add(entry)) break;
    return writer.bytes;
  }

  fsyncdir(request: Request<Body<'FSYNCDIR'>>): void {
    this.fsync(request);
  }

  releasedir(request: Request<Body<'RELEASEDIR'>>): void {
    this.#drop(request.body.fh);
  }

  statfs(request: Request): ReturnType<HostFiles['statfs']> {
    return this.#host.statfs(this.#node(request).fd);
  }

  getxattr(request: Request, name: ByteString): Uint8Array {
    return this.#as(request, () => this.#host.getxattr(this.#node(request).fd, name));
  }

  setxattr(request: Request<Body<'SETXATTR'>>, name: ByteString, value: Uint8Array): void {
    this.#as(request, () => this.#host.setxattr(this.#node(request).fd, name, value, request.body.flags));
  }

  listxattr(request: Request): Uint8Array {
    return this.#host.listxattr(this.#node(request).fd);
  }

  removexattr(request: Request, name: ByteString): void {
    this.#as(request, () => this.#host.removexattr(this.#node(request).fd, name));
  }

  #node({ nodeid }: Request): Node {
    return this.#nodes.get(nodeid);
  }

  #as<T>({ uid, gid }: Request, action: () => T): T {
    return this.#host.as(uid, gid, action);
  }

  /** Makes a name and answers what it names. */
  #make(request: Request, name: ByteString, mode: number, make: (parent: number) => void): fuse_entry_out {
    const parent = this.#node(request);
    checked(name);
    return this.#as(request, () => {
      make(parent.fd);
      const node = this.#host.openat(parent.fd, name, O_PATH | O_NOFOLLOW);
      this.#unmask(node, mode);
      return this.#entry(node);
    });
  }

  /** Gives a new file the permissions that the machine's umask took off; the client's has been applied by the client. */
  #unmask(node: number, mode: number): void {
    if ((mode & this.#host.umask) !== 0) this.#host.chmod(node, mode & 0o7777);
  }

  #enter(parent: Node, name: ByteString): fuse_entry_out {
    return this.#entry(this.#host.openat(parent.fd, checked(name), O_PATH | O_NOFOLLOW));
  }

  #entry(fd: number): fuse_entry_out {
    const stat = this.#host.stat(fd);
    const { nodeid } = this.#nodes.enter(fd, stat);
    const validity = { ...entryValidity(this.#entryTimeout), ...attrValidity(this.#attrTimeout) };
    return { nodeid, generation: 0n, attr: attrOf(stat), ...validity };
  }

  #attributes(node: Node): fuse_attr_out {
    return { attr: attrOf(this.#host.stat(node.fd)), ...attrValidity(this.#attrTimeout) };
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
