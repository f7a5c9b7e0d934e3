// Values of access control lists as scripts write them.

/** A number as little-endian bytes. */
const escaped = (value: number, bytes: number): string =>
  Array.from({ length: bytes }, (_, at) => `\\x${((value >>> (8 * at)) & 0xff).toString(16).padStart(2, '0')}`).join(
    '',
  );

/** What a list begins with. */
export const header = (version = 2): string => escaped(version, 4);

/** A line of a list: the tag as `<sys/acl.h>` numbers it, permissions, whose. */
export const entry = (tag: number, permissions: number, id = -1): string =>
  escaped(tag, 2) + escaped(permissions, 2) + escaped(id, 4);

const tags: Readonly<Record<string, readonly [own: number, named: number]>> = {
  u: [1, 2],
  g: [4, 8],
  m: [0x10, 0x10],
  o: [0x20, 0x20],
};

/** A list in words: `u::rw- u:1000:r-- g::r-- m::rw- o::---`. @throws Error for what is no line */
export function list(text: string): string {
  const lines = text.split(' ').map((line) => {
    const [tag = '', whose = '', permissions = ''] = line.split(':');
    const numbers = tags[tag];
    if (numbers === undefined || !/^[r-][w-][x-]$/.test(permissions)) throw new Error(`no line of a list: ${line}`);
    const bits = [...permissions].reduce((sum, letter) => 2 * sum + (letter === '-' ? 0 : 1), 0);
    return whose === '' ? entry(numbers[0], bits) : entry(numbers[1], bits, Number(whose));
  });
  return header() + lines.join('');
}
