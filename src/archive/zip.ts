import { Readable } from 'node:stream';
import {
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  type Entry as ZipEntry,
  type ZipFile,
} from 'yauzl';
import { type ByteString, fromBytes, fromText } from '../abi/bytes.ts';
import { EACCES, EIO } from '../abi/errno.ts';
import { S_IALLUGO, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../abi/linux.ts';
import type { Time } from '../server/time.ts';
import { type Content, stored, unreadable } from './content.ts';
import { BadArchive, type Complain, type Entry } from './entry.ts';
import { Inflated, type Windows } from './inflated.ts';
import type { Source } from './source.ts';
import { Window } from './window.ts';

const UTF8_NAMES = 0x800;
const STORED = 0;
const DEFLATED = 8;
/** Systems whose files have Unix modes, by their number in 'version made by'. */
const unixes = new Set([3, 19]);
const fileTypes = new Set([S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK]);
const MSDOS_READ_ONLY = 0x01;
const MSDOS_DIRECTORY = 0x10;
const UNICODE_PATH = 0x7075;
const UNIX_OWNER = 0x7875;

/** Whether a file starts as zip archives do: with a member, or with the end of an empty directory. */
export async function isZip(source: Source): Promise<boolean> {
  const magic = fromBytes(await source.read(0, 4));
  return magic === 'PK\x03\x04' || magic === 'PK\x05\x06';
}

/**
 * The members of a zip archive, in the order of its central directory, which is read once.
 *
 * @throws BadArchive where the directory is damaged or missing
 * @see APPNOTE.TXT of PKWARE; Info-ZIP's proginfo/extrafld.txt
 */
export async function* readZip(
  source: Source,
  windows: Windows,
  complain: Complain,
): AsyncGenerator<Entry, void, void> {
  const reader = new Reader(source);
  try {
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false };
    const zip = await fromRandomAccessReaderPromise(reader, source.size, options);
    const contents = new Contents(source, zip, windows, complain);
    for await (const entry of zip.eachEntry()) yield entryOf(entry, contents);
  } catch (error) {
    if (error instanceof BadArchive || !(error instanceof Error) || 'code' in error) throw error;
    throw new BadArchive(error.message, { cause: error });
  } finally {
    reader.finishDirectory();
  }
}

/** The library's way to the file. It reads the directory in many small pieces, so they come out of a window. */
class Reader extends RandomAccessReader {
  readonly #source: Source;
  #window: Window | null;

  constructor(source: Source) {
    super();
    this.#source = source;
    this.#window = new Window(source);
  }

  /** From here on reads may be side by side, which a window is not made for. */
  finishDirectory(): void {
    this.#window = null;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#fill(buffer.subarray(offset, offset + length), position).then(
      (count) => callback(null, count),
      (error: unknown) => callback(error instanceof Error ? error : new Error('the archive is closed')),
    );
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#source.pieces(start, end - start));
  }

  async #fill(target: Uint8Array, position: number): Promise<number> {
    if (position + target.length > this.#source.size) return 0;
    if (this.#window === null) return this.#source.fill(position, target);
    const bytes = await this.#window.read(position, target.length);
    target.set(bytes);
    return bytes.length;
  }
}

/** Makes what is in the files of an archive. */
class Contents {
  readonly #source: Source;
  readonly #zip: ZipFile;
  readonly #windows: Windows;
  readonly #complain: Complain;

  constructor(source: Source, zip: ZipFile, windows: Windows, complain: Complain) {
    this.#source = source;
    this.#zip = zip;
    this.#windows = windows;
    this.#complain = complain;
  }

