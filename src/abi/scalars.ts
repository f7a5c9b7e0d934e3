/**
 * How one kind of C field is read and written: its size, the value of a field that an older layout lacks,
 * and the code for it. `struct()` joins the code of all fields into one function, where `view` is a DataView
 * and `at` the offset of the struct.
 */
export interface Scalar<T> {
  readonly size: number; // bytes
  readonly absent: T;
  load(offset: number): string;
  store(offset: number, value: string): string;
}

const LOW = 2 ** 32;

function plain(accessor: string, size: number): Scalar<number> {
  return {
    size,
    absent: 0,
    load: (offset) => `view.get${accessor}(at + ${offset}, true)`,
    store: (offset, value) => `view.set${accessor}(at + ${offset}, ${value}, true);`,
  };
}

/** Unsigned 16, unsigned 32 and signed 32 bits, as numbers. */
export const u16: Scalar<number> = plain('Uint16', 2);
export const u32: Scalar<number> = plain('Uint32', 4);
export const i32: Scalar<number> = plain('Int32', 4);

/** An opaque 64-bit value (nodeid, fh, ino, lock owner): every bit counts, so it is a bigint. */
export const id64: Scalar<bigint> = {
  size: 8,
  absent: 0n,
  load: (offset) => `view.getBigUint64(at + ${offset}, true)`,
  store: (offset, value) => `view.setBigUint64(at + ${offset}, ${value}, true);`,
};

const low = (offset: number): string => `view.getUint32(at + ${offset}, true)`;
const storeLow = (offset: number, value: string): string => `view.setUint32(at + ${offset}, ${value} >>> 0, true);`;

/**
 * A 64-bit count of bytes, blocks or seconds: a number, exact up to 2^53 - 1.
 * More than that is read rounded, so `Number.isSafeInteger` tells; 2^64 and more, Infinity too, is written as almost 2^64.
 */
export const u64: Scalar<number> = {
  size: 8,
  absent: 0,
  load: (offset) => `${low(offset + 4)} * ${LOW} + ${low(offset)}`,
  store: (offset, value) =>
    `${storeLow(offset, value)} view.setUint32(at + ${offset + 4}, Math.min(${value} / ${LOW}, ${LOW - 1}), true);`,
};

/** A signed 64-bit number, exact within 2^53 - 1 of zero. Times are this: the header says u64, Linux means time64_t. */
export const i64: Scalar<number> = {
  size: 8,
  absent: 0,
  load: (offset) => `view.getInt32(at + ${offset + 4}, true) * ${LOW} + ${low(offset)}`,
  store: (offset, value) =>
    `${storeLow(offset, value)} view.setInt32(at + ${offset + 4}, Math.min(Math.floor(${value} / ${LOW}), ${LOW / 2 - 1}), true);`,
};

/** A request's `unique`: see unique.ts for why a number, and what a negative one is. */
export const unique64: Scalar<number> = {
  size: 8,
  absent: 0,
  load: (offset) => `readUnique(view, at + ${offset})`,
  store: (offset, value) => `writeUnique(view, at + ${offset}, ${value});`,
};
