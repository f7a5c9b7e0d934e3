import { type Infer, i64, id64, pad, struct, u16, u32, u64 } from './struct.ts';

/** An inode's attributes as the server reports them. */
export const fuse_attr = struct(
  'fuse_attr',
  88,
  {
    ino: id64,
    size: u64, // bytes
    blocks: u64, // 512-byte units, whatever blksize says
    atime: i64, // seconds since 1970, before it when negative
    mtime: i64,
    ctime: i64,
    atimensec: u32,
    mtimensec: u32,
    ctimensec: u32,
    mode: u32, // type and permissions
    nlink: u32,
    uid: u32,
    gid: u32,
    rdev: u32, // Linux's new_encode_dev()
    blksize: u32, // bytes, for st_blksize; 0 lets the client choose
    flags: u32, // FUSE_ATTR_*
  },
  { before: { 9: 80 } },
);
export type fuse_attr = Infer<typeof fuse_attr>;

/** Reply to all that give an inode a name: its nodeid, and how long name and attributes may be believed. */
export const fuse_entry_out = struct('fuse_entry_out', 128, {
  nodeid: id64, // 0: no such name, which may be believed for entry_valid too
  generation: id64, // tells two uses of one nodeid apart
  entry_valid: u64, // seconds
  attr_valid: u64, // seconds
  entry_valid_nsec: u32,
  attr_valid_nsec: u32,
  attr: fuse_attr,
});
export type fuse_entry_out = Infer<typeof fuse_entry_out>;

/** Reply to GETATTR and SETATTR: attributes, and how long they may be believed. */
export const fuse_attr_out = struct('fuse_attr_out', 104, {
  attr_valid: u64, // seconds
  attr_valid_nsec: u32,
  dummy: pad(4),
  attr: fuse_attr,
});
export type fuse_attr_out = Infer<typeof fuse_attr_out>;

/** Arguments of GETATTR; fh counts with FUSE_GETATTR_FH only. */
export const fuse_getattr_in = struct('fuse_getattr_in', 16, { getattr_flags: u32, dummy: pad(4), fh: id64 });
export type fuse_getattr_in = Infer<typeof fuse_getattr_in>;

/** Arguments of SETATTR: those that `valid` (FATTR_*) names count. */
export const fuse_setattr_in = struct('fuse_setattr_in', 88, {
  valid: u32,
  padding: pad(4),
  fh: id64,
  size: u64, // bytes
  lock_owner: id64,
  atime: i64, // seconds since 1970
  mtime: i64,
  ctime: i64,
  atimensec: u32,
  mtimensec: u32,
  ctimensec: u32,
  mode: u32,
  unused4: pad(4),
  uid: u32,
  gid: u32,
  unused5: pad(4),
});
export type fuse_setattr_in = Infer<typeof fuse_setattr_in>;

/** A time in {@link fuse_statx}. */
export const fuse_sx_time = struct('fuse_sx_time', 16, { tv_sec: i64, tv_nsec: u32, __reserved: pad(4) });
export type fuse_sx_time = Infer<typeof fuse_sx_time>;

/** Attributes as statx(2) has them, bit for bit. */
export const fuse_statx = struct('fuse_statx', 256, {
  mask: u32, // STATX_*: the fields that hold
  blksize: u32, // bytes
  attributes: id64, // STATX_ATTR_*
  nlink: u32,
  uid: u32,
  gid: u32,
  mode: u16,
  __spare0: pad(2),
  ino: id64,
  size: u64, // bytes
  blocks: u64, // 512-byte units
  attributes_mask: id64,
  atime: fuse_sx_time,
  btime: fuse_sx_time,
  ctime: fuse_sx_time,
  mtime: fuse_sx_time,
  rdev_major: u32,
  rdev_minor: u32,
  dev_major: u32,
  dev_minor: u32,
  __spare2: pad(14 * 8),
});
export type fuse_statx = Infer<typeof fuse_statx>;

/** Arguments of STATX; fh counts with FUSE_GETATTR_FH only. */
export const fuse_statx_in = struct('fuse_statx_in', 24, {
  getattr_flags: u32,
  reserved: pad(4),
  fh: id64,
  sx_flags: u32, // AT_STATX_*
  sx_mask: u32, // STATX_*
});
export type fuse_statx_in = Infer<typeof fuse_statx_in>;

/** Reply to STATX: attributes, and how long they may be believed. */
export const fuse_statx_out = struct('fuse_statx_out', 288, {
  attr_valid: u64, // seconds
  attr_valid_nsec: u32,
  flags: u32,
  spare: pad(2 * 8),
  stat: fuse_statx,
});
export type fuse_statx_out = Infer<typeof fuse_statx_out>;

/** A file system's size and limits, as statfs(2) shows them. */
export const fuse_kstatfs = struct(
  'fuse_kstatfs',
  80,
  {
    blocks: u64, // units of frsize, as are bfree and bavail
    bfree: u64,
    bavail: u64,
    files: u64,
    ffree: u64,
    bsize: u32, // bytes
    namelen: u32, // bytes
    frsize: u32, // bytes
    padding: pad(4),
    spare: pad(6 * 4),
  },
  { before: { 4: 48 } },
);
export type fuse_kstatfs = Infer<typeof fuse_kstatfs>;

/** Reply to STATFS. */
export const fuse_statfs_out = struct('fuse_statfs_out', 80, { st: fuse_kstatfs });
export type fuse_statfs_out = Infer<typeof fuse_statfs_out>;

/** Arguments of ACCESS: R_OK, W_OK, X_OK, or F_OK alone. */
export const fuse_access_in = struct('fuse_access_in', 8, { mask: u32, padding: pad(4) });
export type fuse_access_in = Infer<typeof fuse_access_in>;

/** Arguments of SETXATTR before the name and the value of `size` bytes. */
export const fuse_setxattr_in = struct(
  'fuse_setxattr_in',
  16,
  {
    size: u32, // bytes of the value
    flags: u32, // XATTR_CREATE, XATTR_REPLACE
    setxattr_flags: u32, // FUSE_SETXATTR_*
    padding: pad(4),
  },
  { without: { SETXATTR_EXT: 8 } },
);
export type fuse_setxattr_in = Infer<typeof fuse_setxattr_in>;

/** Arguments of GETXATTR and LISTXATTR: bytes there is room for, 0 to ask for the size. */
export const fuse_getxattr_in = struct('fuse_getxattr_in', 8, { size: u32, padding: pad(4) });
export type fuse_getxattr_in = Infer<typeof fuse_getxattr_in>;

/** Reply to GETXATTR and LISTXATTR that asked for the size. */
export const fuse_getxattr_out = struct('fuse_getxattr_out', 8, { size: u32, padding: pad(4) });
export type fuse_getxattr_out = Infer<typeof fuse_getxattr_out>;
