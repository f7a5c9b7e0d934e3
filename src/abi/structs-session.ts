import { type Infer, i32, i64, id64, pad, struct, u16, u32, u64, unique64 } from './struct.ts';

/** Leads every request. */
export const fuse_in_header = struct('fuse_in_header', 40, {
  len: u32, // bytes, this header included
  opcode: u32,
  unique: unique64, // negative: sent again
  nodeid: id64,
  uid: u32, // the caller's fsuid
  gid: u32, // the caller's fsgid
  pid: u32, // the caller's thread; 0 when it is outside the server's pid namespace
  total_extlen: u16, // 8-byte units of extensions, which come last
  padding: pad(2),
});
export type fuse_in_header = Infer<typeof fuse_in_header>;

/** Leads every reply, and every notification: there `unique` is 0 and `error` the positive code. */
export const fuse_out_header = struct('fuse_out_header', 16, {
  len: u32, // bytes, this header included
  error: i32, // 0 or a negative errno
  unique: unique64,
});
export type fuse_out_header = Infer<typeof fuse_out_header>;

/** Arguments of INIT: what the client has to offer. */
export const fuse_init_in = struct(
  'fuse_init_in',
  64,
  {
    major: u32,
    minor: u32,
    max_readahead: u32, // bytes
    flags: u32, // bits 0 to 31
    flags2: u32, // bits 32 to 63; counts with INIT_EXT only
    unused: pad(11 * 4),
  },
  { before: { 6: 8, 36: 16 } },
);
export type fuse_init_in = Infer<typeof fuse_init_in>;

/** Reply to INIT. A shorter one is as good; what it lacks is 0. */
export const fuse_init_out = struct(
  'fuse_init_out',
  64,
  {
    major: u32,
    minor: u32,
    max_readahead: u32, // bytes
    flags: u32, // bits 0 to 31
    max_background: u16,
    congestion_threshold: u16,
    max_write: u32, // bytes
    time_gran: u32, // nanoseconds
    max_pages: u16,
    map_alignment: u16, // log2 of bytes
    flags2: u32, // bits 32 to 63; counts with INIT_EXT only
    max_stack_depth: u32,
    request_timeout: u16, // seconds
    unused: pad(11 * 2),
  },
  { before: { 5: 8, 23: 24 } },
);
export type fuse_init_out = Infer<typeof fuse_init_out>;

/** Arguments of INTERRUPT: the request it is about. */
export const fuse_interrupt_in = struct('fuse_interrupt_in', 8, { unique: unique64 });
export type fuse_interrupt_in = Infer<typeof fuse_interrupt_in>;

/** Arguments of FORGET. */
export const fuse_forget_in = struct('fuse_forget_in', 8, { nlookup: u64 });
export type fuse_forget_in = Infer<typeof fuse_forget_in>;

/** One nodeid of a BATCH_FORGET. */
export const fuse_forget_one = struct('fuse_forget_one', 16, { nodeid: id64, nlookup: u64 });
export type fuse_forget_one = Infer<typeof fuse_forget_one>;

/** Arguments of BATCH_FORGET before `count` of {@link fuse_forget_one}. */
export const fuse_batch_forget_in = struct('fuse_batch_forget_in', 8, { count: u32, dummy: pad(4) });
export type fuse_batch_forget_in = Infer<typeof fuse_batch_forget_in>;

/** NOTIFY_POLL: the file whose pollers shall look again. */
export const fuse_notify_poll_wakeup_out = struct('fuse_notify_poll_wakeup_out', 8, { kh: id64 });
export type fuse_notify_poll_wakeup_out = Infer<typeof fuse_notify_poll_wakeup_out>;

/** NOTIFY_INVAL_INODE: a nodeid (the header says ino), and which of its pages are stale. */
export const fuse_notify_inval_inode_out = struct('fuse_notify_inval_inode_out', 24, {
  ino: id64,
  off: i64, // bytes; negative: attributes only
  len: i64, // bytes; not positive: to the end
});
export type fuse_notify_inval_inode_out = Infer<typeof fuse_notify_inval_inode_out>;

/** NOTIFY_INVAL_ENTRY before the name and a NUL. */
export const fuse_notify_inval_entry_out = struct('fuse_notify_inval_entry_out', 16, {
  parent: id64,
  namelen: u32, // bytes, without the NUL
  flags: u32, // FUSE_EXPIRE_ONLY
});
export type fuse_notify_inval_entry_out = Infer<typeof fuse_notify_inval_entry_out>;

