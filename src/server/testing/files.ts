import type { ByteString } from '../../abi/bytes.ts';
import { type Dirent, type DirentPlus, readDirents, readDirentsPlus } from '../../abi/dirent.ts';
import { Errno } from '../../abi/errno.ts';
import { FUSE_ROOT_ID } from '../../abi/fuse.ts';
import type { Reply } from '../../abi/message.ts';
import * as op from '../../abi/opcodes.ts';
import type { fuse_attr, fuse_entry_out, fuse_setattr_in } from '../../abi/structs.ts';
import type { Asking, TestClient } from './client.ts';

type Caller = Pick<Asking<unknown>, 'uid' | 'gid'>;

/** A SETATTR that changes nothing, to be filled in. */
export const NO_CHANGE: fuse_setattr_in = {
  valid: 0,
  fh: 0n,
  size: 0,
  lock_owner: 0n,
  atime: 0,
  mtime: 0,
  ctime: 0,
  atimensec: 0,
  mtimensec: 0,
  ctimensec: 0,
  mode: 0,
  uid: 0,
  gid: 0,
};

/** The operations of a server as plain calls, by nodeid; each throws the errno of its reply. */
export class Files {
  readonly client: TestClient;

  constructor(client: TestClient) {
    this.client = client;
  }

  lookup(parent: bigint, name: ByteString): fuse_entry_out {
    return this.client.get(op.LOOKUP, { nodeid: parent, names: [name] });
  }

  /** Walks from the root. */
  walk(path: ByteString): bigint {
    return path
      .split('/')
      .filter((name) => name !== '')
      .reduce((parent, name) => this.lookup(parent, name).nodeid, FUSE_ROOT_ID);
  }

  stat(nodeid: bigint): fuse_attr {
    return this.client.get(op.GETATTR, { nodeid, body: { getattr_flags: 0, fh: 0n } }).attr;
  }

  setattr(nodeid: bigint, change: Partial<fuse_setattr_in>, caller: Caller = {}): fuse_attr {
    return this.client.get(op.SETATTR, { nodeid, body: { ...NO_CHANGE, ...change }, ...caller }).attr;
  }

  mkdir(parent: bigint, name: ByteString, mode = 0o755, caller: Caller = {}): bigint {
    return this.client.get(op.MKDIR, { nodeid: parent, names: [name], body: { mode, umask: 0 }, ...caller }).nodeid;
  }

  mknod(parent: bigint, name: ByteString, mode: number, rdev = 0, caller: Caller = {}): bigint {
    const body = { mode, rdev, umask: 0 };
    return this.client.get(op.MKNOD, { nodeid: parent, names: [name], body, ...caller }).nodeid;
  }

  symlink(parent: bigint, name: ByteString, target: ByteString): bigint {
    return this.client.get(op.SYMLINK, { nodeid: parent, names: [name, target] }).nodeid;
  }

  link(parent: bigint, name: ByteString, oldnodeid: bigint): fuse_attr {
    return this.client.get(op.LINK, { nodeid: parent, names: [name], body: { oldnodeid } }).attr;
  }

  unlink(parent: bigint, name: ByteString): void {
    this.client.get(op.UNLINK, { nodeid: parent, names: [name] });
  }

  rmdir(parent: bigint, name: ByteString): void {
    this.client.get(op.RMDIR, { nodeid: parent, names: [name] });
  }

  rename(from: bigint, oldname: ByteString, newdir: bigint, newname: ByteString, flags = 0): void {
    this.client.get(op.RENAME2, { nodeid: from, names: [oldname, newname], body: { newdir, flags } });
  }

  open(nodeid: bigint, flags = 2, caller: Caller = {}): bigint {
    return this.client.get(op.OPEN, { nodeid, body: { flags, open_flags: 0 }, ...caller }).fh;
  }

  create(parent: bigint, name: ByteString, options: { mode?: number; flags?: number } & Caller = {}) {
    const { mode = 0o644, flags = 0o102, ...caller } = options;
    const body = { flags, mode: 0o100000 | mode, umask: 0, open_flags: 0 };
    const { entry, open } = this.client.get(op.CREATE, { nodeid: parent, names: [name], body, ...caller });
    return { nodeid: entry.nodeid, fh: open.fh, attr: entry.attr };
  }

