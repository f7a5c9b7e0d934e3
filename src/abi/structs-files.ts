import { type Infer, i32, i64, id64, pad, struct, u32, u64 } from './struct.ts';

/** Arguments of OPEN and OPENDIR. */
export const fuse_open_in = struct('fuse_open_in', 8, {
  flags: u32, // O_*
  open_flags: u32, // FUSE_OPEN_*
});
export type fuse_open_in = Infer<typeof fuse_open_in>;

/** Reply to OPEN and OPENDIR, and the second half of the one to CREATE and TMPFILE. */
export const fuse_open_out = struct('fuse_open_out', 16, {
  fh: id64,
  open_flags: u32, // FOPEN_*
  backing_id: i32, // counts with FOPEN_PASSTHROUGH only
});
export type fuse_open_out = Infer<typeof fuse_open_out>;

/** Arguments of RELEASE and RELEASEDIR. */
export const fuse_release_in = struct('fuse_release_in', 24, {
  fh: id64,
  flags: u32, // O_*, as the file was opened
  release_flags: u32, // FUSE_RELEASE_*
  lock_owner: id64,
});
export type fuse_release_in = Infer<typeof fuse_release_in>;

/** Arguments of FLUSH. */
export const fuse_flush_in = struct('fuse_flush_in', 24, {
  fh: id64,
  unused: pad(4),
  padding: pad(4),
  lock_owner: id64,
});
export type fuse_flush_in = Infer<typeof fuse_flush_in>;

/** Arguments of READ. */
export const fuse_read_in = struct('fuse_read_in', 40, {
  fh: id64,
  offset: u64, // bytes
  size: u32, // bytes, at most
  read_flags: u32, // FUSE_READ_*
  lock_owner: id64,
  flags: u32, // O_*, as the file was opened
  padding: pad(4),
});
export type fuse_read_in = Infer<typeof fuse_read_in>;

/** Arguments of READDIR and READDIRPLUS: fuse_read_in in C, but the offset is an opaque cookie from a dirent, or 0. */
export const fuse_readdir_in = struct('fuse_read_in', 40, {
  fh: id64,
  offset: id64,
  size: u32, // bytes, at most
  read_flags: u32, // FUSE_READ_*
  lock_owner: id64,
  flags: u32, // O_*, as the directory was opened
  padding: pad(4),
});
export type fuse_readdir_in = Infer<typeof fuse_readdir_in>;

/** Arguments of WRITE before the data. */
export const fuse_write_in = struct(
  'fuse_write_in',
  40,
  {
    fh: id64,
    offset: u64, // bytes
    size: u32, // bytes of data
    write_flags: u32, // FUSE_WRITE_*
    lock_owner: id64,
    flags: u32, // O_*, as the file was opened
    padding: pad(4),
  },
  { before: { 9: 24 } },
);
export type fuse_write_in = Infer<typeof fuse_write_in>;

/** Reply to WRITE and COPY_FILE_RANGE: bytes taken. */
export const fuse_write_out = struct('fuse_write_out', 8, { size: u32, padding: pad(4) });
export type fuse_write_out = Infer<typeof fuse_write_out>;

/** Arguments of FSYNC and FSYNCDIR. */
export const fuse_fsync_in = struct('fuse_fsync_in', 16, {
  fh: id64,
  fsync_flags: u32, // FUSE_FSYNC_*
  padding: pad(4),
});
export type fuse_fsync_in = Infer<typeof fuse_fsync_in>;

/** Arguments of SYNCFS: nothing. */
export const fuse_syncfs_in = struct('fuse_syncfs_in', 8, { padding: pad(8) });
export type fuse_syncfs_in = Infer<typeof fuse_syncfs_in>;

/** A byte range and its lock. Bigints, because the end of all files, 2^63 - 1, is no exact number. */
export const fuse_file_lock = struct('fuse_file_lock', 24, {
  start: id64, // bytes
  end: id64, // the last byte of the range
  type: u32, // F_RDLCK, F_WRLCK, F_UNLCK
  pid: u32, // the process
});
export type fuse_file_lock = Infer<typeof fuse_file_lock>;

/** Arguments of GETLK, SETLK and SETLKW. */
export const fuse_lk_in = struct('fuse_lk_in', 48, {
  fh: id64,
  owner: id64,
  lk: fuse_file_lock,
  lk_flags: u32, // FUSE_LK_*
  padding: pad(4),
});
export type fuse_lk_in = Infer<typeof fuse_lk_in>;

/** Reply to GETLK. */
export const fuse_lk_out = struct('fuse_lk_out', 24, { lk: fuse_file_lock });
export type fuse_lk_out = Infer<typeof fuse_lk_out>;