/** NOTIFY_DELETE before the name and a NUL. */
export const fuse_notify_delete_out = struct('fuse_notify_delete_out', 24, {
  parent: id64,
  child: id64,
  namelen: u32, // bytes, without the NUL
  padding: pad(4),
});
export type fuse_notify_delete_out = Infer<typeof fuse_notify_delete_out>;

/** NOTIFY_STORE before `size` bytes of data. */
export const fuse_notify_store_out = struct('fuse_notify_store_out', 24, {
  nodeid: id64,
  offset: u64, // bytes
  size: u32, // bytes
  padding: pad(4),
});
export type fuse_notify_store_out = Infer<typeof fuse_notify_store_out>;

/** NOTIFY_RETRIEVE: which cached bytes the server wants. */
export const fuse_notify_retrieve_out = struct('fuse_notify_retrieve_out', 32, {
  notify_unique: id64, // the server's own: the `unique` of the NOTIFY_REPLY
  nodeid: id64,
  offset: u64, // bytes
  size: u32, // bytes
  padding: pad(4),
});
export type fuse_notify_retrieve_out = Infer<typeof fuse_notify_retrieve_out>;

/** Arguments of NOTIFY_REPLY before `size` bytes of data; laid out like fuse_write_in. */
export const fuse_notify_retrieve_in = struct('fuse_notify_retrieve_in', 40, {
  dummy1: pad(8),
  offset: u64, // bytes
  size: u32, // bytes
  dummy2: pad(4),
  dummy3: pad(8),
  dummy4: pad(8),
});
export type fuse_notify_retrieve_in = Infer<typeof fuse_notify_retrieve_in>;

/** NOTIFY_PRUNE before `count` nodeids. */
export const fuse_notify_prune_out = struct('fuse_notify_prune_out', 16, {
  count: u32,
  padding: pad(4),
  spare: pad(8),
});
export type fuse_notify_prune_out = Infer<typeof fuse_notify_prune_out>;

/** Arguments of CUSE_INIT. */
export const cuse_init_in = struct('cuse_init_in', 16, { major: u32, minor: u32, unused: pad(4), flags: u32 });
export type cuse_init_in = Infer<typeof cuse_init_in>;

/** Reply to CUSE_INIT before the device's description. */
export const cuse_init_out = struct('cuse_init_out', 72, {
  major: u32,
  minor: u32,
  unused: pad(4),
  flags: u32, // CUSE_*
  max_read: u32, // bytes
  max_write: u32, // bytes
  dev_major: u32,
  dev_minor: u32,
  spare: pad(10 * 4),
});
export type cuse_init_out = Infer<typeof cuse_init_out>;

/** Argument of FUSE_DEV_IOC_BACKING_OPEN. */
export const fuse_backing_map = struct('fuse_backing_map', 16, {
  fd: i32,
  flags: u32, // must be 0
  padding: u64, // must be 0
});
export type fuse_backing_map = Infer<typeof fuse_backing_map>;

/** The io_uring transport's part of a request's headers. */
export const fuse_uring_ent_in_out = struct('fuse_uring_ent_in_out', 32, {
  flags: id64,
  commit_id: id64,
  payload_sz: u32, // bytes
  padding: pad(4),
  reserved: pad(8),
});
export type fuse_uring_ent_in_out = Infer<typeof fuse_uring_ent_in_out>;

/** The headers of a request on io_uring; fuse_in_header or fuse_out_header lies in `in_out`, the first argument in `op_in`. */
export const fuse_uring_req_header = struct('fuse_uring_req_header', 288, {
  in_out: pad(128),
  op_in: pad(128),
  ring_ent_in_out: fuse_uring_ent_in_out,
});
export type fuse_uring_req_header = Infer<typeof fuse_uring_req_header>;

/** What an io_uring command carries in its 80 bytes. */
export const fuse_uring_cmd_req = struct('fuse_uring_cmd_req', 24, {
  flags: id64,
  commit_id: id64,
  qid: u16, // the CPU whose queue it is
  padding: pad(6),
});
export type fuse_uring_cmd_req = Infer<typeof fuse_uring_cmd_req>;
