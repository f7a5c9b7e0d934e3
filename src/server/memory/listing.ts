import type { ByteString } from '../../abi/bytes.ts';
import { DirentWriter } from '../../abi/dirent.ts';
import { typeOfMode } from '../../abi/linux.ts';
import type { Answers } from './answers.ts';
import type { Directory, Inode } from './inode.ts';

/** What stands in a listing: a name, what it is, and the cookie of the place behind it. */
interface Listed {
  readonly name: ByteString;
  readonly inode: Inode;
  readonly cookie: number;
}

/** More than any client asks for, in bytes. */
const LARGEST = 2 ** 20;

/**
 * The part of a directory behind a cookie that fits into `size` bytes, as READDIR wants it. With `answers` as
 * READDIRPLUS wants it: all but '.' and '..' count as looked up.
 */
export function list(directory: Directory, cookie: bigint, size: number, answers: Answers | null): Uint8Array {
  const writer = new DirentWriter(Math.min(size, LARGEST), answers === null ? 'plain' : 'plus');
  for (const { name, inode, cookie: next } of entriesAfter(directory, Number(cookie))) {
    const dirent = { ino: inode.nodeid, off: BigInt(next), type: typeOfMode(inode.mode), name };
    const counts = answers !== null && name !== '.' && name !== '..';
    if (!writer.add(dirent, counts ? answers.uncountedEntry(inode) : undefined)) break;
    if (counts) inode.nlookup++;
  }
  return writer.bytes;
}

function* entriesAfter(directory: Directory, cookie: number): Generator<Listed, void, void> {
  if (cookie < 1) yield { name: '.', inode: directory, cookie: 1 };
  if (cookie < 2) yield { name: '..', inode: directory.parent, cookie: 2 };
  yield* directory.entries.after(cookie);
}
