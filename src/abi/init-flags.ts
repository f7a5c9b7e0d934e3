/** One row per INIT flag: its bit, 0 to 31 in `flags` and 32 to 63 in `flags2`, and the protocol 7 minor that brought it. */
const rows = [
  { name: 'ASYNC_READ', bit: 0, since: 6 },
  { name: 'POSIX_LOCKS', bit: 1, since: 7 },
  { name: 'FILE_OPS', bit: 2, since: 9 },
  { name: 'ATOMIC_O_TRUNC', bit: 3, since: 9 },
  { name: 'EXPORT_SUPPORT', bit: 4, since: 9 },
  { name: 'BIG_WRITES', bit: 5, since: 9 },
  { name: 'DONT_MASK', bit: 6, since: 12 },
  { name: 'SPLICE_WRITE', bit: 7, since: 14 },
  { name: 'SPLICE_MOVE', bit: 8, since: 14 },
  { name: 'SPLICE_READ', bit: 9, since: 14 },
  { name: 'FLOCK_LOCKS', bit: 10, since: 17 },
  { name: 'HAS_IOCTL_DIR', bit: 11, since: 18 },
  { name: 'AUTO_INVAL_DATA', bit: 12, since: 20 },
  { name: 'DO_READDIRPLUS', bit: 13, since: 21 },
  { name: 'READDIRPLUS_AUTO', bit: 14, since: 21 },
  { name: 'ASYNC_DIO', bit: 15, since: 22 },
  { name: 'WRITEBACK_CACHE', bit: 16, since: 23 },
  { name: 'NO_OPEN_SUPPORT', bit: 17, since: 23 },
  { name: 'PARALLEL_DIROPS', bit: 18, since: 25 },
  { name: 'HANDLE_KILLPRIV', bit: 19, since: 26 },
  { name: 'POSIX_ACL', bit: 20, since: 26 },
  { name: 'ABORT_ERROR', bit: 21, since: 27 },
  { name: 'MAX_PAGES', bit: 22, since: 28 },
  { name: 'CACHE_SYMLINKS', bit: 23, since: 28 },
  { name: 'NO_OPENDIR_SUPPORT', bit: 24, since: 29 },
  { name: 'EXPLICIT_INVAL_DATA', bit: 25, since: 30 },
  { name: 'MAP_ALIGNMENT', bit: 26, since: 31 },
  { name: 'SUBMOUNTS', bit: 27, since: 32 },
  { name: 'HANDLE_KILLPRIV_V2', bit: 28, since: 33 },
  { name: 'SETXATTR_EXT', bit: 29, since: 33 },
  { name: 'INIT_EXT', bit: 30, since: 36 },
  { name: 'INIT_RESERVED', bit: 31, since: 36 },
  { name: 'SECURITY_CTX', bit: 32, since: 36 },
  { name: 'HAS_INODE_DAX', bit: 33, since: 36 },
  { name: 'CREATE_SUPP_GROUP', bit: 34, since: 38 },
  { name: 'HAS_EXPIRE_ONLY', bit: 35, since: 38 },
  { name: 'DIRECT_IO_ALLOW_MMAP', bit: 36, since: 39 }, // once DIRECT_IO_RELAX
  { name: 'PASSTHROUGH', bit: 37, since: 40 },
  { name: 'NO_EXPORT_SUPPORT', bit: 38, since: 40 },
  { name: 'HAS_RESEND', bit: 39, since: 40 },
  { name: 'ALLOW_IDMAP', bit: 40, since: 41 },
  { name: 'OVER_IO_URING', bit: 41, since: 42 },
  { name: 'REQUEST_TIMEOUT', bit: 42, since: 43 },
] as const;

/** An INIT flag, as the header names it after FUSE_. */
export type InitFlag = (typeof rows)[number]['name'];

/** For each INIT flag whether it is set. */
export type Features = Readonly<Record<InitFlag, boolean>>;

/** Every INIT flag, by bit. */
export const initFlags: readonly { readonly name: InitFlag; readonly bit: number; readonly since: number }[] = rows;

/**
 * The flags in the two words of an INIT request or reply; unknown bits are left out.
 * The second word counts only if the first has INIT_EXT, as in Linux's process_init_reply().
 */
export function featuresOf(flags: number, flags2: number): Features {
  const second = (flags >>> 30) & 1 ? flags2 : 0;
  const features: Partial<Record<InitFlag, boolean>> = {};
  for (const { name, bit } of rows) {
    features[name] = (((bit < 32 ? flags : second) >>> (bit % 32)) & 1) === 1;
  }
  return features as Features;
}

/** The two words with these flags set and no other, INIT_EXT neither. */
export function flagWords(names: Iterable<InitFlag>): { flags: number; flags2: number } {
  const words = { flags: 0, flags2: 0 };
  const wanted = new Set(names);
  for (const { name, bit } of rows) {
    if (wanted.has(name)) words[bit < 32 ? 'flags' : 'flags2'] += 2 ** (bit % 32);
  }
  return words;
}