  of(entry: ZipEntry, path: ByteString): Content {
    const { uncompressedSize: size, compressedSize, compressionMethod, relativeOffsetOfLocalHeader } = entry;
    if (!Number.isSafeInteger(size)) return this.#unreadable(path, 0, 'its size is no size');
    if (entry.isEncrypted()) {
      this.#complain(path, 'is encrypted: it is listed but cannot be read');
      return unreadable(size, EACCES);
    }
    // The rest of the entry, comments above all, need not be kept.
    const kept = { relativeOffsetOfLocalHeader, compressedSize } as ZipEntry;
    const start = () => this.#startOf(kept);
    if (compressionMethod === DEFLATED) {
      return new Inflated({ source: this.#source, start, compressedSize, size, crc: entry.crc32 }, this.#windows);
    }
    if (compressionMethod !== STORED) return this.#unreadable(path, size, `compression method ${compressionMethod}`);
    if (size !== compressedSize) return this.#unreadable(path, size, 'it is stored, but has two sizes');
    return new StoredLater(this.#source, size, start);
  }

  async #startOf(entry: ZipEntry): Promise<number> {
    try {
      return (await this.#zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
    } catch {
      throw EIO;
    }
  }

  #unreadable(path: ByteString, size: number, why: string): Content {
    this.#complain(path, `cannot be read: ${why}`);
    return unreadable(size, EIO);
  }
}

/** Stored content. Where it lies stands in front of it, and is looked up when it is first read. */
class StoredLater implements Content {
  readonly size: number;
  readonly allocated: number;
  readonly #source: Source;
  readonly #start: () => Promise<number>;
  #content: Content | null = null;

  constructor(source: Source, size: number, start: () => Promise<number>) {
    this.#source = source;
    this.size = size;
    this.allocated = size;
    this.#start = start;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.#content ??= stored(this.#source, await this.#start(), this.size);
    return this.#content.read(offset, length);
  }

  seek(offset: number, whence: number): number {
    return stored(this.#source, 0, this.size).seek(offset, whence);
  }

  release(): void {}
}

function entryOf(entry: ZipEntry, contents: Contents): Entry {
  const path = pathOf(entry);
  const mode = modeOf(entry, path);
  const type = mode & S_IFMT;
  return {
    path,
    mode,
    ...ownerOf(entry),
    mtime: timeOf(entry.getLastModDate()),
    atime: null,
    ctime: null,
    rdev: 0,
    content: type === S_IFREG || type === S_IFLNK ? contents.of(entry, path) : null,
    target: null,
    hardLinkTo: null,
    xattrs: new Map(),
  };
}

const isUnix = ({ versionMadeBy }: ZipEntry): boolean => unixes.has(versionMadeBy >> 8);

/** The name as bytes: of UTF-8, or of whatever a Unix had; else of code page 437, where a backslash is a slash. */
function pathOf(entry: ZipEntry): ByteString {
  const hasUnicodePath = entry.extraFields.some(({ id }) => id === UNICODE_PATH);
  const isUtf8 = (entry.generalPurposeBitFlag & UTF8_NAMES) !== 0;
  if (!hasUnicodePath && (isUnix(entry) || isUtf8)) return fromBytes(entry.fileNameRaw);
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  return fromText(getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, isUnix(entry)));
}

/** Type and permissions; archivers on other systems, and careless ones, leave out either. */
function modeOf(entry: ZipEntry, path: ByteString): number {
  const { externalFileAttributes } = entry;
  const isDirectory = path.endsWith('/');
  const mode = isUnix(entry) ? externalFileAttributes >>> 16 : 0;
  if (mode !== 0) {
    const type = fileTypes.has(mode & S_IFMT) ? mode & S_IFMT : S_IFREG;
    return (isDirectory ? S_IFDIR : type) | (mode & S_IALLUGO);
  }
  if (isDirectory || (externalFileAttributes & MSDOS_DIRECTORY) !== 0) return S_IFDIR | 0o755;
  return S_IFREG | ((externalFileAttributes & MSDOS_READ_ONLY) !== 0 ? 0o444 : 0o644);
}

/** Info-ZIP's field for owners: a version of 1, then length and number of uid and of gid. */
function ownerOf({ extraFields }: ZipEntry): { readonly uid: number | null; readonly gid: number | null } {
  const none = { uid: null, gid: null };
  const field = extraFields.find(({ id }) => id === UNIX_OWNER)?.data;
  if (field?.[0] !== 1) return none;
  const uidSize = field[1] ?? 0;
  const gidSize = field[2 + uidSize] ?? 0;
  if (uidSize < 1 || uidSize > 4 || gidSize < 1 || gidSize > 4 || field.length < 3 + uidSize + gidSize) return none;
  return { uid: field.readUIntLE(2, uidSize), gid: field.readUIntLE(3 + uidSize, gidSize) };
}

function timeOf(date: Date): Time | null {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) return null;
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.floor(milliseconds - seconds * 1000) * 1e6 };
}
