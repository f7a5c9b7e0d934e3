import { F_WRLCK } from '../abi/linux.ts';

/** The last byte that a range can have: 2^63 - 1. A range that ends there has no end. */
export const OFFSET_MAX = 0x7fff_ffff_ffff_ffffn;

/** A locked range as others see it. Bigints, because {@link OFFSET_MAX} is no exact number. */
export interface LockedRange {
  readonly type: number; // F_RDLCK, F_WRLCK, F_UNLCK
  readonly start: bigint; // bytes
  readonly end: bigint; // the last byte
  /** The process that set it; -1 for who belongs to no process. */
  readonly pid: number;
}

/**
 * A lock to set, to give back (F_UNLCK) or to ask about. Those of fcntl(2), 'posix' and 'ofd', exclude each other;
 * those of flock(2), which are about the whole file, only their like. Linux's struct file_lock.
 */
export interface FileLock extends LockedRange {
  readonly kind: 'posix' | 'ofd' | 'flock';
  /** Who has it, by identity: the descriptor table of a process for 'posix', an open file for the others. */
  readonly owner: object;
}

/** Whether two ranges have a byte in common. */
export const overlap = (one: LockedRange, other: LockedRange): boolean =>
  one.start <= other.end && other.start <= one.end;

/** Whether two locks cannot be held together. @see Linux fs/locks.c, posix_locks_conflict() and flock_locks_conflict() */
export const conflict = (one: FileLock, other: FileLock): boolean =>
  one.owner !== other.owner && (one.type === F_WRLCK || other.type === F_WRLCK) && overlap(one, other);
