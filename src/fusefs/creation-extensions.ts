import { viewOf } from '../abi/bytes.ts';
import { FUSE_EXT_GROUPS } from '../abi/fuse.ts';
import { fuse_ext_header, fuse_secctx_header, fuse_supp_groups } from '../abi/structs.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';

const GROUP_SIZE = 4; // bytes
const GROUPS_SIZE = fuse_ext_header.size + fuse_supp_groups.size + GROUP_SIZE;

/**
 * What a request that makes a file in `dir` carries behind its arguments, as the server took it in INIT: the labels of
 * security modules, of which there are none here, and the group that lets the caller give the file the directory's group.
 *
 * @see Linux fs/fuse/dir.c, get_create_ext()
 */
export function creationExtensions(task: Task, dir: FuseInode): Uint8Array {
  const { SECURITY_CTX, CREATE_SUPP_GROUP } = dir.superblock.connection.features;
  const contextsSize = SECURITY_CTX ? fuse_secctx_header.size : 0;
  const tellsGroup = CREATE_SUPP_GROUP && isOnlySupplementary(task, dir.gid);
  const bytes = new Uint8Array(contextsSize + (tellsGroup ? GROUPS_SIZE : 0));
  const view = viewOf(bytes);
  if (SECURITY_CTX) fuse_secctx_header.write(view, 0, { size: contextsSize, nr_secctx: 0 });
  if (!tellsGroup) return bytes;
  let at = contextsSize;
  fuse_ext_header.write(view, at, { size: GROUPS_SIZE, type: FUSE_EXT_GROUPS });
  at += fuse_ext_header.size;
  fuse_supp_groups.write(view, at, { nr_groups: 1 });
  view.setUint32(at + fuse_supp_groups.size, dir.gid, true);
  return bytes;
}

/** Whether the group is the caller's, but not the one that the server sees in the header. */
const isOnlySupplementary = ({ credentials: { fsgid, groups } }: Task, gid: number): boolean =>
  gid !== fsgid && groups.includes(gid);
