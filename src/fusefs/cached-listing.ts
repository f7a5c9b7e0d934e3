import { fromBytes, viewOf } from '../abi/bytes.ts';
import { type Dirent, direntSize, writeDirent } from '../abi/dirent.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { fuse_dirent } from '../abi/structs.ts';
import type { Timespec } from '../task/clock.ts';
import type { FuseInode } from './inode.ts';

/** How far an open directory has come in a cached listing. Linux's fuse_file.readdir. */
export class ListingPlace {
  /** The cookie behind the record that was read last. */
  cookie = 0n;
  /** Where the next one begins, in bytes. */
  offset = 0;
  /** The {@link CachedListing.version} that the offset is of. */
  version = 0;

  /** Goes back to the beginning, to look for another cookie from there. */
  rewind(): void {
    this.cookie = 0n;
    this.offset = 0;
  }
}

const NOTHING = new Uint8Array(PAGE_SIZE);

/**
 * What a directory lists, for its open files with FOPEN_CACHE_DIR: the records of READDIR in the pages of its inode, none
 * across two pages. It grows while somebody reads from the beginning, each record that follows the last one, and can be
 * used once somebody has come to the end. Pages go as those of files do, and the listing with them, once one is missed.
 *
 * As on Linux, one that loses a page before it is complete is never completed, unless the next record begins a page.
 *
 * @see Linux fs/fuse/readdir.c, fuse_readdir_cached() and fuse_add_dirent_to_cache()
 */
export class CachedListing {
  readonly #inode: FuseInode;
  /** Counts how often it began anew. */
  #version = 0;
  #isComplete = false;
  #size = 0; // bytes
  /** The cookie behind the last record. */
  #end = 0n;
  /** The directory's time of change when it began, and whether names in it changed here since. */
  #mtime: Timespec;
  #hasChanged = false;

  constructor(inode: FuseInode) {
    this.#inode = inode;
    this.#mtime = inode.attributes.mtime;
  }

  /** Names in the directory were made, removed or moved. */
  changed(): void {
    this.#hasChanged = true;
  }

  /**
   * Gives records from `cookie` on to `take`, until it refuses one or the directory ends. Returns false when the server
   * must be asked for what follows the last one taken: the listing is not complete or outdated, or does not know the cookie.
   */
  tryRead(place: ListingPlace, cookie: bigint, take: (dirent: Dirent) => boolean): boolean {
    let at = cookie;
    const takeOn = (dirent: Dirent): boolean => {
      if (!take(dirent)) return false;
      at = dirent.off;
      return true;
    };
    if (place.cookie !== cookie) place.rewind();
    while (this.#isReadyFor(at)) {
      if (place.version !== this.#version) place.rewind();
      if (place.cookie === 0n) place.version = this.#version;
      const page = Math.floor(place.offset / PAGE_SIZE);
      const end = Math.min(this.#size, (page + 1) * PAGE_SIZE);
      if (place.offset === end) return true;
      const bytes = this.#inode.mapping.tryPage(page);
      if (bytes === undefined) {
        this.#reset();
        continue;
      }
      const found = readPage(bytes.subarray(0, end - page * PAGE_SIZE), place, at, takeOn);
      if (found === 'refused') return true;
      if (end === this.#size && end % PAGE_SIZE !== 0) return found === 'some';
      place.offset = (page + 1) * PAGE_SIZE;
    }
    return false;
  }

  /** The server told this record at `cookie`. */
  append(cookie: bigint, dirent: Dirent): void {
    const size = direntSize(dirent.name.length);
    if (this.#isComplete || cookie !== this.#end || size > PAGE_SIZE) return;
    const room = PAGE_SIZE - (this.#size % PAGE_SIZE);
    const at = size > room ? this.#size + room : this.#size;
    const [page, within] = [Math.floor(at / PAGE_SIZE), at % PAGE_SIZE];
    const { mapping } = this.#inode;
    if (within === 0) mapping.put(page, 0, NOTHING);
    const bytes = mapping.tryPage(page);
    if (bytes === undefined) return;
    writeDirent(viewOf(bytes), bytes, within, dirent);
    this.#size = at + size;
    this.#end = dirent.off;
  }

  /** The server told that nothing follows `cookie`. */
  endsAt(cookie: bigint): void {
    if (cookie !== this.#end) return;
    this.#isComplete = true;
    this.#inode.mapping.drop(Math.ceil(this.#size / PAGE_SIZE));
  }

  /** Whether it is complete. At the beginning of the directory what has changed since counts, or is counted from. */
  #isReadyFor(cookie: bigint): boolean {
    if (cookie === 0n) {
      if (this.#isComplete && this.#isOutdated()) this.#reset();
      if (!this.#isComplete && this.#size === 0) {
        this.#mtime = this.#inode.attributes.mtime;
        this.#hasChanged = false;
      }
    }
    return this.#isComplete;
  }

  #isOutdated(): boolean {
    const { seconds, nanoseconds } = this.#inode.attributes.mtime;
    return this.#hasChanged || seconds !== this.#mtime.seconds || nanoseconds !== this.#mtime.nanoseconds;
  }

  #reset(): void {
    this.#version++;
    this.#isComplete = false;
    this.#size = 0;
    this.#end = 0n;
  }
}

/**
 * Reads records of one page, from `place` on; those before `cookie` are passed over. Tells whether `take` refused one,
 * took some, or saw none.
 *
 * @see Linux fs/fuse/readdir.c, fuse_parse_cache()
 */
function readPage(
  bytes: Uint8Array,
  place: ListingPlace,
  cookie: bigint,
  take: (dirent: Dirent) => boolean,
): 'refused' | 'some' | 'none' {
  const view = viewOf(bytes);
  let wanted = cookie;
  let found: 'some' | 'none' = 'none';
  for (let at = place.offset % PAGE_SIZE; bytes.length - at >= fuse_dirent.size; ) {
    const { ino, off, namelen, type } = fuse_dirent.read(view, at);
    if (namelen === 0) break; // The next record did not fit into this page.
    if (place.cookie === wanted) {
      const name = fromBytes(bytes, at + fuse_dirent.size, at + fuse_dirent.size + namelen);
      if (!take({ ino, off, type, name })) return 'refused';
      wanted = off;
      found = 'some';
    }
    const size = direntSize(namelen);
    at += size;
    place.cookie = off;
    place.offset += size;
  }
  return found;
}
