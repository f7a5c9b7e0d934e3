/** What stands before a value on its way to the other thread. */
export const tags = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  int32: 4,
  double: 5,
  bigint: 6,
  latin1: 7,
  utf16: 8,
  bytes: 9,
  date: 10,
  url: 11,
  array: 12,
  object: 13,
  error: 14,
  instance: 15,
  procedure: 16,
  source: 17,
} as const;

/** Strings up to so many characters are copied by a loop, which is faster than a call for them. */
export const SHORT = 48;
