import { constants } from 'node:os';
import { toBytes } from '../../src/abi/bytes.ts';
import { concatenated, type Fields, pack } from './wire-format.ts';

/** A reply as a scenario writes it, right or wrong. */
export interface Reply {
  /** As it stands in the header: 0, or an errno below it. */
  readonly error: number;
  readonly body: Uint8Array;
  /** Header fields that are not what they should be. */
  readonly header: { readonly len?: number; readonly unique?: number | bigint };
  /** What the write gives: the errno's name; null for its length. */
  readonly refused: string | null;
}

const NOTHING = new Uint8Array(0);

/** Success, with these parts of a body. */
export const ok = (...parts: readonly Uint8Array[]): Reply => ({
  error: 0,
  body: concatenated(parts),
  header: {},
  refused: null,
});

/** Failure with an errno by name, or with any number in its place. */
export const fails = (error: keyof typeof constants.errno | number): Reply => ({
  ...ok(),
  error: typeof error === 'number' ? error : -constants.errno[error],
});

/** A reply that the device does not take, and the errno that the write gives. */
export const refused = (reply: Reply, errno: string, header: Reply['header'] = {}): Reply => ({
  ...reply,
  header,
  refused: errno,
});

/** The message that answers a request. */
export function replyMessage({ error, body, header }: Reply, unique: number | bigint): Uint8Array {
  return concatenated([pack('out_header', { len: 16 + body.length, unique, error, ...header }), body]);
}

export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFLNK = 0o120000;
export const S_IFIFO = 0o010000;

/** A file's attributes: of root, with one link. */
export const attr = (fields: Fields): Uint8Array => pack('attr', { nlink: 1, ...fields });

/** Validity that does not end while a test runs. */
export const LONG = 1_000_000; // seconds

interface Entry {
  readonly nodeid: number | bigint;
  readonly mode: number;
  readonly generation?: number;
  /** Seconds; without it the name must be looked up each time. */
  readonly entryValid?: number;
  readonly attrValid?: number;
  readonly attributes?: Fields;
}

/** struct fuse_entry_out. Its file has the nodeid as its inode number, if nothing else is said. */
export function entry({ nodeid, mode, generation = 0, entryValid = 0, attrValid = 0, attributes }: Entry): Uint8Array {
  return concatenated([
    pack('entry_head', { nodeid, generation, entry_valid: entryValid, attr_valid: attrValid }),
    attr({ ino: nodeid, mode, ...attributes }),
  ]);
}

/** struct fuse_attr_out. */
export const attributes = (fields: Fields, attrValid = 0): Uint8Array =>
  concatenated([pack('attr_head', { attr_valid: attrValid }), attr(fields)]);

/** struct fuse_statx_out. */
export const statxOut = (fields: Fields, attrValid = 0): Uint8Array =>
  concatenated([pack('statx_head', { attr_valid: attrValid }), pack('statx', { nlink: 1, ...fields })]);

/** struct fuse_open_out. */
export const opened = (fh: number, open_flags = 0): Uint8Array => pack('open_out', { fh, open_flags });

/** Flags of fuse_open_out, FOPEN_* in the header. */
export const DIRECT_IO = 1;
export const KEEP_CACHE = 2;
export const NONSEEKABLE = 4;
export const CACHE_DIR = 8;
export const STREAM = 16;

/** struct fuse_write_out. */
export const wrote = (size: number): Uint8Array => pack('write_out', { size });

/** Text as bytes, one for each char. */
export const bytes = (text: string): Uint8Array => (text === '' ? NOTHING : toBytes(text));

/** An entry of a directory's listing. */
export function dirent(name: string, ino: number, off: number, type = 8): Uint8Array {
  const record = concatenated([pack('dirent', { ino, off, namelen: name.length, type }), bytes(name)]);
  return concatenated([record, new Uint8Array(-record.length & 7)]);
}
