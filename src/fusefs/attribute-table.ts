/** Rows that are allocated together. */
const ROWS = 256;
/** 8-byte words of a row. */
const WORDS = 13;

/** Where a row keeps what: up to `ino` in 8-byte words, then in 4-byte ones. */
export const COLUMN = {
  size: 0,
  blocks: 1,
  atime: 2,
  mtime: 3,
  ctime: 4,
  expires: 5,
  version: 6,
  ino: 7,
  mode: 16,
  nlink: 17,
  uid: 18,
  gid: 19,
  rdev: 20,
  blksize: 21,
  atimensec: 22,
  mtimensec: 23,
  ctimensec: 24,
  stale: 25,
} as const;

/** Some rows of a table: one piece of memory, seen as doubles, as 64-bit and as 32-bit unsigned integers. */
export class AttributeBlock {
  readonly numbers: Float64Array;
  readonly ids: BigUint64Array;
  readonly words: Uint32Array;
  /** The blocks of its table that have rows to give. */
  readonly #open: Set<AttributeBlock>;
  /** The rows that nobody has, the next to be taken last. */
  readonly #free = Uint8Array.from({ length: ROWS }, (_, row) => ROWS - 1 - row);
  #freeCount = ROWS;

  constructor(open: Set<AttributeBlock>) {
    const memory = new ArrayBuffer(ROWS * WORDS * 8);
    this.numbers = new Float64Array(memory);
    this.ids = new BigUint64Array(memory);
    this.words = new Uint32Array(memory);
    this.#open = open;
    open.add(this);
  }

  /** Takes a row, which is all zeros. Returns the first of its 8-byte words. */
  take(): number {
    this.#freeCount--;
    if (this.#freeCount === 0) this.#open.delete(this);
    return (this.#free[this.#freeCount] as number) * WORDS;
  }

  /** Gives a row back. A block without any goes, unless it is the last with rows to give. */
  give(at: number): void {
    this.numbers.fill(0, at, at + WORDS);
    this.#free[this.#freeCount] = at / WORDS;
    this.#freeCount++;
    this.#open.add(this);
    if (this.#freeCount === ROWS && this.#open.size > 1) this.#open.delete(this);
  }
}

/**
 * The memory of all inodes' attributes in one file system. A row of plain numbers takes a third of what an object with the
 * same fields does, whatever their values, and the garbage collector has nothing to look at in it; but it must be given back.
 */
export class AttributeTable {
  readonly #open = new Set<AttributeBlock>();

  /** A block with a row to take. */
  block(): AttributeBlock {
    const [open] = this.#open;
    return open ?? new AttributeBlock(this.#open);
  }
}

/** A block that stands for the rows that were given back. */
export const NO_ROWS = new AttributeTable().block();
