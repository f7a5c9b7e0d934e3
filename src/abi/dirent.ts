import { type ByteString, fromBytes, putBytes, viewOf } from './bytes.ts';
import { EIO, type Errno } from './errno.ts';
import { FUSE_NAME_MAX } from './fuse.ts';
import { fuse_dirent, fuse_direntplus, fuse_entry_out } from './structs.ts';

/** A directory entry as READDIR replies carry it. */
export interface Dirent {
  readonly ino: bigint;
  /** Where the server goes on behind this entry: opaque, and never 0 except by a server's mistake. */
  readonly off: bigint;
  readonly type: number; // DT_*
  readonly name: ByteString;
}

/** A directory entry as READDIRPLUS replies carry it. */
export interface DirentPlus extends Dirent {
  /** What LOOKUP would have replied; with nodeid 0 the entry is for the listing only. */
  readonly entry: fuse_entry_out;
}

/** The records of a reply up to its end or its first fault. */
export interface Dirents<Entry> {
  readonly entries: readonly Entry[];
  /** EIO when a faulty record follows; a caller that has delivered entries keeps it to itself. */
  readonly error: Errno | null;
}

/** Records begin at multiples of this many bytes. */
const ALIGNMENT = 8;
const SLASH = '/';

const recordSize = (header: number, namelen: number): number => Math.ceil((header + namelen) / ALIGNMENT) * ALIGNMENT;

/** The bytes that a record of READDIR takes for a name of that length. Linux's FUSE_DIRENT_SIZE. */
export const direntSize = (namelen: number): number => recordSize(fuse_dirent.size, namelen);

/** Writes a record as READDIR replies carry it, for which there must be room. */
export function writeDirent(view: DataView, bytes: Uint8Array, at: number, { ino, off, type, name }: Dirent): void {
  fuse_dirent.write(view, at, { ino, off, namelen: name.length, type });
  putBytes(bytes, at + fuse_dirent.size, name);
}

/**
 * Reads a READDIR reply. A name that is empty, has more than 4095 bytes or a slash is a fault; a last record that is
 * cut off is dropped. All else is passed on as it is, NULs in names too.
 *
 * @see Linux fs/fuse/readdir.c, parse_dirfile()
 */
export function readDirents(bytes: Uint8Array): Dirents<Dirent> {
  return readRecords(bytes, fuse_dirent.size, (_view, _at, dirent) => dirent);
}

/**
 * Reads a READDIRPLUS reply, by the rules of {@link readDirents}. The `entry` of each record is not judged.
 *
 * @see Linux fs/fuse/readdir.c, parse_dirplusfile()
 */
export function readDirentsPlus(bytes: Uint8Array): Dirents<DirentPlus> {
  return readRecords(bytes, fuse_direntplus.size, (view, at, { ino, off, type, name }) => ({
    ino,
    off,
    type,
    name,
    entry: fuse_entry_out.read(view, at),
  }));
}

function readRecords<Entry>(
  bytes: Uint8Array,
  headerSize: number,
  complete: (view: DataView, at: number, dirent: Dirent) => Entry,
): Dirents<Entry> {
  const view = viewOf(bytes);
  const entries: Entry[] = [];
  let at = 0;
  while (bytes.length - at >= headerSize) {
    const { ino, off, namelen, type } = fuse_dirent.read(view, at + headerSize - fuse_dirent.size);
    if (namelen === 0 || namelen > FUSE_NAME_MAX) return { entries, error: EIO };
    const size = recordSize(headerSize, namelen);
    if (size > bytes.length - at) break;
    const name = fromBytes(bytes, at + headerSize, at + headerSize + namelen);
    if (name.includes(SLASH)) return { entries, error: EIO };
    entries.push(complete(view, at, { ino, off, type: type & 15, name }));
    at += size;
  }
  return { entries, error: null };
}

/** Collects the records of a READDIR or READDIRPLUS reply, for servers. */
export class DirentWriter {
  readonly #headerSize: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #used = 0;

  /** `limit`: the bytes that the request has room for. */
  constructor(limit: number, kind: 'plain' | 'plus' = 'plain') {
    this.#headerSize = kind === 'plus' ? fuse_direntplus.size : fuse_dirent.size;
    this.#bytes = new Uint8Array(limit);
    this.#view = viewOf(this.#bytes);
  }

  /**
   * Adds an entry, unless it does not fit: then false, and the reply is full.
   * A plus record without an `entry` is for the listing only.
   */
  add(dirent: Dirent, entry?: fuse_entry_out): boolean {
    const size = recordSize(this.#headerSize, dirent.name.length);
    if (size > this.#bytes.length - this.#used) return false;
    const at = this.#used + this.#headerSize;
    if (entry !== undefined && this.#headerSize === fuse_direntplus.size) {
      fuse_entry_out.write(this.#view, this.#used, entry);
    }
    writeDirent(this.#view, this.#bytes, at - fuse_dirent.size, dirent);
    this.#used += size;
    return true;
  }

  /** The records so far; a part of the writer's memory, not a copy. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }
}
