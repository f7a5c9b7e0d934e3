import { type Infer, id64, pad, struct, u32 } from './struct.ts';
import { fuse_entry_out } from './structs-attributes.ts';
import { fuse_open_out } from './structs-files.ts';

/** Arguments of MKNOD before the name. */
export const fuse_mknod_in = struct(
  'fuse_mknod_in',
  16,
  {
    mode: u32, // type and permissions
    rdev: u32, // Linux's new_encode_dev()
    umask: u32, // the caller's, for servers that took DONT_MASK
    padding: pad(4),
  },
  { before: { 12: 8 } },
);
export type fuse_mknod_in = Infer<typeof fuse_mknod_in>;

/** Arguments of MKDIR before the name. */
export const fuse_mkdir_in = struct('fuse_mkdir_in', 8, { mode: u32, umask: u32 });
export type fuse_mkdir_in = Infer<typeof fuse_mkdir_in>;

/** Arguments of RENAME before the two names; the header has the old directory. */
export const fuse_rename_in = struct('fuse_rename_in', 8, { newdir: id64 });
export type fuse_rename_in = Infer<typeof fuse_rename_in>;

/** Arguments of RENAME2 before the two names; the header has the old directory. */
export const fuse_rename2_in = struct('fuse_rename2_in', 16, {
  newdir: id64,
  flags: u32, // RENAME_*
  padding: pad(4),
});
export type fuse_rename2_in = Infer<typeof fuse_rename2_in>;

/** Arguments of LINK before the name; the header has the directory. */
export const fuse_link_in = struct('fuse_link_in', 8, { oldnodeid: id64 });
export type fuse_link_in = Infer<typeof fuse_link_in>;

/** Arguments of CREATE and TMPFILE before the name. */
export const fuse_create_in = struct(
  'fuse_create_in',
  16,
  {
    flags: u32, // O_*
    mode: u32, // type and permissions
    umask: u32, // the caller's, for servers that took DONT_MASK
    open_flags: u32, // FUSE_OPEN_*
  },
  { before: { 12: 8 } },
);
export type fuse_create_in = Infer<typeof fuse_create_in>;

/** Reply to CREATE and TMPFILE: two structs in C, always together. */
export const fuse_create_out = struct('fuse_create_out', 144, { entry: fuse_entry_out, open: fuse_open_out });
export type fuse_create_out = Infer<typeof fuse_create_out>;

/** Begins a record of a READDIR reply; `namelen` bytes of name follow, and padding to a multiple of 8. */
export const fuse_dirent = struct('fuse_dirent', 24, {
  ino: id64,
  off: id64, // opaque: where to go on behind this entry
  namelen: u32, // bytes
  type: u32, // DT_*
});
export type fuse_dirent = Infer<typeof fuse_dirent>;

/** Begins a record of a READDIRPLUS reply; the name follows as in {@link fuse_dirent}. */
export const fuse_direntplus = struct('fuse_direntplus', 152, { entry_out: fuse_entry_out, dirent: fuse_dirent });
export type fuse_direntplus = Infer<typeof fuse_direntplus>;

/** Begins the security context block of a creating request. */
export const fuse_secctx_header = struct('fuse_secctx_header', 8, {
  size: u32, // bytes of the whole block, this included
  nr_secctx: u32, // at most FUSE_MAX_NR_SECCTX
});
export type fuse_secctx_header = Infer<typeof fuse_secctx_header>;

/** One security context: NUL-terminated xattr name, then `size` bytes of label, padded to a multiple of 8. */
export const fuse_secctx = struct('fuse_secctx', 8, { size: u32, padding: pad(4) });
export type fuse_secctx = Infer<typeof fuse_secctx>;

/** Begins a request extension; its type lies above FUSE_MAX_NR_SECCTX, which tells it from a security context. */
export const fuse_ext_header = struct('fuse_ext_header', 8, {
  size: u32, // bytes of the whole extension, this included
  type: u32, // FUSE_EXT_*
});
export type fuse_ext_header = Infer<typeof fuse_ext_header>;

/** Begins the list of supplementary groups, u32 each. */
export const fuse_supp_groups = struct('fuse_supp_groups', 4, { nr_groups: u32 });
export type fuse_supp_groups = Infer<typeof fuse_supp_groups>;
