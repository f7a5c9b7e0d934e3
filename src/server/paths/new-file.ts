import type { ByteString } from '../../abi/bytes.ts';
import { EPERM } from '../../abi/errno.ts';
import { S_IALLUGO, S_IFLNK, S_ISGID } from '../../abi/linux.ts';
import { errnoOfError } from '../error-number.ts';
import type { Backing } from './backing.ts';
import { statOfFile } from './open-file.ts';
import type { PathFile } from './shape.ts';
import { isDirectory, type Stat, typeOf } from './stat.ts';

/** Whom new files are given to: the caller, as far as this process may, or nobody. */
export type Owner = 'caller' | 'process';

/** A name that was made, and what it shall be. */
export interface NewFile {
  readonly path: ByteString;
  /** The new file, when it is open. */
  readonly file: PathFile | null;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The directory that it was made in. */
  readonly directory: Stat;
}

/**
 * Gives what is new the owner and the mode that it shall have, where the file system did not: the process may have a
 * umask, and its ids are not the caller's. What is made in a set-group-ID directory has its group.
 */
export async function settle(backing: Backing, made: NewFile, owner: Owner): Promise<Stat> {
  const { path, file, mode, uid, directory } = made;
  const look = (): Promise<Stat> => (file === null ? backing.lstat(path) : statOfFile(file));
  const stat = await look();
  const inherits = (directory.mode & S_ISGID) !== 0;
  const gid = inherits ? directory.gid : made.gid;
  const isOther = owner === 'caller' && (stat.uid !== uid || stat.gid !== gid);
  const isGiven = isOther && (await give(backing, made, gid));
  if (typeOf(stat) === S_IFLNK) return isGiven ? await look() : stat;
  const wanted = (mode & S_IALLUGO) | (inherits && isDirectory(stat) ? S_ISGID : 0);
  // A change of owner takes set-user-ID away.
  const isWrong = (stat.mode & S_IALLUGO) !== wanted || (isGiven && (wanted & ~0o1777) !== 0);
  if (isWrong) await (file?.chmod === undefined ? backing.chmod(path, wanted) : file.chmod(wanted));
  return isGiven || isWrong ? await look() : stat;
}

/** Where this process may not, or the file system cannot, the file stays whose it is. */
async function give(backing: Backing, { path, file, uid }: NewFile, gid: number): Promise<boolean> {
  try {
    await (file?.chown === undefined ? backing.lchown(path, uid, gid) : file.chown(uid, gid));
    return true;
  } catch (error) {
    if (errnoOfError(error) !== EPERM) throw error;
    return false;
  }
}