  release(nodeid: bigint, fh: bigint): void {
    this.client.get(op.RELEASE, { nodeid, body: { fh, flags: 0, release_flags: 0, lock_owner: 0n } });
  }

  forget(nodeid: bigint, nlookup: number): void {
    this.client.send(op.FORGET, { nodeid, body: { nlookup } });
  }

  read(nodeid: bigint, fh: bigint, offset: number, size: number): Uint8Array {
    const body = { fh, offset, size, read_flags: 0, lock_owner: 0n, flags: 0 };
    return this.data(op.READ, { nodeid, body });
  }

  write(
    nodeid: bigint,
    fh: bigint,
    offset: number,
    data: Uint8Array,
    options: { flags?: number } & Caller = {},
  ): number {
    const { flags: write_flags = 0, ...caller } = options;
    const body = { fh, offset, size: data.length, write_flags, lock_owner: 0n, flags: 0 };
    return this.client.get(op.WRITE, { nodeid, body, data, ...caller }).size;
  }

  fallocate(nodeid: bigint, fh: bigint, mode: number, offset: number, length: number): void {
    this.client.get(op.FALLOCATE, { nodeid, body: { fh, offset, length, mode } });
  }

  lseek(nodeid: bigint, fh: bigint, offset: number, whence: number): number {
    return this.client.get(op.LSEEK, { nodeid, body: { fh, offset, whence } }).offset;
  }

  opendir(nodeid: bigint): bigint {
    return this.client.get(op.OPENDIR, { nodeid, body: { flags: 0, open_flags: 0 } }).fh;
  }

  releasedir(nodeid: bigint, fh: bigint): void {
    this.client.get(op.RELEASEDIR, { nodeid, body: { fh, flags: 0, release_flags: 0, lock_owner: 0n } });
  }

  readdir(nodeid: bigint, fh: bigint, offset = 0n, size = 4096): readonly Dirent[] {
    const body = { fh, offset, size, read_flags: 0, lock_owner: 0n, flags: 0 };
    return readDirents(this.data(op.READDIR, { nodeid, body })).entries;
  }

  readdirplus(nodeid: bigint, fh: bigint, offset = 0n, size = 4096): readonly DirentPlus[] {
    const body = { fh, offset, size, read_flags: 0, lock_owner: 0n, flags: 0 };
    return readDirentsPlus(this.data(op.READDIRPLUS, { nodeid, body })).entries;
  }

  /** All names, read in parts of `size` bytes. */
  list(nodeid: bigint, size = 4096): ByteString[] {
    const fh = this.opendir(nodeid);
    const names: ByteString[] = [];
    for (let offset = 0n; ; ) {
      const part = this.readdir(nodeid, fh, offset, size);
      const last = part.at(-1);
      if (last === undefined) break;
      names.push(...part.map(({ name }) => name));
      offset = last.off;
    }
    this.releasedir(nodeid, fh);
    return names;
  }

  readlink(nodeid: bigint): Uint8Array {
    return this.data(op.READLINK, { nodeid });
  }

  setxattr(nodeid: bigint, name: ByteString, value: Uint8Array, flags = 0): void {
    const body = { size: value.length, flags, setxattr_flags: 0 };
    this.client.get(op.SETXATTR, { nodeid, names: [name], data: value, body });
  }

  getxattr(nodeid: bigint, name: ByteString): Uint8Array {
    return this.data(op.GETXATTR, { nodeid, names: [name], body: { size: 65536 } });
  }

  listxattr(nodeid: bigint, caller: Caller = {}): Uint8Array {
    return this.data(op.LISTXATTR, { nodeid, body: { size: 65536 }, ...caller });
  }

  removexattr(nodeid: bigint, name: ByteString): void {
    this.client.get(op.REMOVEXATTR, { nodeid, names: [name] });
  }

  /** The bytes that an operation answers. */
  data<In, Out>(opcode: op.Opcode<In, Out>, asking: Asking<In>): Uint8Array {
    const reply: Reply<Out> | Errno = this.client.ask(opcode, asking);
    if (reply instanceof Errno) throw reply;
    return reply.data;
  }
}

/** The errno that a call throws, or null. */
export function errnoOfCall(call: () => unknown): Errno | null {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
}
