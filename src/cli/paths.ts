import { readFileSync } from 'node:fs';

/** Joins a directory and a name, both in bytes. */
export const join = (directory: Buffer, name: Buffer): Buffer =>
  directory.length === 0 || directory.at(-1) === 0x2f
    ? Buffer.concat([directory, name])
    : Buffer.concat([directory, Buffer.from('/'), name]);

/** The last component, trailing slashes aside; "/" for the root. */
export function baseName(path: Buffer): Buffer {
  let end = path.length;
  while (end > 1 && path[end - 1] === 0x2f) end--;
  const slash = path.lastIndexOf(0x2f, end - 1);
  return slash === end - 1 ? path.subarray(slash, end) : path.subarray(slash + 1, end);
}

/**
 * The process's own arguments in bytes. Node has turned those that are not UTF-8 into U+FFFD; Linux still has them as
 * they were given.
 */
export function argumentBytes(argument: string): Buffer {
  if (!argument.includes('\ufffd')) return Buffer.from(argument);
  return rawArguments().find((raw) => raw.toString() === argument) ?? Buffer.from(argument);
}

function rawArguments(): Buffer[] {
  let all: Buffer;
  try {
    all = readFileSync('/proc/self/cmdline');
  } catch {
    return [];
  }
  const found: Buffer[] = [];
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(0, at);
    found.push(all.subarray(at, end));
    at = end + 1;
  }
  return found;
}
