import { type ByteString, fromBytes, toText } from './abi/bytes.ts';
import { BadArchive, type Complain, type Entry } from './archive/entry.ts';
import { gunzip } from './archive/gunzip.ts';
import { Windows } from './archive/inflated.ts';
import { ReadOnlyServer } from './archive/server.ts';
import { Source } from './archive/source.ts';
import { isTar, readTar } from './archive/tar.ts';
import { Tree } from './archive/tree.ts';
import { isZip, readZip } from './archive/zip.ts';
import type { FuseServer } from './server/fuse-server.ts';

/** How an archive is served; all of it may be left out. */
export interface ArchiveOptions {
  /** Owner of files that the archive names none for; default who runs this process. */
  readonly uid?: number;
  readonly gid?: number;
  /** Most files and directories; default 1,048,576. An archive with more is refused. */
  readonly maxInodes?: number;
  /** Most bytes that a compressed tar archive may unpack to, into a temporary file; default 16 GiB. */
  readonly maxUnpackedBytes?: number;
  /** Hears which members are left out or cannot be read, and why; default standard error. */
  log?(line: string): void;
}

/** What other programs compress tar archives with, by how such files start. */
const others = new Map<ByteString, string>([
  ['BZh', 'bzip2'],
  ['\xfd7zXZ\0', 'xz'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\x1f\x9d', 'compress'],
  ['\x04\x22\x4d\x18', 'lz4'],
  ['LZIP', 'lzip'],
  ['7z\xbc\xaf\x27\x1c', '7z'],
  ['Rar!', 'RAR'],
]);
const GZIP = '\x1f\x8b';
/** Complaints that are said one by one; of more only the number. */
const MOST_COMPLAINTS = 20;

/**
 * A tar or zip archive as a read-only file system, as unpacking it would leave it. It is known by its content, not by its name.
 *
 * Of tar there are v7, ustar, pax and GNU, with hard links, sparse files, xattrs (`SCHILY.xattr.`) and times to the
 * nanosecond; of zip, members that are stored or deflated, with Unix's modes and owners and Info-ZIP's times. An
 * uncompressed tar archive and a zip archive are read in place; a tar.gz is unpacked into a temporary file without a name.
 * The index is in memory for as long as the server is, and descriptors are open until `destroy`. Checksums are those of
 * deflated members that are read to their end. Not for use after `destroy`.
 *
 * A member that cannot be placed (a name with '..', one below a file or a symlink, a link to nothing) is left out and
 * told to `log`, as is one that cannot be read, for being encrypted or of an unknown compression: that gives EACCES or EIO.
 *
 * @throws Error that names the file: with Node's code when it cannot be opened; without when it is no archive, or a
 *   damaged one
 */
export async function archive(file: string, options: ArchiveOptions = {}): Promise<FuseServer> {
  const { source, stats } = await Source.open(file);
  const windows = new Windows();
  const sources = [source];
  const close = (): void => {
    windows.close();
    for (const each of sources) each.close();
  };
  const complaints = new Complaints(file, options.log ?? ((line) => console.error(line)));
  try {
    const tree = new Tree({
      uid: options.uid ?? process.getuid?.() ?? 0,
      gid: options.gid ?? process.getgid?.() ?? 0,
      mtime: { seconds: Math.floor(stats.mtimeMs / 1000), nanoseconds: 0 },
      maxInodes: options.maxInodes ?? 2 ** 20,
      complain: complaints.add,
    });
    const read = await open(source, { windows, sources, complain: complaints.add, ...options });
    for await (const entry of read) tree.add(entry);
    complaints.finish();
    return new ReadOnlyServer(tree, close);
  } catch (error) {
    close();
    const isOfFile = error instanceof Error && (error instanceof BadArchive || 'code' in error);
    throw isOfFile ? new Error(`${file}: ${error.message}`, { cause: error }) : error;
  }
}

/** What reading an archive needs, and the files that it opens. */
interface Opening {
  readonly windows: Windows;
  readonly sources: Source[];
  readonly complain: Complain;
  readonly maxUnpackedBytes?: number;
}

async function open(source: Source, opening: Opening): Promise<AsyncIterable<Entry>> {
  const { windows, sources, complain, maxUnpackedBytes = 2 ** 34 } = opening;
  if (await isZip(source)) return readZip(source, windows, complain);
  if (await isTar(source)) return readTar(source, complain);
  const start = fromBytes(await source.read(0, 8));
  if (start.startsWith(GZIP)) {
    const unpacked = await gunzip(source, maxUnpackedBytes);
    sources.push(unpacked);
    source.close();
    if (await isTar(unpacked)) return readTar(unpacked, complain);
    throw new BadArchive('no tar archive is in this gzip file');
  }
  for (const [magic, name] of others) {
    if (start.startsWith(magic)) throw new BadArchive(`${name} is not read; unpack it to tar, tar.gz or zip first`);
  }
  throw new BadArchive('neither a tar nor a zip archive');
}

/** Tells what is wrong with members, up to a number: hostile archives have no end of it. */
class Complaints {
  readonly #file: string;
  readonly #log: (line: string) => void;
  #count = 0;

  constructor(file: string, log: (line: string) => void) {
    this.#file = file;
    this.#log = log;
  }

  readonly add: Complain = (path, problem) => {
    this.#count++;
    if (this.#count <= MOST_COMPLAINTS) this.#log(`${this.#file}: ${quoted(path)} ${problem}`);
  };

  finish(): void {
    const more = this.#count - MOST_COMPLAINTS;
    if (more > 0) this.#log(`${this.#file}: ${more} more members are left out or cannot be read`);
  }
}

/** A name for the terminal, without what would act on it. */
const quoted = (path: ByteString): string =>
  JSON.stringify(toText(path.slice(0, 200))).replace(
    /[\x7f-\x9f]/g,
    (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
  );
