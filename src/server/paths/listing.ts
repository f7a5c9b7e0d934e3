import type { ByteString } from '../../abi/bytes.ts';
import { DT_BLK, DT_CHR, DT_DIR, DT_FIFO, DT_LNK, DT_REG, DT_SOCK, DT_UNKNOWN } from '../../abi/linux.ts';
import type { Node } from './node.ts';
import type { PathDirent } from './shape.ts';

/** An entry of a listing: `.` and `..` stand in every one. */
export interface Listed {
  readonly name: ByteString;
  readonly type: number; // DT_*
  /** The place behind it. */
  readonly cookie: bigint;
}

/** So many entries are looked at in one go. */
const PART = 64;

/**
 * One open of a directory by the client. The names are those at the time of opening or rewinding, so that places in it
 * stay the same, whatever comes and goes meanwhile.
 */
export class Listing {
  readonly node: Node;
  /** Reads the names anew. */
  readonly read: () => Promise<{ name: ByteString; dirent: PathDirent }[]>;
  #entries: readonly Listed[] = [];
  /** How far the names have been told; at the beginning they are new. */
  #told: 'nothing' | 'something' = 'nothing';

  private constructor(node: Node, read: Listing['read']) {
    this.node = node;
    this.read = read;
  }

  static async open(node: Node, read: Listing['read']): Promise<Listing> {
    const listing = new Listing(node, read);
    await listing.#refresh();
    return listing;
  }

  /** Some entries behind a cookie, none at the end; from the beginning they are read anew when they were told before. */
  async after(cookie: bigint): Promise<readonly Listed[]> {
    if (cookie === 0n && this.#told === 'something') await this.#refresh();
    this.#told = 'something';
    const start = Number(cookie);
    return this.#entries.slice(start, start + PART);
  }

  async #refresh(): Promise<void> {
    const entries = this.node.isGone ? [] : await this.read();
    const all = [
      { name: '.', type: DT_DIR },
      { name: '..', type: DT_DIR },
      ...entries.map(({ name, dirent }) => ({ name, type: typeOfDirent(dirent) })),
    ];
    this.#entries = all.map((entry, index) => ({ ...entry, cookie: BigInt(index + 1) }));
  }
}

function typeOfDirent(dirent: PathDirent): number {
  if (dirent.isFile()) return DT_REG;
  if (dirent.isDirectory()) return DT_DIR;
  if (dirent.isSymbolicLink()) return DT_LNK;
  if (dirent.isFIFO?.() === true) return DT_FIFO;
  if (dirent.isSocket?.() === true) return DT_SOCK;
  if (dirent.isCharacterDevice?.() === true) return DT_CHR;
  return dirent.isBlockDevice?.() === true ? DT_BLK : DT_UNKNOWN;
}
