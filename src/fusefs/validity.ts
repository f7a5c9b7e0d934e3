const MAX_NANOSECONDS = 999_999_999;

/**
 * Until when a reply may be believed, in monotonic milliseconds; 0 for not at all.
 * `seconds` may be any number up to 2^64: the result has no overflow.
 *
 * @see Linux fs/fuse/dir.c, time_to_jiffies()
 */
export function expiry(now: number, seconds: number, nanoseconds: number): number {
  if (seconds === 0 && nanoseconds === 0) return 0;
  return now + seconds * 1000 + Math.min(nanoseconds, MAX_NANOSECONDS) / 1e6;
}

/** Whether what expires then holds now. */
export const isValid = (expires: number, now: number): boolean => expires !== 0 && now <= expires;
