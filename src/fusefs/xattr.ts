import type { ByteString } from '../abi/bytes.ts';
import { EACCES, EIO } from '../abi/errno.ts';
import { STATX_CTIME, XATTR_LIST_MAX, XATTR_SIZE_MAX } from '../abi/linux.ts';
import { GETXATTR, LISTXATTR, REMOVEXATTR, SETXATTR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';
import { inodeChanged } from './write-inode.ts';

/**
 * An extended attribute's value in at most `size` bytes, or for 0 its length.
 *
 * FUSE: GETXATTR.
 *
 * @throws EIO for a bad inode, EOPNOTSUPP if the server has no GETXATTR; what it answers.
 * @see Linux fs/fuse/xattr.c, fuse_getxattr()
 */
export function* getxattr(task: Task, inode: FuseInode, name: ByteString, size: number): Blocking<Uint8Array | number> {
  inode.check();
  const room = Math.min(size, XATTR_SIZE_MAX);
  const { body, data } = yield* inode.call(task, GETXATTR, { body: { size: room }, names: [name], room });
  return room === 0 ? Math.min(body.size, XATTR_SIZE_MAX) : data;
}

/** How an extended attribute is set. */
interface SetxattrFlags {
  /** XATTR_*. */
  readonly flags?: number;
  /** FUSE_SETXATTR_*, which servers without SETXATTR_EXT are not told. */
  readonly more?: number;
}

/**
 * Sets an extended attribute. Makes the change time stale.
 *
 * FUSE: SETXATTR.
 *
 * @throws EIO for a bad inode, EOPNOTSUPP if the server has no SETXATTR; what it answers.
 * @see Linux fs/fuse/xattr.c, fuse_setxattr()
 */
export function* setxattr(
  task: Task,
  inode: FuseInode,
  name: ByteString,
  value: Uint8Array,
  { flags = 0, more = 0 }: SetxattrFlags,
): Blocking<void> {
  inode.check();
  const body = { size: value.length, flags, setxattr_flags: more };
  yield* inode.call(task, SETXATTR, { body, names: [name], data: value });
  inode.attributes.invalidate(STATX_CTIME);
  yield* inodeChanged(task, inode);
}

/**
 * The names of the extended attributes, each with a NUL behind it, in at most `size` bytes; for 0 their length.
 *
 * FUSE: LISTXATTR.
 *
 * @throws EIO for a bad inode or a list without sense, EACCES, EOPNOTSUPP if the server has no LISTXATTR; what it
 *   answers.
 * @see Linux fs/fuse/xattr.c, fuse_listxattr()
 */
export function* listxattr(task: Task, inode: FuseInode, size: number): Blocking<Uint8Array | number> {
  inode.check();
  if (!inode.superblock.admits(task)) throw EACCES;
  const room = Math.min(size, XATTR_LIST_MAX);
  const { body, data } = yield* inode.call(task, LISTXATTR, { body: { size: room }, room });
  if (room === 0) return Math.min(body.size, XATTR_LIST_MAX);
  if (!isNameList(data)) throw EIO;
  return data;
}

/** As {@link setxattr}. FUSE: REMOVEXATTR. */
export function* removexattr(task: Task, inode: FuseInode, name: ByteString): Blocking<void> {
  inode.check();
  yield* inode.call(task, REMOVEXATTR, { names: [name] });
  inode.attributes.invalidate(STATX_CTIME);
  yield* inodeChanged(task, inode);
}

/** Whether the bytes are names that are not empty, each with a NUL behind it. @see fuse_verify_xattr_list() */
function isNameList(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    if (end <= at) return false;
    at = end + 1;
  }
  return true;
}
