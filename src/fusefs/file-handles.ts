import { viewOf } from '../abi/bytes.ts';
import { EIO, ENOENT, Errno, ESTALE } from '../abi/errno.ts';
import { FUSE_ROOT_ID } from '../abi/fuse.ts';
import { FILEID_INO64_GEN, FILEID_INO64_GEN_PARENT, S_IFDIR } from '../abi/linux.ts';
import { LOOKUP } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { Dentry } from '../vfs/dentry.ts';
import type { FileHandle, FileHandles } from '../vfs/file-handle.ts';
import type { Inode } from '../vfs/inode.ts';
import type { Mount } from '../vfs/mount.ts';
import { isSane } from './attributes.ts';
import { connectDirectory } from './connect-directory.ts';
import type { FuseInode } from './inode.ts';
import type { FuseSuperblock } from './superblock.ts';

const NAME_SIZE = 12; // bytes: the nodeid's halves, high one first, and the generation

/**
 * File handles of a FUSE server: nodeid and generation.
 *
 * @see Linux fs/fuse/inode.c, fuse_export_operations
 */
export class FuseFileHandles implements FileHandles {
  readonly #superblock: FuseSuperblock;

  constructor(superblock: FuseSuperblock) {
    this.#superblock = superblock;
  }

  get canOpen(): boolean {
    return !this.#superblock.connection.features.NO_EXPORT_SUPPORT;
  }

  /** @see Linux fs/fuse/inode.c, fuse_encode_fh() */
  encode(inode: Inode, parent: Inode | null): FileHandle {
    const named = (parent === null ? [inode] : [inode, parent]) as FuseInode[];
    const bytes = new Uint8Array(NAME_SIZE * named.length);
    const view = viewOf(bytes);
    for (const [at, { nodeid, generation }] of named.entries()) {
      view.setUint32(NAME_SIZE * at, Number(nodeid >> 32n), true);
      view.setUint32(NAME_SIZE * at + 4, Number(BigInt.asUintN(32, nodeid)), true);
      view.setUint32(NAME_SIZE * at + 8, Number(BigInt.asUintN(32, generation)), true);
    }
    return { type: parent === null ? FILEID_INO64_GEN : FILEID_INO64_GEN_PARENT, bytes };
  }

  /**
   * The name that the dentry has is looked up anew when a walk comes to it.
   *
   * FUSE: LOOKUP of ".", if the file is not cached and the server took EXPORT_SUPPORT; for a directory that has no place in
   * the tree as connectDirectory().
   *
   * @see Linux fs/exportfs/expfs.c, exportfs_decode_fh_raw()
   */
  *decode(task: Task, mount: Mount, handle: FileHandle): Blocking<Dentry> {
    const dentry = yield* this.#dentry(task, handle);
    try {
      if (dentry.isAdrift) yield* connectDirectory(task, mount, dentry, (asking, inode) => this.#parent(asking, inode));
    } catch (error) {
      dentry.release();
      throw error;
    }
    return dentry;
  }

  /** @see Linux fs/fuse/inode.c, fuse_fh_to_dentry() and fuse_get_dentry() */
  *#dentry(task: Task, { type, bytes }: FileHandle): Blocking<Dentry> {
    if ((type !== FILEID_INO64_GEN && type !== FILEID_INO64_GEN_PARENT) || bytes.length < NAME_SIZE) throw ESTALE;
    const view = viewOf(bytes);
    const nodeid = (BigInt(view.getUint32(0, true)) << 32n) | BigInt(view.getUint32(4, true));
    if (nodeid === 0n) throw ESTALE;
    const inode = this.#superblock.inodeWith(nodeid)?.hold() ?? (yield* this.#lookUp(task, nodeid, '.'));
    try {
      if (inode.nodeid !== nodeid) throw EIO;
      if (BigInt.asUintN(32, inode.generation) !== BigInt(view.getUint32(8, true))) throw ESTALE;
      return dentryOf(inode);
    } finally {
      inode.release();
    }
  }

  /** The directory above one; its name is looked up anew, too. @see Linux fs/fuse/inode.c, fuse_get_parent() */
  *#parent(task: Task, { nodeid }: FuseInode): Blocking<Dentry> {
    const inode = yield* this.#lookUp(task, nodeid, '..');
    try {
      return dentryOf(inode);
    } finally {
      inode.release();
    }
  }

  /** @see Linux fs/fuse/dir.c, fuse_lookup_name() */
  *#lookUp(task: Task, nodeid: bigint, name: '.' | '..'): Blocking<FuseInode> {
    const { connection, versions } = this.#superblock;
    if (!connection.features.EXPORT_SUPPORT) throw ESTALE;
    const asked = versions.now();
    const reply = yield* connection.ask(task, LOOKUP, nodeid, { names: [name] });
    if (reply instanceof Errno) throw reply;
    const entry = reply.body;
    if (entry.nodeid === 0n) throw ENOENT;
    if (!isSane(entry.attr)) throw EIO;
    return this.#superblock.inodeOf(entry.nodeid === FUSE_ROOT_ID ? { ...entry, generation: 0n } : entry, asked);
  }
}

/** Some name of the file, or a dentry without one. Held. Linux's d_obtain_alias(). */
function dentryOf(inode: FuseInode): Dentry {
  const { alias } = inode;
  if (alias !== null) {
    if (inode.nodeid !== FUSE_ROOT_ID) alias.expires = 0;
    return alias.hold();
  }
  const unnamed = new Dentry(null, '', inode.superblock.dentryCache).hold();
  if (inode.type === S_IFDIR) unnamed.attach(inode);
  else unnamed.attachUnnamed(inode);
  return unnamed;
}
