import type { ByteString } from '../abi/bytes.ts';
import { E2BIG, EINVAL, ERANGE } from '../abi/errno.ts';
import { AT_FDCWD, XATTR_CREATE, XATTR_LIST_MAX, XATTR_NAME_MAX, XATTR_REPLACE, XATTR_SIZE_MAX } from '../abi/linux.ts';
import { type Acl, type AclName, decodeAcl, isAclName } from '../abi/posix-acl.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { MAY_READ, MAY_WRITE } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable } from '../vfs/permission.ts';
import { changeAcl, readAcl } from './acl.ts';
import {
  checkCapabilities,
  checkMayRemoveCapabilities,
  FILE_CAPABILITIES,
  getCapabilities,
} from './file-capabilities.ts';
import { exclusively } from './locking.ts';
import { atPath, inodeAt } from './resolve.ts';
import { withFile } from './with-file.ts';
import { xattrPermission } from './xattr-permission.ts';

// Each call is one of three ways to a file, by path, by path to a symlink itself and by descriptor, and one act there.

/** A value, or a list of names that each end in a NUL; with `size` 0 how many bytes that takes. */
export type XattrResult = Uint8Array | number;

type Act<T> = (task: Thread, path: Path) => Blocking<T>;
type PathCall<A extends readonly unknown[], T> = (task: Thread, path: ByteString, ...rest: A) => Blocking<T>;
type FileCall<A extends readonly unknown[], T> = (task: Thread, fd: number, ...rest: A) => Blocking<T>;

/** Checks what is left of a call's arguments, and gives what to do at the file. */
type Prepare<A extends readonly unknown[], T> = (...rest: A) => Act<T>;

const byPath = <A extends readonly unknown[], T>(prepare: Prepare<A, T>, follow: boolean): PathCall<A, T> =>
  function* (task, path, ...rest) {
    const act = prepare(...rest);
    return yield* atPath(task, { dirfd: AT_FDCWD, path, follow }, (found) => act(task, found));
  };

const byDescriptor = <A extends readonly unknown[], T>(prepare: Prepare<A, T>): FileCall<A, T> =>
  function* (task, fd, ...rest) {
    const act = prepare(...rest);
    return yield* withFile(task, fd, (file) => act(task, file.path));
  };

/** @see Linux fs/xattr.c, do_getxattr() */
const get = (name: ByteString, size: number): Act<XattrResult> => {
  checkName(name);
  if (isAclName(name)) return (task, path) => readAcl(task, inodeAt(path), name, size);
  return function* (task, path) {
    const inode = inodeAt(path);
    yield* xattrPermission(task, inode, name, MAY_READ);
    return yield* within(size, XATTR_SIZE_MAX, (room) =>
      name === FILE_CAPABILITIES ? getCapabilities(task, inode, room) : inode.getxattr(task, name, room),
    );
  };
};

/** @see Linux fs/xattr.c, setxattr_copy() and vfs_setxattr() */
const set = (name: ByteString, value: Uint8Array, flags: number): Act<void> => {
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) throw EINVAL;
  checkName(name);
  if (value.length > XATTR_SIZE_MAX) throw E2BIG;
  if (isAclName(name)) return aclChange(name, () => (value.length === 0 ? null : decodeAcl(value)));
  const apply = change(name, (task, path) => inodeAt(path).setxattr(task, name, value, flags));
  return function* (task, path) {
    checkWritable(path.mount);
    if (name === FILE_CAPABILITIES) checkCapabilities(task, value);
    yield* apply(task, path);
  };
};

/** @see Linux fs/xattr.c, listxattr() */
const list = (size: number): Act<XattrResult> =>
  function* (task, path) {
    return yield* within(size, XATTR_LIST_MAX, (room) => inodeAt(path).listxattr(task, room));
  };

