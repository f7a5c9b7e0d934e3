import * as ioctl from '../abi/ioctl.ts';

/** Which of two forms the attributes are asked for, or set, in: the second knows more. */
export type FileAttributesForm = 'flags' | 'fsxattr';

/** What chattr(1) and the like show and change. Linux's struct file_kattr. */
export interface FileAttributes {
  readonly form: FileAttributesForm;
  readonly flags: number; // FS_*_FL
  readonly xflags: number; // FS_XFLAG_*
  readonly extsize: number; // bytes
  readonly nextents: number;
  readonly projid: number;
  readonly cowextsize: number; // bytes
}

/** Flags that both forms have. */
const PAIRS: readonly (readonly [flag: number, xflag: number])[] = [
  [ioctl.FS_SYNC_FL, ioctl.FS_XFLAG_SYNC],
  [ioctl.FS_IMMUTABLE_FL, ioctl.FS_XFLAG_IMMUTABLE],
  [ioctl.FS_APPEND_FL, ioctl.FS_XFLAG_APPEND],
  [ioctl.FS_NODUMP_FL, ioctl.FS_XFLAG_NODUMP],
  [ioctl.FS_NOATIME_FL, ioctl.FS_XFLAG_NOATIME],
  [ioctl.FS_DAX_FL, ioctl.FS_XFLAG_DAX],
  [ioctl.FS_PROJINHERIT_FL, ioctl.FS_XFLAG_PROJINHERIT],
];

/** The flags that one form can say of the other's. Linux's FS_COMMON_FL and FS_XFLAG_COMMON. */
const COMMON = PAIRS.reduce((sum, [flag]) => sum | flag, 0);
const XCOMMON = PAIRS.reduce((sum, [, xflag]) => sum | xflag, 0);

const NOTHING = { extsize: 0, nextents: 0, projid: 0, cowextsize: 0 };

/** @see Linux fs/file_attr.c, fileattr_fill_flags() */
export function fromFlags(flags: number): FileAttributes {
  const xflags = PAIRS.reduce((sum, [flag, xflag]) => ((flags & flag) === 0 ? sum : sum | xflag), 0);
  return { form: 'flags', flags, xflags, ...NOTHING };
}

/** @see Linux fs/file_attr.c, fileattr_fill_xflags() */
export function fromXflags(
  xflags: number,
  rest: Pick<FileAttributes, 'extsize' | 'nextents' | 'projid' | 'cowextsize'>,
): FileAttributes {
  const flags = PAIRS.reduce((sum, [flag, xflag]) => ((xflags & xflag) === 0 ? sum : sum | flag), 0);
  return { form: 'fsxattr', flags, xflags, ...rest };
}

/** A change with what its form cannot say taken from the attributes before it. @see Linux vfs_fileattr_set() */
export function completed(change: FileAttributes, before: FileAttributes): FileAttributes {
  if (change.form === 'fsxattr') return { ...change, flags: change.flags | (before.flags & ~COMMON) };
  const { extsize, nextents, projid, cowextsize } = before;
  return { ...change, xflags: change.xflags | (before.xflags & ~XCOMMON), extsize, nextents, projid, cowextsize };
}

/** The bytes of a struct fsxattr. */
export const FSXATTR_SIZE = 28;

/** Reads a struct fsxattr. */
export function readFsxattr(bytes: Uint8Array): FileAttributes {
  const word = (at: number): number => new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
  return fromXflags(word(0), { extsize: word(4), nextents: word(8), projid: word(12), cowextsize: word(16) });
}

/** The struct fsxattr of attributes. */
export function fsxattrOf({ xflags, extsize, nextents, projid, cowextsize }: FileAttributes): Uint8Array {
  const bytes = new Uint8Array(FSXATTR_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of [xflags, extsize, nextents, projid, cowextsize].entries())
    view.setUint32(4 * at, word, true);
  return bytes;
}
