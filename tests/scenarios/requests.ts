import { createHash } from 'node:crypto';
import { toBytes } from '../../src/abi/bytes.ts';
import { concatenated, type Fields, nameAt, pack, type StructName, sizeOf, unpack } from './wire-format.ts';

/** What a kind of request looks like on the wire. */
interface Shape {
  readonly number: number;
  readonly struct: StructName;
  readonly names: number;
  /** Whose ids are in the header: the caller's, or none. */
  readonly by: 'caller' | 'kernel';
}

const shape = (number: number, struct: StructName, names = 0, by: Shape['by'] = 'caller'): Shape => ({
  number,
  struct,
  names,
  by,
});

/** Every request that scenarios tell, by name. */
const shapes = {
  LOOKUP: shape(1, 'nothing', 1),
  FORGET: shape(2, 'forget_in', 0, 'kernel'),
  GETATTR: shape(3, 'getattr_in'),
  SETATTR: shape(4, 'setattr_in'),
  READLINK: shape(5, 'nothing'),
  SYMLINK: shape(6, 'nothing', 2),
  MKNOD: shape(8, 'mknod_in', 1),
  MKDIR: shape(9, 'mkdir_in', 1),
  UNLINK: shape(10, 'nothing', 1),
  RMDIR: shape(11, 'nothing', 1),
  RENAME: shape(12, 'rename_in', 2),
  LINK: shape(13, 'link_in', 1),
  OPEN: shape(14, 'open_in'),
  READ: shape(15, 'read_in'),
  WRITE: shape(16, 'write_in'),
  STATFS: shape(17, 'nothing'),
  RELEASE: shape(18, 'release_in', 0, 'kernel'),
  FSYNC: shape(20, 'fsync_in'),
  SETXATTR: shape(21, 'setxattr_in', 1),
  GETXATTR: shape(22, 'getxattr_in', 1),
  LISTXATTR: shape(23, 'getxattr_in'),
  REMOVEXATTR: shape(24, 'nothing', 1),
  FLUSH: shape(25, 'flush_in'),
  INIT: shape(26, 'init_in', 0, 'kernel'),
  OPENDIR: shape(27, 'open_in'),
  READDIR: shape(28, 'read_in'),
  RELEASEDIR: shape(29, 'release_in', 0, 'kernel'),
  FSYNCDIR: shape(30, 'fsync_in'),
  GETLK: shape(31, 'lk_in'),
  SETLK: shape(32, 'lk_in'),
  SETLKW: shape(33, 'lk_in'),
  ACCESS: shape(34, 'access_in'),
  CREATE: shape(35, 'create_in', 1),
  INTERRUPT: shape(36, 'interrupt_in', 0, 'kernel'),
  BMAP: shape(37, 'bmap_in'),
  DESTROY: shape(38, 'nothing', 0, 'kernel'),
  IOCTL: shape(39, 'ioctl_in'),
  POLL: shape(40, 'poll_in'),
  BATCH_FORGET: shape(42, 'batch_forget_in', 0, 'kernel'),
  FALLOCATE: shape(43, 'fallocate_in'),
  READDIRPLUS: shape(44, 'read_in'),
  RENAME2: shape(45, 'rename2_in', 2),
  LSEEK: shape(46, 'lseek_in'),
  COPY_FILE_RANGE: shape(47, 'copy_file_range_in'),
  SYNCFS: shape(50, 'syncfs_in'),
  TMPFILE: shape(51, 'create_in', 1),
  STATX: shape(52, 'statx_in'),
  COPY_FILE_RANGE_64: shape(53, 'copy_file_range_in'),
} as const satisfies Record<string, Shape>;

/** The name of a request that scenarios can tell. */
export type RequestName = keyof typeof shapes;

/** A request as a scenario expects it: fields that are left out are 0. */
export interface Expected {
  readonly name: RequestName;
  readonly nodeid: number | bigint;
  readonly fields: Fields;
  readonly names: readonly string[];
  readonly data: Uint8Array;
  /** What comes last of all, and is told of in the header. */
  readonly extensions: Uint8Array;
  /** The struct that an older protocol has in its place; null for the newest. */
  readonly older: StructName | null;
}

/** What only the kernel that sends a request can know: expected to be plausible, not to be equal. */
export interface Sender {
  readonly unique: number | bigint;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/** Whether a request shows who asked. */
export const showsCaller = (name: RequestName): boolean => shapes[name].by === 'caller';

/** The whole message, byte for byte, that is expected of a sender. */
export function messageOf(
  { name, nodeid, fields, names, data, extensions, older }: Expected,
  sender: Sender,
): Uint8Array {
  const { number, struct } = shapes[name];
  const strings = names.map((text) => toBytes(`${text}\0`));
  const body = concatenated([pack(older ?? struct, fields), ...strings, data, extensions]);
  const padded = name === 'INIT' ? concatenated([body, new Uint8Array(INIT_IN - body.length)]) : body;
  const len = sizeOf('in_header') + padded.length;
  const total_extlen = extensions.length / 8;
  return concatenated([pack('in_header', { len, opcode: number, nodeid, ...sender, total_extlen }), padded]);
}

/** struct fuse_init_in with what is reserved at its end. */
const INIT_IN = 64; // bytes

/** A message taken apart for people, fields that are 0 left out. */
export function described(message: Uint8Array, older: StructName | null = null): Record<string, unknown> {
  const header = unpack('in_header', message);
  const found = Object.entries(shapes).find(([, { number }]) => number === header.opcode);
  if (found === undefined) return { ...header, rest: message.length };
  const [name, { names, struct: newest }] = found;
  const struct = older ?? newest;
  let at = sizeOf('in_header');
  const words: Record<string, unknown> = { name, ...header, ...unpack(struct, message.subarray(at)) };
  at += name === 'INIT' ? INIT_IN : sizeOf(struct);
  const given: string[] = [];
  for (let index = 0; index < names; index++) {
    const text = nameAt(message.subarray(at));
    given.push(text);
    at += text.length + 1;
  }
  const told: Record<string, unknown> = {
    ...words,
    names: given.join(' '),
    data: shown(message.subarray(at)),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== 0 && value !== ''));
}

/** Bytes for people; of many, how many and what they come to. */
const shown = (bytes: Uint8Array): string =>
  bytes.length <= 64
    ? Buffer.from(bytes).toString('hex')
    : `${bytes.length} bytes: ${createHash('sha1').update(bytes).digest('hex')}`;

/** A field of a message's body. */
export const fieldOf = (name: RequestName, message: Uint8Array, field: string): number | bigint | undefined =>
  unpack(shapes[name].struct, message.subarray(sizeOf('in_header')))[field];