/** @see Linux fs/xattr.c, vfs_removexattr() */
const remove = (name: ByteString): Act<void> => {
  checkName(name);
  if (isAclName(name)) return aclChange(name, () => null);
  return change(name, function* (task, path) {
    if (name === FILE_CAPABILITIES) checkMayRemoveCapabilities(task);
    yield* inodeAt(path).removexattr(task, name);
  });
};

const change = (name: ByteString, act: Act<void>): Act<void> =>
  function* (task, path) {
    const inode = inodeAt(path);
    checkWritable(path.mount);
    yield* exclusively(
      task,
      inode.lock,
      () => `inode ${inode.ino} to change ${name}`,
      function* () {
        yield* xattrPermission(task, inode, name, MAY_WRITE);
        yield* act(task, path);
      },
    );
  };

/** The flags of setxattr(2) mean nothing for lists. */
const aclChange = (name: AclName, decode: () => Acl | null): Act<void> =>
  function* (task, path) {
    checkWritable(path.mount);
    yield* changeAcl(task, inodeAt(path), name, decode());
  };

function checkName(name: ByteString): void {
  if (name === '' || name.length > XATTR_NAME_MAX) throw ERANGE;
}

/** Asks with at most `most` bytes of room; what does not even fit that is E2BIG, for no buffer would do. */
function* within(size: number, most: number, ask: (room: number) => Blocking<XattrResult>): Blocking<XattrResult> {
  try {
    return yield* ask(Math.min(size, most));
  } catch (error) {
    throw error === ERANGE && size >= most ? E2BIG : error;
  }
}

/**
 * getxattr(2). FUSE: the walk, then GETXATTR.
 *
 * @throws ERANGE for a name that is empty or too long; the walk's errors; for an access control list as readAcl(); ENODATA; EACCES; ERANGE when `size` is too
 *   small; E2BIG when no size would do
 */
export const getxattr = byPath(get, true);

/** lgetxattr(2): as {@link getxattr}, of a symlink itself. */
export const lgetxattr = byPath(get, false);

/** fgetxattr(2): as {@link getxattr}. @throws EBADF after the name's ERANGE, and for O_PATH descriptors */
export const fgetxattr = byDescriptor(get);

/**
 * setxattr(2). Access control lists are checked here, need no `flags`, and are taken away by one without entries.
 * FUSE: the walk, then SETXATTR, or for such a list REMOVEXATTR.
 *
 * @throws EINVAL for an unknown flag; ERANGE for a name that is empty or too long; E2BIG for a value that is too long;
 *   the walk's errors; EROFS; EINVAL for capabilities that are none; for lists as decodeAcl()
 *   and changeAcl(); EPERM; EACCES; by the flags EEXIST or ENODATA
 */
export const setxattr = byPath(set, true);

/** lsetxattr(2): as {@link setxattr}, of a symlink itself. */
export const lsetxattr = byPath(set, false);

/** fsetxattr(2): as {@link setxattr}. @throws EBADF after what is wrong with the other arguments */
export const fsetxattr = byDescriptor(set);

/** listxattr(2). FUSE: the walk, then LISTXATTR. @throws the walk's errors; ERANGE when `size` is too small; E2BIG when no size would do */
export const listxattr = byPath(list, true);

/** llistxattr(2): as {@link listxattr}, of a symlink itself. */
export const llistxattr = byPath(list, false);

/** flistxattr(2): as {@link listxattr}. @throws EBADF */
export const flistxattr = byDescriptor(list);

/**
 * removexattr(2). FUSE: the walk, then REMOVEXATTR.
 *
 * @throws ERANGE for a name that is empty or too long; the walk's errors; EROFS; for lists as changeAcl(); EPERM; EACCES;
 *   ENODATA
 */
export const removexattr = byPath(remove, true);

/** lremovexattr(2): as {@link removexattr}, of a symlink itself. */
export const lremovexattr = byPath(remove, false);

/** fremovexattr(2): as {@link removexattr}. @throws EBADF after the name's ERANGE */
export const fremovexattr = byDescriptor(remove);
