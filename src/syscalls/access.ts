import type { ByteString } from '../abi/bytes.ts';
import { EACCES, EINVAL } from '../abi/errno.ts';
import { AT_EACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, S_IFREG, W_OK, X_OK } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { type Credentials, credentialsOf } from '../task/credentials.ts';
import { MAY_ACCESS } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable, tryPermission } from '../vfs/permission.ts';
import { atPath, inodeAt, tryWalkTo } from './resolve.ts';
import { isSpecial } from './special.ts';

/**
 * faccessat2(2). `mode` is R_OK, W_OK and X_OK, or F_OK. Asks as the real user, unless with AT_EACCESS.
 * FUSE: the walk, then ACCESS unless the kernel checks modes.
 *
 * @throws EINVAL for an unknown mode bit or flag; the walk's errors; EACCES to execute on a noexec mount; EACCES; EROFS
 * @see Linux fs/open.c, do_faccessat()
 */
export function* faccessat(task: Thread, dirfd: number, path: ByteString, mode: number, flags: number): Blocking<void> {
  if ((mode & ~0o7) !== 0) throw EINVAL;
  if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) throw EINVAL;
  const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0;
  const allowEmpty = (flags & AT_EMPTY_PATH) !== 0;
  const { credentials } = task;
  if ((flags & AT_EACCESS) === 0) task.credentials = realOf(credentials);
  try {
    yield* atPath(task, { dirfd, path, follow, allowEmpty }, (found) => mayAccess(task, found, mode));
  } finally {
    task.credentials = credentials;
  }
}

/** access(2): as the real user, following a symlink. */
export const access = (task: Thread, path: ByteString, mode: number): Blocking<void> =>
  faccessat(task, AT_FDCWD, path, mode, 0);

/** {@link access} from the caches: true when they allow it, undefined when they do not know. @throws as it */
export function tryAccess(task: Thread, path: ByteString, mode: number): true | undefined {
  if ((mode & ~0o7) !== 0) throw EINVAL;
  const { credentials } = task;
  task.credentials = realOf(credentials);
  try {
    const found = tryWalkTo(task, { dirfd: AT_FDCWD, path }, FOLLOW);
    return found === undefined ? undefined : tryMayAccess(task, found, mode);
  } finally {
    task.credentials = credentials;
  }
}

const FOLLOW = { follow: true };

function* mayAccess(task: Thread, path: Path, mode: number): Blocking<void> {
  if (tryMayAccess(task, path, mode) === true) return;
  yield* inodeAt(path).permission(task, mode | MAY_ACCESS);
  checkMount(path, mode);
}

function tryMayAccess(task: Thread, path: Path, mode: number): true | undefined {
  const inode = inodeAt(path);
  if ((mode & X_OK) !== 0 && inode.type === S_IFREG && path.mount.flags.noexec) throw EACCES;
  const answer = tryPermission(task, inode, mode | MAY_ACCESS);
  if (answer === true) checkMount(path, mode);
  return answer;
}

function checkMount(path: Path, mode: number): void {
  if ((mode & W_OK) !== 0 && !isSpecial(inodeAt(path).type)) checkWritable(path.mount);
}

/** The credentials with the real ids as what file systems see, and the capabilities that go with the real uid. */
function realOf(credentials: Credentials): Credentials {
  const { uid, gid, fsuid, fsgid, groups } = credentials;
  if (uid === fsuid && gid === fsgid && (uid === 0 || credentials.capabilities.size === 0)) return credentials;
  const keepsCapabilities = uid === 0 && fsuid === 0;
  const { capabilities } = keepsCapabilities ? credentials : credentialsOf(uid, gid, groups);
  return { ...credentials, fsuid: uid, fsgid: gid, capabilities };
}
