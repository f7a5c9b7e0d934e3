import { EIO } from '../abi/errno.ts';
import {
  ACL_GROUP,
  ACL_GROUP_OBJ,
  ACL_MASK,
  ACL_OTHER,
  ACL_USER,
  ACL_USER_OBJ,
  type Acl,
  type AclEntry,
} from '../abi/posix-acl.ts';
import { type Credentials, inGroup } from '../task/credentials.ts';

/** Whose file a list is about. */
interface Owned {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whether an access control list grants all of `wanted` (MAY_READ, MAY_WRITE, MAY_EXEC). The first line for the user
 * decides; of the groups' lines one must grant everything.
 *
 * @throws EIO for a list in which no line is for everybody
 * @see acl(5); Linux fs/posix_acl.c, posix_acl_permission()
 */
export function aclAllows(credentials: Credentials, file: Owned, acl: Acl, wanted: number): boolean {
  let isMember = false;
  for (const [at, entry] of acl.entries()) {
    if (entry.tag === ACL_OTHER) return !isMember && grants(entry, wanted);
    if (entry.tag === ACL_USER_OBJ && file.uid === credentials.fsuid) return grants(entry, wanted);
    if (entry.tag === ACL_USER && entry.id === credentials.fsuid) return grantsMasked(acl, at, wanted);
    if (!isOfOwnGroup(credentials, file, entry)) continue;
    isMember = true;
    if (grants(entry, wanted)) return grantsMasked(acl, at, wanted);
  }
  throw EIO;
}

const grants = ({ permissions }: AclEntry, wanted: number): boolean => (wanted & ~permissions) === 0;

function isOfOwnGroup(credentials: Credentials, file: Owned, { tag, id }: AclEntry): boolean {
  if (tag === ACL_GROUP_OBJ) return inGroup(credentials, file.gid);
  return tag === ACL_GROUP && inGroup(credentials, id);
}

/** What a line grants within the mask that follows it, if one does. */
function grantsMasked(acl: Acl, at: number, wanted: number): boolean {
  const entry = acl[at] as AclEntry;
  const mask = acl.find(({ tag }, index) => index > at && tag === ACL_MASK);
  return grants(entry, wanted) && (mask === undefined || grants(mask, wanted));
}
