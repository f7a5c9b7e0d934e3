import { EINVAL, EOPNOTSUPP, EOVERFLOW, EPERM, ERANGE } from '../abi/errno.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Inode } from '../vfs/inode.ts';

/** Where Linux keeps what a program may do beyond its user. */
export const FILE_CAPABILITIES = 'security.capability';

/** The lengths in bytes of struct vfs_cap_data and of struct vfs_ns_cap_data, which has the namespace's root behind it. */
const LENGTH = { plain: 20, namespaced: 24 };
const REVISION = { plain: 0x0200_0000, namespaced: 0x0300_0000 };
const EFFECTIVE = 1;
const NO_USER = 0xffff_ffff;

type Form = keyof typeof LENGTH;

/**
 * Whether a value may be set at all: file capabilities must be some. Nothing, with which they are none, anybody may set.
 *
 * @throws EINVAL, EPERM without CAP_SETFCAP
 * @see Linux security/commoncap.c, cap_convert_nscap()
 */
export function checkCapabilities(task: Task, value: Uint8Array): void {
  if (value.length === 0) return;
  const form = formOf(value);
  if (form === null) throw EINVAL;
  if (!task.credentials.capabilities.has('CAP_SETFCAP')) throw EPERM;
  if (form === 'namespaced' && rootOf(value) === NO_USER) throw EINVAL;
}

/** @throws EPERM without CAP_SETFCAP. @see Linux security/commoncap.c, cap_inode_removexattr() */
export function checkMayRemoveCapabilities(task: Task): void {
  if (!task.credentials.capabilities.has('CAP_SETFCAP')) throw EPERM;
}

/**
 * A file's capabilities as the tasks of a namespace see them whose root is user 0; with `size` 0 how long they are.
 * FUSE: GETXATTR of size 0, then of that size; once more as any attribute, when the server supports none.
 *
 * @throws what the server answers; EINVAL for what are no capabilities; EOVERFLOW for those of nobody; ERANGE
 * @see Linux security/commoncap.c, cap_inode_getsecurity(), and fs/xattr.c, vfs_getxattr() and vfs_getxattr_alloc()
 */
export function* getCapabilities(task: Task, inode: Inode, size: number): Blocking<Uint8Array | number> {
  let value: Uint8Array;
  try {
    value = shownHere(yield* stored(task, inode));
  } catch (error) {
    if (error !== EOPNOTSUPP) throw error;
    return yield* inode.getxattr(task, FILE_CAPABILITIES, size);
  }
  if (size === 0) return value.length;
  if (size < value.length) throw ERANGE;
  return value;
}

function* stored(task: Task, inode: Inode): Blocking<Uint8Array> {
  const length = (yield* inode.getxattr(task, FILE_CAPABILITIES, 0)) as number;
  const value = yield* inode.getxattr(task, FILE_CAPABILITIES, length);
  if (typeof value === 'number') throw EINVAL;
  return value;
}

/** Those of the namespace of user 0 have no namespace in them. */
function shownHere(value: Uint8Array): Uint8Array {
  const form = formOf(value);
  if (form === null) throw EINVAL;
  if (form === 'plain') return value;
  const root = rootOf(value);
  if (root === NO_USER) throw EOVERFLOW;
  if (root !== 0) return value;
  const shown = value.slice(0, LENGTH.plain);
  new DataView(shown.buffer).setUint32(0, REVISION.plain | (magicOf(value) & EFFECTIVE), true);
  return shown;
}

function formOf(value: Uint8Array): Form | null {
  for (const form of ['plain', 'namespaced'] as const) {
    if (value.length === LENGTH[form] && (magicOf(value) & ~EFFECTIVE) === REVISION[form]) return form;
  }
  return null;
}

const wordAt = (value: Uint8Array, at: number): number =>
  new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(at, true);
const magicOf = (value: Uint8Array): number => wordAt(value, 0);
const rootOf = (value: Uint8Array): number => wordAt(value, LENGTH.plain);
