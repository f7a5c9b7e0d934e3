// What many cases are made of: files of each type, names and paths of the greatest length.

/** The types of files, as `type=` of an expectation has them. */
export const TYPES = ['regular', 'dir', 'fifo', 'block', 'char', 'socket', 'symlink'] as const;

/** A type of file. */
export type FileType = (typeof TYPES)[number];

/** All types but one or two. */
export const typesBut = (...without: readonly FileType[]): FileType[] =>
  TYPES.filter((type) => !without.includes(type));

/** Types that are no symlinks: what follows symlinks can reach them. */
export const FOLLOWED: readonly FileType[] = typesBut('symlink');
/** Types that can have several names. */
export const LINKED: readonly FileType[] = typesBut('dir', 'symlink');
/** Types that are removed by unlink(2). */
export const UNLINKED: readonly FileType[] = typesBut('dir');

/** The ids of a file's owner and group. */
export type Owner = readonly [uid: number, gid: number];

const MAKING: Readonly<Record<FileType, (path: string) => string>> = {
  regular: (path) => `creat ${path} 0644 -> $made\nclose $made`,
  dir: (path) => `mkdir ${path} 0755`,
  fifo: (path) => `mknod ${path} 0010644 0`,
  block: (path) => `mknod ${path} 0060644 258`,
  char: (path) => `mknod ${path} 0020644 258`,
  socket: (path) => `mknod ${path} 0140644 0`,
  symlink: (path) => `symlink test ${path}`,
};

/** The steps by which root makes a file of a type, with mode 0644 (a directory 0755), and gives it to somebody. */
export const make = (type: FileType, path: string, owner?: Owner): string =>
  `${MAKING[type](path)}${owner === undefined ? '' : `\nlchown ${path} ${owner.join(' ')}`}`;

/** The step that removes a file of a type. */
export const remove = (type: FileType, path: string): string => `${type === 'dir' ? 'rmdir' : 'unlink'} ${path}`;

/** Steps for each of some things, one after the other. */
export const each = <T>(things: readonly T[], steps: (thing: T) => string): string => things.map(steps).join('\n');

/** Opens a file, makes calls with it as `$f`, and closes it. `who` is `@UID:GID ` or nothing. */
export const opened = (who: string, open: string, calls: string): string =>
  `${who}${open} -> $f\n${calls}\n${who}close $f`;

/** A name of NAME_MAX bytes, and one that is too long by one. */
export const LONGEST_NAME = 'n*255';
export const TOO_LONG_NAME = 'n*256';

const COMPONENT = 'p'.repeat(127);
const DEPTH = 31;

/** A path of PATH_MAX - 1 bytes, the longest that fits with the byte that ends it, and one that is too long by one. */
export const LONGEST_PATH = `${`${COMPONENT}/`.repeat(DEPTH)}${COMPONENT}`;
export const TOO_LONG_PATH = `${LONGEST_PATH}p`;

const directories = Array.from({ length: DEPTH }, (_, depth) =>
  Array(depth + 1)
    .fill(COMPONENT)
    .join('/'),
);

/** Steps between the making and the removing of the directories of the longest path. */
export const belowLongPath = (steps: string): string =>
  [
    ...directories.map((path) => `mkdir ${path} 0755`),
    steps,
    ...directories.toReversed().map((path) => `rmdir ${path}`),
  ].join('\n');
