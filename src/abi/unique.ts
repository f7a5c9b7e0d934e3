/**
 * A request's `unique` is a counter in its low 63 bits and FUSE_UNIQUE_RESEND in the top one, so a plain number would
 * round away the counter of a resent request. Here it is sign and magnitude instead: the counter, negative when the
 * top bit is set. Exact both ways for counters up to 2^53 - 1, which no connection reaches; a peer's larger one is read
 * as a number that is no safe integer and equals no request's. The top bit over a zero counter is -Infinity, because
 * -0 would equal the 0 of a notification.
 */
const LOW = 2 ** 32;
const TOP = 2 ** 31;

/** Reads the `unique` at `at`: the counter, negative for a resent request. */
export function readUnique(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  const low = view.getUint32(at, true);
  if (high < TOP) return high * LOW + low;
  return -((high - TOP) * LOW + low) || -Infinity;
}

/** Writes what {@link readUnique} reads; a magnitude past 63 bits becomes almost 2^63. */
export function writeUnique(view: DataView, at: number, unique: number): void {
  const magnitude = Math.abs(unique);
  const high = Math.floor(Math.min(magnitude / LOW, TOP - 1));
  view.setUint32(at, magnitude, true);
  view.setUint32(at + 4, unique < 0 ? high + TOP : high, true);
}

/** The `unique` of a request that is sent again: FUSE_UNIQUE_RESEND set. */
export const resentUnique = (unique: number): number => -Math.abs(unique);

/** The `unique` of the INTERRUPT for a request, resent or not: its own, with bit 0 set. */
export const interruptUnique = (unique: number): number => (unique < 0 ? unique - 1 : unique + 1);

/** Whether a reply's `unique` has bit 0 set: it answers an INTERRUPT. */
export const isInterruptUnique = (unique: number): boolean => unique % 2 !== 0;

/** The request that an INTERRUPT's `unique` is about: bit 0 cleared. */
export const interruptedUnique = (unique: number): number => (unique < 0 ? unique + 1 : unique - 1);
