/** Constants of the FUSE protocol, spelt as in Linux's include/uapi/linux/fuse.h; opcodes, INIT flags and notifications have tables of their own. */

export const FUSE_KERNEL_VERSION = 7;
export const FUSE_KERNEL_MINOR_VERSION = 45;
export const FUSE_ROOT_ID = 1n;
/** What a reader of the device must have room for at least, in bytes. */
export const FUSE_MIN_READ_BUFFER = 8192;
/** The longest name a dirent may have, in bytes. Not in the header; Linux: fs/fuse/fuse_i.h. */
export const FUSE_NAME_MAX = 4095;
/** The top bit of a request's `unique`: it is sent again. unique.ts tells how it is read. */
export const FUSE_UNIQUE_RESEND = 1n << 63n;
/** uid and gid in headers on connections with ALLOW_IDMAP, where the caller has none that means anything. */
export const FUSE_INVALID_UIDGID = 0xffffffff;

/** Opcodes that a peer of the other byte order seems to send. */
export const FUSE_INIT_BSWAP_RESERVED = 436207616;
export const CUSE_INIT_BSWAP_RESERVED = 1048576;

/** fuse_setattr_in.valid */
export const FATTR_MODE = 1 << 0;
export const FATTR_UID = 1 << 1;
export const FATTR_GID = 1 << 2;
export const FATTR_SIZE = 1 << 3;
export const FATTR_ATIME = 1 << 4;
export const FATTR_MTIME = 1 << 5;
export const FATTR_FH = 1 << 6;
export const FATTR_ATIME_NOW = 1 << 7;
export const FATTR_MTIME_NOW = 1 << 8;
export const FATTR_LOCKOWNER = 1 << 9;
export const FATTR_CTIME = 1 << 10;
export const FATTR_KILL_SUIDGID = 1 << 11;

/** fuse_open_out.open_flags */
export const FOPEN_DIRECT_IO = 1 << 0;
export const FOPEN_KEEP_CACHE = 1 << 1;
export const FOPEN_NONSEEKABLE = 1 << 2;
export const FOPEN_CACHE_DIR = 1 << 3;
export const FOPEN_STREAM = 1 << 4;
export const FOPEN_NOFLUSH = 1 << 5;
export const FOPEN_PARALLEL_DIRECT_WRITES = 1 << 6;
export const FOPEN_PASSTHROUGH = 1 << 7;

/** fuse_open_in.open_flags and fuse_create_in.open_flags */
export const FUSE_OPEN_KILL_SUIDGID = 1 << 0;

/** fuse_getattr_in.getattr_flags and fuse_statx_in.getattr_flags */
export const FUSE_GETATTR_FH = 1 << 0;

/** fuse_attr.flags */
export const FUSE_ATTR_SUBMOUNT = 1 << 0;
export const FUSE_ATTR_DAX = 1 << 1;

/** fuse_read_in.read_flags; bit 0 has no use. */
export const FUSE_READ_LOCKOWNER = 1 << 1;

/** fuse_write_in.write_flags */
export const FUSE_WRITE_CACHE = 1 << 0;
export const FUSE_WRITE_LOCKOWNER = 1 << 1;
export const FUSE_WRITE_KILL_SUIDGID = 1 << 2;
/** Older name of FUSE_WRITE_KILL_SUIDGID. */
export const FUSE_WRITE_KILL_PRIV = FUSE_WRITE_KILL_SUIDGID;

/** fuse_release_in.release_flags; Linux never sets FLUSH. */
export const FUSE_RELEASE_FLUSH = 1 << 0;
export const FUSE_RELEASE_FLOCK_UNLOCK = 1 << 1;

/** fuse_fsync_in.fsync_flags */
export const FUSE_FSYNC_FDATASYNC = 1 << 0;

/** fuse_lk_in.lk_flags */
export const FUSE_LK_FLOCK = 1 << 0;

/** fuse_setxattr_in.setxattr_flags */
export const FUSE_SETXATTR_ACL_KILL_SGID = 1 << 0;

/** fuse_ioctl_in.flags and fuse_ioctl_out.flags */
export const FUSE_IOCTL_COMPAT = 1 << 0;
export const FUSE_IOCTL_UNRESTRICTED = 1 << 1;
export const FUSE_IOCTL_RETRY = 1 << 2;
export const FUSE_IOCTL_32BIT = 1 << 3;
export const FUSE_IOCTL_DIR = 1 << 4;
export const FUSE_IOCTL_COMPAT_X32 = 1 << 5;
/** The most that fuse_ioctl_out's in_iovs and out_iovs add up to. */
export const FUSE_IOCTL_MAX_IOV = 256;

/** fuse_poll_in.flags */
export const FUSE_POLL_SCHEDULE_NOTIFY = 1 << 0;

/** fuse_setupmapping_in.flags */
export const FUSE_SETUPMAPPING_FLAG_WRITE = 1 << 0;
export const FUSE_SETUPMAPPING_FLAG_READ = 1 << 1;

/** fuse_notify_inval_entry_out.flags */
export const FUSE_EXPIRE_ONLY = 1 << 0;

/** fuse_ext_header.type; up to FUSE_MAX_NR_SECCTX it is the nr_secctx of a fuse_secctx_header. */
export const FUSE_MAX_NR_SECCTX = 31;
export const FUSE_EXT_GROUPS = 32;

/** cuse_init_in.flags and cuse_init_out.flags */
export const CUSE_UNRESTRICTED_IOCTL = 1 << 0;
/** The longest device description in a CUSE_INIT reply, in bytes. */
export const CUSE_INIT_INFO_MAX = 4096;

/** ioctl(2) requests of /dev/fuse. */
export const FUSE_DEV_IOC_MAGIC = 229;
export const FUSE_DEV_IOC_CLONE = 0x8004e500; // argument: u32, an attached device's fd
export const FUSE_DEV_IOC_BACKING_OPEN = 0x4010e501; // argument: fuse_backing_map
export const FUSE_DEV_IOC_BACKING_CLOSE = 0x4004e502; // argument: u32, a backing id
export const FUSE_DEV_IOC_SYNC_INIT = 0xe503; // no argument

/** Bytes of the areas in fuse_uring_req_header. */
export const FUSE_URING_IN_OUT_HEADER_SZ = 128;
export const FUSE_URING_OP_IN_OUT_SZ = 128;
/** io_uring commands of /dev/fuse. */
export const FUSE_IO_URING_CMD_INVALID = 0;
export const FUSE_IO_URING_CMD_REGISTER = 1;
export const FUSE_IO_URING_CMD_COMMIT_AND_FETCH = 2;
