/** The largest file, and the first offset that cannot be: where Linux has 2^63 - 1, a JavaScript number ends before. */
export const MAX_FILE_SIZE = Number.MAX_SAFE_INTEGER;
