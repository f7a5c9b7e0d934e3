import { EACCES } from '../../abi/errno.ts';
import { S_IFDIR, S_IFMT, S_IRWXUGO, S_ISGID } from '../../abi/linux.ts';
import {
  ACL_ACCESS,
  ACL_DEFAULT,
  ACL_GROUP_OBJ,
  ACL_MASK,
  ACL_OTHER,
  ACL_USER_OBJ,
  type Acl,
  type AclEntry,
  type AclName,
  checkAcl,
  decodeAcl,
  encodeAcl,
} from '../../abi/posix-acl.ts';
import type { Inode } from './inode.ts';
import type { Attribute } from './xattr.ts';

// Access control lists as Linux's own file systems keep them: mode and list are two views of one thing, so one that
// says no more than a mode does is not kept.

/** How far the bits of a class are to the left in a mode. */
const SHIFT = { owner: 6, group: 3, other: 0 };

/**
 * Sets a list; one without lines is none. An access list changes the mode too.
 *
 * @throws EINVAL, EOPNOTSUPP for what is no list; EACCES for a default list of what is no directory; ENOSPC
 * @see Linux fs/posix_acl.c, simple_set_acl() and posix_acl_update_mode()
 */
export function setAcl(inode: Inode, name: AclName, value: Uint8Array, setgid: 'goes' | 'stays'): void {
  const acl = decodeAcl(value);
  if (acl !== null) checkAcl(acl);
  if (name === ACL_DEFAULT && acl !== null && inode.type !== S_IFDIR) throw EACCES;
  if (acl === null || (name === ACL_ACCESS && isMode(acl))) inode.xattrs.delete(name);
  else inode.xattrs.set(name, value, 0);
  if (acl === null || name === ACL_DEFAULT) return;
  inode.mode = (inode.mode & ~S_IRWXUGO) | modeOf(acl);
  if (setgid === 'goes') inode.mode &= ~S_ISGID;
}

/** The access list of a file follows its mode, which was changed. @see Linux fs/posix_acl.c, __posix_acl_chmod_masq() */
export function followMode(inode: Inode): void {
  const acl = listOf(inode, ACL_ACCESS);
  if (acl === null) return;
  const changed = byClass(acl, (entry, shift) => ({ ...entry, permissions: (inode.mode >> shift) & 7 }));
  inode.xattrs.set(ACL_ACCESS, encodeAcl(changed), 0);
}

/** What a new file is made with. */
export interface Inheritance {
  readonly mode: number;
  readonly xattrs: readonly Attribute[];
}

/**
 * The mode and the lists of a new file, which is asked for with `mode`. The umask counts only where the directory has no
 * default list.
 *
 * @see Linux fs/posix_acl.c, posix_acl_create()
 */
export function inherit(directory: Inode, mode: number, umask: number): Inheritance {
  const given = listOf(directory, ACL_DEFAULT);
  if (given === null) return { mode: mode & ~(umask & S_IRWXUGO), xattrs: [] };
  const access = byClass(given, (entry, shift) => ({ ...entry, permissions: entry.permissions & (mode >> shift) & 7 }));
  const xattrs: Attribute[] = [];
  if (!isMode(access)) xattrs.push([ACL_ACCESS, encodeAcl(access)]);
  if ((mode & S_IFMT) === S_IFDIR) xattrs.push([ACL_DEFAULT, encodeAcl(given)]);
  return { mode: (mode & ~S_IRWXUGO) | modeOf(access), xattrs };
}

function listOf(inode: Inode, name: AclName): Acl | null {
  const value = inode.xattrs.tryGet(name);
  return value === undefined ? null : decodeAcl(value);
}

/** Whether a list says no more than a mode. */
const isMode = (acl: Acl): boolean => acl.length === 3;

/** Changes the lines that the classes of a mode stand for: of groups the mask, if there is one. */
function byClass(acl: Acl, change: (entry: AclEntry, shift: number) => AclEntry): AclEntry[] {
  const group = groupTag(acl);
  return acl.map((entry) => {
    if (entry.tag === ACL_USER_OBJ) return change(entry, SHIFT.owner);
    if (entry.tag === group) return change(entry, SHIFT.group);
    return entry.tag === ACL_OTHER ? change(entry, SHIFT.other) : entry;
  });
}

function modeOf(acl: Acl): number {
  let mode = 0;
  byClass(acl, (entry, shift) => {
    mode |= entry.permissions << shift;
    return entry;
  });
  return mode;
}

const groupTag = (acl: Acl): number => (acl.some(({ tag }) => tag === ACL_MASK) ? ACL_MASK : ACL_GROUP_OBJ);
