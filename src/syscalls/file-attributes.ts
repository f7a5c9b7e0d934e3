import { EINVAL, EOPNOTSUPP, EPERM } from '../abi/errno.ts';
import * as ioctl from '../abi/ioctl.ts';
import { S_IFDIR, S_IFREG } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { File, IoctlArgument } from '../vfs/file.ts';
import {
  completed,
  type FileAttributes,
  type FileAttributesForm,
  FSXATTR_SIZE,
  fromFlags,
  fsxattrOf,
  readFsxattr,
} from '../vfs/file-attributes.ts';
import type { Inode } from '../vfs/inode.ts';
import { checkWritable, isOwner } from '../vfs/permission.ts';
import { intBytes, intOf, putBytes, takeBytes } from './caller-memory.ts';

const NOBODYS_PROJECT = 0xffff_ffff;
const CAPABLE_FLAGS = ioctl.FS_APPEND_FL | ioctl.FS_IMMUTABLE_FL;
/** What a file system says and nobody sets: PREALLOC, HASATTR. Linux's FS_XFLAG_RDONLY_MASK. */
const READ_ONLY_XFLAGS = 0x8000_0002;

/**
 * FS_IOC_GETFLAGS and FS_IOC_FSGETXATTR.
 *
 * @throws ENOTTY where there is nothing of the kind; EFAULT for memory that is too short
 * @see Linux fs/file_attr.c, ioctl_getflags() and ioctl_fsgetxattr()
 */
export function* getFileAttributes(
  task: Task,
  { inode }: File,
  form: FileAttributesForm,
  argument: IoctlArgument,
): Blocking<number> {
  const found = yield* inode.getFileAttributes(task, form);
  putBytes(argument, bytesOf(found, form));
  return 0;
}

/**
 * FS_IOC_SETFLAGS and FS_IOC_FSSETXATTR: what their form cannot say stays as it is.
 *
 * @throws EFAULT for too little memory; EOPNOTSUPP for flags that do not exist; EROFS; EPERM to whom the file does not belong;
 *   what reading the attributes throws; EPERM to change FS_APPEND_FL or FS_IMMUTABLE_FL without CAP_LINUX_IMMUTABLE; EINVAL
 *   for a project that none is, and for hints that do not fit the type
 * @see Linux fs/file_attr.c, vfs_fileattr_set()
 */
export function* setFileAttributes(
  task: Task,
  { inode, path }: File,
  form: FileAttributesForm,
  argument: IoctlArgument,
): Blocking<number> {
  const wanted = wantedAttributes(form, argument);
  checkWritable(path.mount);
  if (!isOwner(task.credentials, inode)) throw EPERM;
  yield* inode.lock.lock(task, 'the file whose attributes change');
  try {
    const before = yield* inode.getFileAttributes(task, 'fsxattr');
    yield* inode.setFileAttributes(task, prepared(task, inode, before, completed(wanted, before)));
  } finally {
    inode.lock.unlock();
  }
  return 0;
}

const bytesOf = (found: FileAttributes, form: FileAttributesForm): Uint8Array =>
  form === 'flags' ? intBytes(found.flags) : fsxattrOf({ ...found, xflags: found.xflags & ioctl.FS_XFLAGS_MASK });

/** @see Linux fs/file_attr.c, fsxattr_to_fileattr() */
function wantedAttributes(form: FileAttributesForm, argument: IoctlArgument): FileAttributes {
  if (form === 'flags') return fromFlags(intOf(takeBytes(argument, 4)));
  const wanted = readFsxattr(takeBytes(argument, FSXATTR_SIZE));
  if ((wanted.xflags & ~ioctl.FS_XFLAGS_MASK) !== 0) throw EOPNOTSUPP;
  return { ...wanted, xflags: wanted.xflags & ~READ_ONLY_XFLAGS };
}

/** @see Linux fs/file_attr.c, fileattr_set_prepare() */
function prepared(task: Task, inode: Inode, before: FileAttributes, wanted: FileAttributes): FileAttributes {
  const changed = wanted.flags ^ before.flags;
  if ((changed & CAPABLE_FLAGS) !== 0 && !task.credentials.capabilities.has('CAP_LINUX_IMMUTABLE')) throw EPERM;
  if (before.projid !== wanted.projid && wanted.projid === NOBODYS_PROJECT) throw EINVAL;
  const isFile = inode.type === S_IFREG;
  const isDirectory = inode.type === S_IFDIR;
  const has = (xflag: number): boolean => (wanted.xflags & xflag) !== 0;
  if (has(ioctl.FS_XFLAG_EXTSIZE) && !isFile) throw EINVAL;
  if (has(ioctl.FS_XFLAG_EXTSZINHERIT) && !isDirectory) throw EINVAL;
  if (has(ioctl.FS_XFLAG_COWEXTSIZE | ioctl.FS_XFLAG_DAX) && !isFile && !isDirectory) throw EINVAL;
  let { xflags } = wanted;
  if (wanted.extsize === 0) xflags &= ~(ioctl.FS_XFLAG_EXTSIZE | ioctl.FS_XFLAG_EXTSZINHERIT);
  if (wanted.cowextsize === 0) xflags &= ~ioctl.FS_XFLAG_COWEXTSIZE;
  return { ...wanted, xflags };
}
