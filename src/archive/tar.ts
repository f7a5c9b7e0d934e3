import { Header } from 'tar/header';
import { type ByteString, fromBytes } from '../abi/bytes.ts';
import { makedev, S_IALLUGO, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../abi/linux.ts';
import type { Time } from '../server/time.ts';
import { type Content, Extents, stored } from './content.ts';
import { BadArchive, type Complain, type Entry } from './entry.ts';
import { type PaxRecords, paxNumber, paxTime, paxXattrs, readPaxRecords } from './pax.ts';
import type { Source } from './source.ts';
import { layOut, readMapInBody, readMapInRecord, readOldGnuMap } from './sparse.ts';
import { Window } from './window.ts';

const BLOCK = 512; // bytes
/** Most bytes of a header that extends another: long names, xattrs. */
const LARGEST_EXTENSION = 2 ** 20;
/** Most stretches of data of all sparse files together: they stay in memory. */
const MOST_STRETCHES = 2 ** 22;
const NOBODY = 65534;
/** What of a global pax header is of use; the rest is not kept. */
const global = new Set(['path', 'linkpath', 'size', 'uid', 'gid', 'mtime', 'atime', 'ctime']);
const none: PaxRecords = { get: () => undefined };

/** The types of members by the character in the header; what is not here is a regular file, as POSIX has it. */
const types = new Map<string, number>([
  ['2', S_IFLNK],
  ['3', S_IFCHR],
  ['4', S_IFBLK],
  ['5', S_IFDIR],
  ['6', S_IFIFO],
  ['D', S_IFDIR],
]);
/** What only other programs than this need: volume labels, parts of files on other volumes, lists of old names. */
const skipped = new Set(['V', 'M', 'N']);
/** Types that have no bytes behind the header, whatever it says about a size. */
const bodiless = new Set(['1', '2', '3', '4', '5', '6']);

/** Whether a file may be a tar archive: it starts with a header, or as an empty one with a block of zeros. */
export async function isTar(source: Source): Promise<boolean> {
  const block = await source.read(0, BLOCK);
  if (block.length < BLOCK) return false;
  const header = headerIn(block);
  return header !== null && (header.cksumValid || header.nullBlock);
}

/**
 * The members of a tar archive in their order: of v7, ustar, pax and GNU archives, sparse files included. Only
 * headers are read. Names and xattrs are taken as bytes from the blocks; the library makes text of them.
 *
 * @throws BadArchive where a header is damaged, or the archive ends too early
 * @see tar(5)
 */
export const readTar = (source: Source, complain: Complain): AsyncGenerator<Entry, void, void> =>
  new TarReader(source, complain).entries();

/** One header, what extends it, and where the bytes behind it lie. */
interface Member {
  readonly header: Header;
  readonly block: Uint8Array;
  readonly type: string;
  readonly path: ByteString;
  readonly records: PaxRecords;
  readonly xattrs: ReadonlyMap<ByteString, ByteString>;
  readonly position: number;
  readonly size: number; // bytes in the archive
}

class TarReader {
  readonly #source: Source;
  readonly #complain: Complain;
  readonly #window: Window;
  #position = 0;
  /** What extends the next member, and all of them. */
  #local = new Map<ByteString, ByteString>();
  readonly #global = new Map<ByteString, ByteString>();
  #stretches = 0;
  #longPath: ByteString | null = null;
  #longTarget: ByteString | null = null;

  constructor(source: Source, complain: Complain) {
    this.#source = source;
    this.#complain = complain;
    this.#window = new Window(source);
  }

  async *entries(): AsyncGenerator<Entry, void, void> {
    for (let member = await this.#next(); member !== null; member = await this.#next()) {
      if (await this.#extend(member)) continue;
      if (!skipped.has(member.type)) yield await this.#entry(member);
      else this.#complain(member.path, `a member of type ${member.type} is left out`);
      this.#local = new Map();
      this.#longPath = null;
      this.#longTarget = null;
    }
  }

  /** Reads a header and steps over what is behind it; null at the end. */
  async #next(): Promise<Member | null> {
    const start = this.#position;
    const block = (await this.#window.read(start, BLOCK)).slice();
    if (block.length === 0) return null;
    if (block.length < BLOCK) throw new BadArchive(`cut off in the header at byte ${start}`);
    const header = headerIn(block);
    if (header?.nullBlock === true) return null;
    if (!header?.cksumValid) throw new BadArchive(`damaged: no good header at byte ${start}`);
    const type = fromBytes(block, 156, 157);
    const records = isExtension(type) ? none : this.#records();
    const size = bodiless.has(type) ? 0 : (paxNumber(records, 'size') ?? header.size);
    if (size === undefined) throw new BadArchive(`damaged: the header at byte ${start} has no size`);
    const position = start + BLOCK;
    const path = records.get('GNU.sparse.name') ?? records.get('path') ?? this.#longPath ?? pathIn(block);
    if (position + size > this.#source.size) {
      throw new BadArchive(
        `cut off: ${JSON.stringify(path)} goes up to byte ${position + size}, the archive to ${this.#source.size}`,
      );
    }
    this.#position = position + Math.ceil(size / BLOCK) * BLOCK;
    return { header, block, type, path, records, xattrs: paxXattrs(this.#local), position, size };
  }

  /** Keeps what extends members behind it; false for a member itself. */
  async #extend({ type, position, size }: Member): Promise<boolean> {
    if (!isExtension(type)) return false;
    if (size > LARGEST_EXTENSION) throw new BadArchive(`an extended header of ${size} bytes at byte ${position}`);
    const bytes = await this.#window.read(position, size);
    if (type === 'K') this.#longTarget = upToNul(bytes, 0, size);
    else if (type === 'L') this.#longPath = upToNul(bytes, 0, size);
    else if (type !== 'g') this.#local = readPaxRecords(bytes);
    else {
      for (const [keyword, value] of readPaxRecords(bytes)) if (global.has(keyword)) this.#global.set(keyword, value);
    }
    return true;
  }

  /** An empty value says that a header's own field counts. */
  #records(): PaxRecords {
    const [local, all] = [this.#local, this.#global];
    return { get: (keyword) => (local.get(keyword) ?? all.get(keyword)) || undefined };
  }

  async #entry(member: Member): Promise<Entry> {
    const { header, block, type, path, records } = member;
    const target = records.get('linkpath') ?? this.#longTarget ?? upToNul(block, 157, 257);
    const isOldDirectory = (type === '\0' || type === '0') && path.endsWith('/');
    const fileType = isOldDirectory ? S_IFDIR : (types.get(type) ?? S_IFREG);
    const isDevice = fileType === S_IFCHR || fileType === S_IFBLK;
    return {
      path,
      mode: fileType | ((header.mode ?? 0) & S_IALLUGO),
      uid: idOf(paxNumber(records, 'uid') ?? header.uid),
      gid: idOf(paxNumber(records, 'gid') ?? header.gid),
      mtime: paxTime(records, 'mtime') ?? timeOfDate(header.mtime),
      atime: paxTime(records, 'atime'),
      ctime: paxTime(records, 'ctime'),
      rdev: isDevice ? makedev(header.devmaj, header.devmin) : 0,
      content: fileType === S_IFREG && type !== '1' ? await this.#content(member) : null,
      target: fileType === S_IFLNK ? target : null,
      hardLinkTo: type === '1' ? target : null,
      xattrs: member.xattrs,
    };
  }

  async #content({ block, type, records, position, size }: Member): Promise<Content> {
    const body = { position, end: position + size };
    const sparse = (fileSize: number, stretches: Parameters<typeof layOut>[1], start: number): Content => {
      this.#stretches += stretches.length;
      if (this.#stretches > MOST_STRETCHES)
        throw new BadArchive(`more than ${MOST_STRETCHES} stretches in sparse files`);
      const map = layOut(fileSize, stretches, { position: start, end: body.end });
      return new Extents(this.#source, map.size, map.extents);
    };
    if (type === 'S') {
      const { size: fileSize, stretches, start } = await readOldGnuMap(block, this.#window, position);
      return sparse(fileSize, stretches, start);
    }
    if (records.get('GNU.sparse.major') === '1') {
      const { stretches, start } = await readMapInBody(this.#window, body);
      return sparse(paxNumber(records, 'GNU.sparse.realsize') ?? 0, stretches, start);
    }
    const map = records.get('GNU.sparse.map');
    if (map !== undefined) return sparse(paxNumber(records, 'GNU.sparse.size') ?? 0, readMapInRecord(map), position);
    if (records.get('GNU.sparse.numblocks') !== undefined)
      throw new BadArchive('sparse files of pax format 0.0 are not read');
    return stored(this.#source, position, size);
  }
}

/** K, L: GNU's long names; x, g: pax, for one member and for all; X: pax as Solaris had it. */
const isExtension = (type: string): boolean => type !== '' && 'KLxgX'.includes(type);

/** A header as the library reads it; it throws for numbers that cannot be. */
function headerIn(block: Uint8Array): Header | null {
  try {
    return new Header(Buffer.from(block.buffer, block.byteOffset, block.length));
  } catch {
    return null;
  }
}

/** A field that a NUL ends, if it is not full. */
function upToNul(block: Uint8Array, start: number, end: number): ByteString {
  const nul = block.subarray(start, end).indexOf(0);
  return fromBytes(block, start, nul === -1 ? end : start + nul);
}

/** The name, with the prefix that ustar has; in GNU's own format other fields lie there. */
function pathIn(block: Uint8Array): ByteString {
  const name = upToNul(block, 0, 100);
  const prefix = fromBytes(block, 257, 263) === 'ustar\0' ? upToNul(block, 345, 500) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** An owner; one that Linux has no number for is nobody. */
const idOf = (id: number | undefined): number | null => {
  if (id === undefined) return null;
  return id >= 0 && id < 0xffffffff ? id : NOBODY;
};

const timeOfDate = (date: Date | undefined): Time | null => {
  const seconds = date === undefined ? Number.NaN : Math.floor(date.getTime() / 1000);
  return Number.isSafeInteger(seconds) ? { seconds, nanoseconds: 0 } : null;
};
