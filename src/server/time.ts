/** A point in time since 1970; negative seconds lie before. */
export interface Time {
  readonly seconds: number; // exact
  readonly nanoseconds: number; // 0 to 999,999,999
}

/** A time as a SETATTR has it, which may be any 64 and 32 bits: what is beyond exact numbers becomes the last of them. */
export const timeOf = (seconds: number, nanoseconds: number): Time => ({
  seconds: Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, seconds)),
  nanoseconds: Math.min(999_999_999, nanoseconds),
});
