import type { ByteString } from '../../abi/bytes.ts';
import { type Dirent, type DirentPlus, readDirents, readDirentsPlus } from '../../abi/dirent.ts';
import { Errno } from '../../abi/errno.ts';
import { FUSE_ROOT_ID } from '../../abi/fuse.ts';
import type { Reply } from '../../abi/message.ts';
import * as op from '../../abi/opcodes.ts';
import type { fuse_attr, fuse_entry_out, fuse_kstatfs, fuse_setattr_in } from '../../abi/structs.ts';
import type { FuseServer } from '../fuse-server.ts';
import { type Asking, TestClient } from './client.ts';
import { NO_CHANGE } from './files.ts';

/** The operations of a server that answers later, by nodeid; each rejects with the errno of its reply. */
export class AsyncFiles {
  readonly client: TestClient;

  constructor(server: FuseServer) {
    this.client = TestClient.of(server);
  }

  lookup(parent: bigint, name: ByteString): Promise<fuse_entry_out> {
    return this.#get(op.LOOKUP, { nodeid: parent, names: [name] });
  }

  /** Walks from the root. */
  async walk(path: ByteString): Promise<bigint> {
    let nodeid = FUSE_ROOT_ID;
    for (const name of path.split('/')) nodeid = (await this.lookup(nodeid, name)).nodeid;
    return nodeid;
  }

  forget(nodeid: bigint, nlookup: number): void {
    this.client.send(op.FORGET, { nodeid, body: { nlookup } });
  }

  async stat(nodeid: bigint): Promise<fuse_attr> {
    return (await this.#get(op.GETATTR, { nodeid, body: { getattr_flags: 0, fh: 0n } })).attr;
  }

  async setattr(nodeid: bigint, body: Partial<fuse_setattr_in>): Promise<fuse_attr> {
    return (await this.#get(op.SETATTR, { nodeid, body: { ...NO_CHANGE, ...body } })).attr;
  }

  mkdir(parent: bigint, name: ByteString): Promise<fuse_entry_out> {
    return this.#get(op.MKDIR, { nodeid: parent, names: [name], body: { mode: 0o755, umask: 0 } });
  }

  mknod(parent: bigint, name: ByteString, mode: number): Promise<fuse_entry_out> {
    return this.#get(op.MKNOD, { nodeid: parent, names: [name], body: { mode, rdev: 0, umask: 0 } });
  }

  link(parent: bigint, name: ByteString, oldnodeid: bigint): Promise<fuse_entry_out> {
    return this.#get(op.LINK, { nodeid: parent, names: [name], body: { oldnodeid } });
  }

  async unlink(parent: bigint, name: ByteString): Promise<void> {
    await this.#ask(op.UNLINK, { nodeid: parent, names: [name] });
  }

  async rmdir(parent: bigint, name: ByteString): Promise<void> {
    await this.#ask(op.RMDIR, { nodeid: parent, names: [name] });
  }

  async rename(from: bigint, oldname: ByteString, newdir: bigint, newname: ByteString, flags = 0): Promise<void> {
    await this.#ask(op.RENAME2, { nodeid: from, names: [oldname, newname], body: { newdir, flags } });
  }

  async open(nodeid: bigint, flags = 2): Promise<bigint> {
    return (await this.#get(op.OPEN, { nodeid, body: { flags, open_flags: 0 } })).fh;
  }

  async create(parent: bigint, name: ByteString, flags = 0o102): Promise<{ nodeid: bigint; fh: bigint }> {
    const body = { flags, mode: 0o100644, umask: 0, open_flags: 0 };
    const { entry, open } = await this.#get(op.CREATE, { nodeid: parent, names: [name], body });
    return { nodeid: entry.nodeid, fh: open.fh };
  }

  async read(nodeid: bigint, fh: bigint): Promise<Uint8Array> {
    const body = { fh, offset: 0, size: 4096, read_flags: 0, lock_owner: 0n, flags: 0 };
    return (await this.#ask(op.READ, { nodeid, body })).data;
  }

  async write(nodeid: bigint, fh: bigint, data: Uint8Array): Promise<number> {
    const body = { fh, offset: 0, size: data.length, write_flags: 0, lock_owner: 0n, flags: 0 };
    return (await this.#get(op.WRITE, { nodeid, body, data })).size;
  }

  async release(nodeid: bigint, fh: bigint): Promise<void> {
    await this.#ask(op.RELEASE, { nodeid, body: { fh, flags: 0, release_flags: 0, lock_owner: 0n } });
  }

  async opendir(nodeid: bigint): Promise<bigint> {
    return (await this.#get(op.OPENDIR, { nodeid, body: { flags: 0, open_flags: 0 } })).fh;
  }

  async fsyncdir(nodeid: bigint, fh: bigint): Promise<void> {
    await this.#ask(op.FSYNCDIR, { nodeid, body: { fh, fsync_flags: 0 } });
  }

  async readdir(nodeid: bigint, fh: bigint, offset = 0n, size = 4096): Promise<readonly Dirent[]> {
    const body = { fh, offset, size, read_flags: 0, lock_owner: 0n, flags: 0 };
    return readDirents((await this.#ask(op.READDIR, { nodeid, body })).data).entries;
  }

  async readdirplus(nodeid: bigint, fh: bigint, offset = 0n, size = 4096): Promise<readonly DirentPlus[]> {
    const body = { fh, offset, size, read_flags: 0, lock_owner: 0n, flags: 0 };
    return readDirentsPlus((await this.#ask(op.READDIRPLUS, { nodeid, body })).data).entries;
  }

  async statfs(): Promise<fuse_kstatfs> {
    return (await this.#get(op.STATFS, {})).st;
  }

  async #get<In, Out>(opcode: op.Opcode<In, Out>, asking: Asking<In>): Promise<Out> {
    return (await this.#ask(opcode, asking)).body;
  }

  async #ask<In, Out>(opcode: op.Opcode<In, Out>, asking: Asking<In>): Promise<Reply<Out>> {
    const size = (asking.body as { size?: number } | undefined)?.size;
    const unique = this.client.send(opcode, asking);
    const reply = await this.client.eventually(opcode as op.Opcode<never, Out>, unique, size);
    if (reply instanceof Errno) throw reply;
    return reply;
  }
}
