import { fromBytes } from '../../src/abi/bytes.ts';

// The wire format once more, read off the FUSE header independently of src/abi: what a scripted server takes apart and
// puts together must not be wrong in the same way as what is tested. That Linux understands it, the scenarios show.

/** The fields of a struct by name; those that are left out are 0. Numbers above 2^53 are bigint. */
export type Fields = Readonly<Record<string, number | bigint>>;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly at: number;
}

const sizes: Readonly<Record<string, number>> = { H: 2, I: 4, i: 4, Q: 8 };

/** Structs as `name:type`: H, I and Q are unsigned with 2, 4 and 8 bytes, i is signed. */
const structs = {
  in_header: 'len:I opcode:I unique:Q nodeid:Q uid:I gid:I pid:I total_extlen:H padding:H',
  out_header: 'len:I error:i unique:Q',
  nothing: '',
  init_in: 'major:I minor:I max_readahead:I flags:I flags2:I',
  init_out:
    'major:I minor:I max_readahead:I flags:I max_background:H congestion_threshold:H max_write:I time_gran:I max_pages:H ' +
    'map_alignment:H flags2:I max_stack_depth:I request_timeout:H unused1:H unused2:I unused3:I unused4:I unused5:I unused6:I',
  attr:
    'ino:Q size:Q blocks:Q atime:Q mtime:Q ctime:Q atimensec:I mtimensec:I ctimensec:I mode:I nlink:I uid:I gid:I rdev:I ' +
    'blksize:I flags:I',
  entry_head: 'nodeid:Q generation:Q entry_valid:Q attr_valid:Q entry_valid_nsec:I attr_valid_nsec:I',
  attr_head: 'attr_valid:Q attr_valid_nsec:I dummy:I',
  getattr_in: 'getattr_flags:I dummy:I fh:Q',
  setattr_in:
    'valid:I padding:I fh:Q size:Q lock_owner:Q atime:Q mtime:Q ctime:Q atimensec:I mtimensec:I ctimensec:I mode:I unused4:I ' +
    'uid:I gid:I unused5:I',
  mknod_in: 'mode:I rdev:I umask:I padding:I',
  mknod_in_before_12: 'mode:I rdev:I',
  mkdir_in: 'mode:I umask:I',
  rename_in: 'newdir:Q',
  rename2_in: 'newdir:Q flags:I padding:I',
  link_in: 'oldnodeid:Q',
  open_in: 'flags:I open_flags:I',
  open_out: 'fh:Q open_flags:I backing_id:i',
  create_in: 'flags:I mode:I umask:I open_flags:I',
  create_in_before_12: 'flags:I mode:I',
  release_in: 'fh:Q flags:I release_flags:I lock_owner:Q',
  flush_in: 'fh:Q unused:I padding:I lock_owner:Q',
  read_in: 'fh:Q offset:Q size:I read_flags:I lock_owner:Q flags:I padding:I',
  write_in: 'fh:Q offset:Q size:I write_flags:I lock_owner:Q flags:I padding:I',
  write_in_before_9: 'fh:Q offset:Q size:I write_flags:I',
  write_out: 'size:I padding:I',
  statfs_out:
    'blocks:Q bfree:Q bavail:Q files:Q ffree:Q bsize:I namelen:I frsize:I padding:I spare1:I spare2:I spare3:I spare4:I ' +
    'spare5:I spare6:I',
  fsync_in: 'fh:Q fsync_flags:I padding:I',
  setxattr_in: 'size:I flags:I',
  setxattr_in_extended: 'size:I flags:I setxattr_flags:I padding:I',
  getxattr_in: 'size:I padding:I',
  getxattr_out: 'size:I padding:I',
  lk_in: 'fh:Q owner:Q start:Q end:Q type:I pid:I lk_flags:I padding:I',
  lk_out: 'start:Q end:Q type:I pid:I',
  access_in: 'mask:I padding:I',
  bmap_in: 'block:Q blocksize:I padding:I',
  bmap_out: 'block:Q',
  ioctl_in: 'fh:Q flags:I cmd:I arg:Q in_size:I out_size:I',
  ioctl_out: 'result:i flags:I in_iovs:I out_iovs:I',
  poll_in: 'fh:Q kh:Q flags:I events:I',
  poll_out: 'revents:I padding:I',
  fallocate_in: 'fh:Q offset:Q length:Q mode:I padding:I',
  lseek_in: 'fh:Q offset:Q whence:I padding:I',
  lseek_out: 'offset:Q',
  copy_file_range_in: 'fh_in:Q off_in:Q nodeid_out:Q fh_out:Q off_out:Q len:Q flags:Q',
  copy_file_range_out: 'bytes_copied:Q',
  syncfs_in: 'padding:Q',
  statx_in: 'getattr_flags:I reserved:I fh:Q sx_flags:I sx_mask:I',
  statx_head: 'attr_valid:Q attr_valid_nsec:I flags:I spare1:Q spare2:Q',
  statx:
    'mask:I blksize:I attributes:Q nlink:I uid:I gid:I mode:H spare0:H ino:Q size:Q blocks:Q attributes_mask:Q ' +
    'atime:Q atimensec:I reserved1:I btime:Q btimensec:I reserved2:I ctime:Q ctimensec:I reserved3:I mtime:Q ' +
    'mtimensec:I reserved4:I rdev_major:I rdev_minor:I dev_major:I dev_minor:I spare1:Q spare2:Q spare3:Q spare4:Q ' +
    'spare5:Q spare6:Q spare7:Q spare8:Q spare9:Q spare10:Q spare11:Q spare12:Q spare13:Q spare14:Q',
  secctx_header: 'size:I nr_secctx:I',
  ext_header: 'size:I type:I',
  supp_groups: 'nr_groups:I group:I',
  forget_in: 'nlookup:Q',
  interrupt_in: 'unique:Q',
  forget_one: 'nodeid:Q nlookup:Q',
  batch_forget_in: 'count:I dummy:I',
  notify_inval_inode_out: 'ino:Q off:Q len:Q',
  notify_inval_entry_out: 'parent:Q namelen:I flags:I',
  dirent: 'ino:Q off:Q namelen:I type:I',
} as const;

