/** Commands of ioctl(2) that Linux's VFS knows itself, on 64-bit machines; the spelling is the C headers'. */

export const FIBMAP = 0x1;
export const FIGETBSZ = 0x2;
export const FIONREAD = 0x541b;
export const FIONBIO = 0x5421;
export const FIONCLEX = 0x5450;
export const FIOCLEX = 0x5451;
export const FIOASYNC = 0x5452;
export const FIOQSIZE = 0x5460;
export const FIFREEZE = 0xc0045877;
export const FITHAW = 0xc0045878;
export const FICLONE = 0x40049409;
export const FICLONERANGE = 0x4020940d;
export const FIDEDUPERANGE = 0xc0189436;
export const FS_IOC_FIEMAP = 0xc020660b;
export const FS_IOC_GETFLAGS = 0x80086601;
export const FS_IOC_SETFLAGS = 0x40086602;
export const FS_IOC_FSGETXATTR = 0x801c581f;
export const FS_IOC_FSSETXATTR = 0x401c5820;
export const FS_IOC_GETFSUUID = 0x80111500;
export const FS_IOC_GETFSSYSFSPATH = 0x80811501;
export const FS_IOC_RESVSP = 0x40305828;
export const FS_IOC_UNRESVSP = 0x40305829;
export const FS_IOC_RESVSP64 = 0x4030582a;
export const FS_IOC_UNRESVSP64 = 0x4030582b;
export const FS_IOC_ZERO_RANGE = 0x40305839;
export const FS_IOC_ENABLE_VERITY = 0x40806685;
export const FS_IOC_MEASURE_VERITY = 0xc0046686;

/** What a command's number says of its argument's memory: how many bytes, and whether they are read, written, or both. */
export interface IoctlShape {
  readonly size: number; // bytes
  /** The caller's memory goes to the file. Linux's _IOC_WRITE. */
  readonly isIn: boolean;
  /** The file fills the caller's memory. Linux's _IOC_READ. */
  readonly isOut: boolean;
}

/** Reads a command's number. @see Linux include/uapi/asm-generic/ioctl.h */
export const ioctlShape = (command: number): IoctlShape => ({
  size: (command >>> 16) & 0x3fff,
  isIn: (command & 0x4000_0000) !== 0,
  isOut: (command & 0x8000_0000) !== 0,
});

/** Flags of an inode as FS_IOC_GETFLAGS gives them: chattr(1)'s. */
export const FS_SYNC_FL = 0x8;
export const FS_IMMUTABLE_FL = 0x10;
export const FS_APPEND_FL = 0x20;
export const FS_NODUMP_FL = 0x40;
export const FS_NOATIME_FL = 0x80;
export const FS_DAX_FL = 0x200_0000;
export const FS_PROJINHERIT_FL = 0x2000_0000;

/** The same as FS_IOC_FSGETXATTR gives them, and more. */
export const FS_XFLAG_IMMUTABLE = 0x8;
export const FS_XFLAG_APPEND = 0x10;
export const FS_XFLAG_SYNC = 0x20;
export const FS_XFLAG_NOATIME = 0x40;
export const FS_XFLAG_NODUMP = 0x80;
export const FS_XFLAG_PROJINHERIT = 0x200;
export const FS_XFLAG_EXTSIZE = 0x800;
export const FS_XFLAG_EXTSZINHERIT = 0x1000;
export const FS_XFLAG_DAX = 0x8000;
export const FS_XFLAG_COWEXTSIZE = 0x1_0000;
/** Every flag there is: those above and REALTIME, PREALLOC, RTINHERIT, NOSYMLINKS, NODEFRAG, FILESTREAM, HASATTR. */
export const FS_XFLAGS_MASK = 0x8001_fffb;