/** Arguments of LSEEK, which is sent for SEEK_DATA and SEEK_HOLE. */
export const fuse_lseek_in = struct('fuse_lseek_in', 24, {
  fh: id64,
  offset: i64, // bytes; u64 in the header, but Linux passes on a negative one
  whence: u32,
  padding: pad(4),
});
export type fuse_lseek_in = Infer<typeof fuse_lseek_in>;

/** Reply to LSEEK. */
export const fuse_lseek_out = struct('fuse_lseek_out', 8, { offset: u64 });
export type fuse_lseek_out = Infer<typeof fuse_lseek_out>;

/** Arguments of FALLOCATE. */
export const fuse_fallocate_in = struct('fuse_fallocate_in', 32, {
  fh: id64,
  offset: u64, // bytes
  length: u64, // bytes
  mode: u32, // FALLOC_FL_*
  padding: pad(4),
});
export type fuse_fallocate_in = Infer<typeof fuse_fallocate_in>;

/** Arguments of COPY_FILE_RANGE and COPY_FILE_RANGE_64; the header has the source. */
export const fuse_copy_file_range_in = struct('fuse_copy_file_range_in', 56, {
  fh_in: id64,
  off_in: u64, // bytes
  nodeid_out: id64,
  fh_out: id64,
  off_out: u64, // bytes
  len: u64, // bytes
  flags: u64,
});
export type fuse_copy_file_range_in = Infer<typeof fuse_copy_file_range_in>;

/** Reply to COPY_FILE_RANGE_64. */
export const fuse_copy_file_range_out = struct('fuse_copy_file_range_out', 8, { bytes_copied: u64 });
export type fuse_copy_file_range_out = Infer<typeof fuse_copy_file_range_out>;

/** Arguments of BMAP: a block of the file, in units of `blocksize` bytes. */
export const fuse_bmap_in = struct('fuse_bmap_in', 16, { block: u64, blocksize: u32, padding: pad(4) });
export type fuse_bmap_in = Infer<typeof fuse_bmap_in>;

/** Reply to BMAP: the block of the device. */
export const fuse_bmap_out = struct('fuse_bmap_out', 8, { block: u64 });
export type fuse_bmap_out = Infer<typeof fuse_bmap_out>;

/** Arguments of IOCTL before `in_size` bytes of data. */
export const fuse_ioctl_in = struct('fuse_ioctl_in', 32, {
  fh: id64,
  flags: u32, // FUSE_IOCTL_*
  cmd: u32,
  arg: id64, // the caller's pointer or number
  in_size: u32, // bytes
  out_size: u32, // bytes there is room for
});
export type fuse_ioctl_in = Infer<typeof fuse_ioctl_in>;

/** A piece of the caller's memory that a server asks for with FUSE_IOCTL_RETRY. */
export const fuse_ioctl_iovec = struct('fuse_ioctl_iovec', 16, { base: id64, len: u64 });
export type fuse_ioctl_iovec = Infer<typeof fuse_ioctl_iovec>;

/** Reply to IOCTL before its data. */
export const fuse_ioctl_out = struct('fuse_ioctl_out', 16, {
  result: i32, // what ioctl(2) returns; negative is an errno
  flags: u32, // FUSE_IOCTL_*
  in_iovs: u32,
  out_iovs: u32,
});
export type fuse_ioctl_out = Infer<typeof fuse_ioctl_out>;

/** Arguments of POLL. */
export const fuse_poll_in = struct('fuse_poll_in', 24, {
  fh: id64,
  kh: id64, // the client's name for this file, for NOTIFY_POLL
  flags: u32, // FUSE_POLL_*
  events: u32, // POLL*
});
export type fuse_poll_in = Infer<typeof fuse_poll_in>;

/** Reply to POLL. */
export const fuse_poll_out = struct('fuse_poll_out', 8, { revents: u32, padding: pad(4) });
export type fuse_poll_out = Infer<typeof fuse_poll_out>;

/** Arguments of SETUPMAPPING (DAX). */
export const fuse_setupmapping_in = struct('fuse_setupmapping_in', 40, {
  fh: id64,
  foffset: u64, // bytes into the file
  len: u64, // bytes
  flags: u64, // FUSE_SETUPMAPPING_FLAG_*
  moffset: u64, // bytes into the memory window
});
export type fuse_setupmapping_in = Infer<typeof fuse_setupmapping_in>;

/** Arguments of REMOVEMAPPING (DAX) before `count` of {@link fuse_removemapping_one}. */
export const fuse_removemapping_in = struct('fuse_removemapping_in', 4, { count: u32 });
export type fuse_removemapping_in = Infer<typeof fuse_removemapping_in>;

/** A piece of the memory window to give up. */
export const fuse_removemapping_one = struct('fuse_removemapping_one', 16, { moffset: u64, len: u64 });
export type fuse_removemapping_one = Infer<typeof fuse_removemapping_one>;
