import { EBADF } from '../abi/errno.ts';
import { O_PATH } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import { File } from '../vfs/file.ts';
import type { Inode } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';

/**
 * What open(2) with O_PATH makes: a place in the tree to start from, of which the file system hears nothing.
 * {@link DescriptorTable.file} refuses it, so every operation on its content is EBADF.
 */
export class PathFile extends File {
  readonly isSeekable = false;

  /** `flags` may have O_DIRECTORY and O_NOFOLLOW, which F_GETFL shows. */
  constructor(path: Path, flags: number) {
    super(path, path.dentry.inode as Inode, flags | O_PATH);
  }

  protected override closed(): void {}

  override *read(): Blocking<never> {
    throw EBADF;
  }

  override *write(): Blocking<never> {
    throw EBADF;
  }

  override *iterate(): Blocking<never> {
    throw EBADF;
  }

  override *flush(): Blocking<void> {}

  override *fsync(): Blocking<never> {
    throw EBADF;
  }

  override *endOfFile(): Blocking<never> {
    throw EBADF;
  }
}
