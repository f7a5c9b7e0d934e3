import { createHash } from 'node:crypto';
import { toBytes } from '../../src/abi/bytes.ts';

// What calls give, as one line of text that is the same for the same on both kernels.

/** Longer contents are shown as their length and digest. */
const SHOWN = 120; // bytes

/** Bytes, one char each. */
export function bytesText(bytes: string): string {
  if (bytes === '') return "''";
  if (bytes.length > SHOWN) return `${bytes.length}:${digest(toBytes(bytes))}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes are shown
  return bytes.replace(/[\x00-\x20\x7f-\xff\\]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

const digest = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex').slice(0, 16);

/** A point in time as both sides have it. */
export interface Time {
  readonly seconds: number | bigint;
  readonly nanoseconds: number | bigint;
}

/** The fields of stat(2) that are compared; st_dev is each mount's own. */
export interface StatFields {
  readonly ino: bigint;
  readonly mode: number;
  readonly nlink: number | bigint;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number | bigint;
  readonly size: number | bigint;
  readonly blksize: number | bigint;
  readonly blocks: number | bigint;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly btime?: Time | null;
}

const timeText = ({ seconds, nanoseconds }: Time): string => `${seconds}.${String(nanoseconds).padStart(9, '0')}`;

/** `mode=0100644 nlink=1 ...`. */
export function statText(stat: StatFields): string {
  const { mode, nlink, uid, gid, size, blocks, blksize, rdev, ino, atime, mtime, ctime, btime } = stat;
  const words = [
    `mode=0${mode.toString(8)} nlink=${nlink} uid=${uid} gid=${gid} size=${size} blocks=${blocks} blksize=${blksize}`,
    `rdev=${rdev} ino=${ino} atime=${timeText(atime)} mtime=${timeText(mtime)} ctime=${timeText(ctime)}`,
  ];
  if (btime !== undefined && btime !== null) words.push(`btime=${timeText(btime)}`);
  return words.join(' ');
}

/** What statx(2) tells besides: which fields are right, and attributes. */
export interface StatxFields extends StatFields {
  readonly mask: number;
  readonly attributes: number | bigint;
  readonly attributesMask: number | bigint;
}

/** As {@link statText}, with `mask=fff attributes=0/203000`: in hexadecimal, the attributes that are set of those that are known. */
export function statxText(stat: StatxFields): string {
  const { mask, attributes, attributesMask } = stat;
  const words = `mask=${mask.toString(16)} attributes=${attributes.toString(16)}/${attributesMask.toString(16)}`;
  return `${statText(stat)} ${words}`;
}

/** The fields of statfs(2) that are compared. */
export interface StatFsFields {
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly namelen: number;
  readonly frsize: number;
}

export function statfsText(stat: StatFsFields): string {
  const { type, bsize, blocks, bfree, bavail, files, ffree, namelen, frsize } = stat;
  const space = `blocks=${blocks} bfree=${bfree} bavail=${bavail} files=${files} ffree=${ffree}`;
  return `type=${type} bsize=${bsize} frsize=${frsize} ${space} namelen=${namelen}`;
}

/** An entry of a directory as getdents(2) gives it. */
export interface EntryFields {
  readonly ino: bigint;
  readonly off: bigint;
  readonly type: number;
  readonly name: string;
}

/** `name:type:ino:off`, in the order they came. */
export const entriesText = (entries: readonly EntryFields[]): string =>
  entries.length === 0
    ? 'end'
    : entries
        .map(({ name, type, ino, off }) => `${bytesText(name)}:${type}:${ino}:${BigInt.asIntN(64, off)}`)
        .join(' ');
