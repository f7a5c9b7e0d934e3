import { EINVAL, EOPNOTSUPP } from './errno.ts';

/** The extended attributes that are access control lists to Linux, not bytes. */
export type AclName = 'system.posix_acl_access' | 'system.posix_acl_default';

/** Who may do what with a file. */
export const ACL_ACCESS: AclName = 'system.posix_acl_access';
/** Of a directory: what files that are made in it get. */
export const ACL_DEFAULT: AclName = 'system.posix_acl_default';

/** One line of a list. */
export interface AclEntry {
  readonly tag: number;
  readonly permissions: number;
  /** Whose line it is; for tags that name nobody ACL_UNDEFINED_ID. */
  readonly id: number;
}

/** An access control list, which has at least one entry. Linux's struct posix_acl. */
export type Acl = readonly AclEntry[];

/** Whom a line is about: the owner, a user, the owning group, a group, the most for all named and the owning group, others. */
export const ACL_USER_OBJ = 1;
export const ACL_USER = 2;
export const ACL_GROUP_OBJ = 4;
export const ACL_GROUP = 8;
export const ACL_MASK = 0x10;
export const ACL_OTHER = 0x20;
const ACL_UNDEFINED_ID = 0xffff_ffff;

const VERSION = 2;
const HEADER_SIZE = 4; // bytes
const ENTRY_SIZE = 8;

const named = new Set([ACL_USER, ACL_GROUP]);
const tags = new Set([ACL_USER_OBJ, ACL_GROUP_OBJ, ACL_MASK, ACL_OTHER, ...named]);

/** Whether an attribute of that name is a list. @see Linux include/linux/posix_acl_xattr.h, is_posix_acl_xattr() */
export const isAclName = (name: string): name is AclName => name === ACL_ACCESS || name === ACL_DEFAULT;

/**
 * Reads a list as extended attributes carry it; null for one without entries.
 *
 * @throws EINVAL, but EOPNOTSUPP for another version
 * @see Linux fs/posix_acl.c, posix_acl_from_xattr()
 */
export function decodeAcl(value: Uint8Array): Acl | null {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < HEADER_SIZE) throw EINVAL;
  if (view.getUint32(0, true) !== VERSION) throw EOPNOTSUPP;
  if ((value.length - HEADER_SIZE) % ENTRY_SIZE !== 0) throw EINVAL;
  const acl: AclEntry[] = [];
  for (let at = HEADER_SIZE; at < value.length; at += ENTRY_SIZE) {
    const tag = view.getUint16(at, true);
    const id = named.has(tag) ? view.getUint32(at + 4, true) : ACL_UNDEFINED_ID;
    if (!tags.has(tag) || (named.has(tag) && id === ACL_UNDEFINED_ID)) throw EINVAL;
    acl.push({ tag, permissions: view.getUint16(at + 2, true), id });
  }
  return acl.length === 0 ? null : acl;
}

/** The opposite of {@link decodeAcl}. @see Linux fs/posix_acl.c, posix_acl_to_xattr() */
export function encodeAcl(acl: Acl): Uint8Array {
  const value = new Uint8Array(HEADER_SIZE + acl.length * ENTRY_SIZE);
  const view = new DataView(value.buffer);
  view.setUint32(0, VERSION, true);
  for (const [index, { tag, permissions, id }] of acl.entries()) {
    const at = HEADER_SIZE + index * ENTRY_SIZE;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, permissions, true);
    view.setUint32(at + 4, id, true);
  }
  return value;
}

/** How a list's tags follow each other, a letter each: a mask must be there when somebody is named. */
const SHAPE = /^u(?:U*gG*m|g)o$/;
const letters: ReadonlyMap<number, string> = new Map([
  [ACL_USER_OBJ, 'u'],
  [ACL_USER, 'U'],
  [ACL_GROUP_OBJ, 'g'],
  [ACL_GROUP, 'G'],
  [ACL_MASK, 'm'],
  [ACL_OTHER, 'o'],
]);

/**
 * Checks that a list may be set: each class in its place, a mask where somebody is named, no unknown permission.
 *
 * @throws EINVAL
 * @see Linux fs/posix_acl.c, posix_acl_valid()
 */
export function checkAcl(acl: Acl): void {
  if (acl.some(({ permissions }) => (permissions & ~7) !== 0)) throw EINVAL;
  const shape = acl.map(({ tag }) => letters.get(tag)).join('');
  if (!SHAPE.test(shape)) throw EINVAL;
}