/** The name of a struct, without `fuse_`. */
export type StructName = keyof typeof structs;

const layouts = new Map<string, { readonly fields: readonly Field[]; readonly size: number }>(
  Object.entries(structs).map(([name, text]) => [name, layOut(text)]),
);

function layOut(text: string): { fields: Field[]; size: number } {
  const fields: Field[] = [];
  let at = 0;
  for (const word of text.split(' ').filter(Boolean)) {
    const [name = '', type = ''] = word.split(':');
    fields.push({ name, type, at });
    at += sizes[type] ?? 0;
  }
  return { fields, size: at };
}

function layoutOf(struct: StructName): { readonly fields: readonly Field[]; readonly size: number } {
  const layout = layouts.get(struct);
  if (layout === undefined) throw new Error(`no struct ${struct}`);
  return layout;
}

/** The bytes of a struct. */
export const sizeOf = (struct: StructName): number => layoutOf(struct).size;

/** The bytes of a struct with these fields. @throws Error for a field that it has not */
export function pack(struct: StructName, values: Fields = {}): Uint8Array {
  const { fields, size } = layoutOf(struct);
  const view = new DataView(new ArrayBuffer(size));
  for (const name of Object.keys(values)) {
    if (!fields.some((field) => field.name === name)) throw new Error(`${struct} has no ${name}`);
  }
  for (const { name, type, at } of fields) {
    const value = values[name] ?? 0;
    if (type === 'Q') view.setBigUint64(at, BigInt(value), true);
    else if (type === 'H') view.setUint16(at, Number(value), true);
    else if (type === 'i') view.setInt32(at, Number(value), true);
    else view.setUint32(at, Number(value), true);
  }
  return new Uint8Array(view.buffer);
}

/** The fields at the front of some bytes. @throws RangeError when there are too few */
export function unpack(struct: StructName, bytes: Uint8Array): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Record<string, number | bigint> = {};
  for (const { name, type, at } of layoutOf(struct).fields) values[name] = valueAt(view, type, at);
  return values;
}

function valueAt(view: DataView, type: string, at: number): number | bigint {
  if (type === 'H') return view.getUint16(at, true);
  if (type === 'i') return view.getInt32(at, true);
  if (type === 'I') return view.getUint32(at, true);
  const value = view.getBigUint64(at, true);
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Parts one after the other. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A name with its NUL at the front of some bytes. @throws Error without a NUL */
export function nameAt(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  if (end < 0) throw new Error('a name without a NUL');
  return fromBytes(bytes, 0, end);
}
