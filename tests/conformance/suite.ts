/**
 * pjdfstest at commit 85a8aea: for each folder, how many results its files, numbered from 00, give on Linux. None: the file skips itself there.
 * It is the list of what these tables are about; nothing of the suite is needed to run them.
 */
export const suite: Readonly<Record<string, readonly number[]>> = {
  chflags: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  chmod: [119, 17, 5, 5, 7, 14, 8, 25, 0, 0, 2, 109, 14],
  chown: [1280, 22, 10, 10, 9, 18, 10, 132, 0, 0, 4],
  ftruncate: [26, 5, 5, 5, 4, 15, 8, 6, 0, 3, 0, 0, 3, 4, 2],
  granular: [0, 0, 0, 0, 0, 0, 0],
  link: [202, 32, 10, 13, 6, 0, 18, 17, 10, 5, 23, 9, 0, 0, 0, 0, 0, 8],
  mkdir: [36, 17, 3, 3, 3, 12, 12, 6, 0, 0, 21, 0, 2],
  mkfifo: [36, 17, 4, 4, 3, 12, 12, 6, 0, 21, 0, 0, 2],
  mknod: [36, 27, 12, 12, 3, 12, 12, 6, 35, 0, 2, 28],
  open: [47, 22, 4, 4, 4, 12, 144, 25, 3, 0, 0, 0, 6, 0, 0, 0, 6, 3, 0, 0, 0, 2, 21, 5, 5, 6, 9],
  posix_fallocate: [0],
  rename: [122, 8, 6, 6, 18, 17, 0, 0, 0, 2353, 2099, 10, 32, 32, 32, 0, 0, 8, 6, 6, 25, 16, 0, 42, 13],
  rmdir: [10, 14, 4, 5, 4, 6, 23, 10, 10, 0, 0, 47, 6, 0, 0, 2],
  symlink: [14, 5, 7, 6, 3, 12, 12, 6, 21, 0, 0, 0, 6],
  truncate: [21, 5, 5, 5, 4, 15, 8, 6, 0, 3, 0, 0, 3, 4, 2],
  unlink: [112, 5, 4, 4, 4, 10, 10, 6, 3, 0, 0, 270, 0, 2, 7],
  utimensat: [32, 7, 10, 0, 10, 16, 13, 17, 9, 7],
};

const named = (folder: string, index: number): string => `${folder}/${String(index).padStart(2, '0')}`;

/** A file of the suite, and its results on Linux. */
export const suiteFiles: readonly (readonly [file: string, results: number])[] = Object.entries(suite).flatMap(
  ([folder, results]) => results.map((count, index) => [named(folder, index), count] as const),
);

/** `folder/00 01 07` as names of files. */
const filesOf = (words: string): string[] =>
  words.split(/,\s*/).flatMap((part) => {
    const [folder = '', ...numbers] = part.split(/[/ ]/);
    return numbers.map((number) => `${folder}/${number}`);
  });

const all = (folder: string): string[] => (suite[folder] ?? []).map((_, index) => named(folder, index));

/** Files whose cases no table has, and why. */
export interface Exclusion {
  readonly reason: string;
  readonly files: readonly string[];
}

/** What is left out. */
export const exclusions: readonly Exclusion[] = [
  { reason: 'chflags(2) is of BSD: Linux has no such system call.', files: all('chflags') },
  {
    reason: 'Access control lists of NFSv4 (of ZFS on FreeBSD): Linux has none of these for FUSE.',
    files: all('granular'),
  },
  {
    reason:
      'Files that may not be changed, only grow, or not be removed: flags of BSD. Those of chattr(1) are a matter of the server: Linux passes them on and looks at none.',
    files: filesOf(
      'chmod/08, chown/08, ftruncate/08, link/12 13, mkdir/08, mkfifo/10, mknod/09, open/09 10 11, rename/06 07 08, rmdir/09 10, symlink/09, truncate/08, unlink/09 10',
    ),
  },
  {
    reason: 'Addresses that are not mapped (EFAULT): a path is a value here, and never an address.',
    files: filesOf(
      'chmod/10, chown/10, ftruncate/14, link/17, mkdir/12, mkfifo/12, mknod/10, open/21, rename/17, rmdir/15, symlink/12, truncate/14, unlink/13',
    ),
  },
  {
    reason: 'A program that runs (ETXTBSY): nothing is executed here, there is no execve(2).',
    files: filesOf('ftruncate/11, open/20, truncate/11'),
  },
  { reason: 'O_SHLOCK and O_EXLOCK: flags of BSD.', files: filesOf('open/18') },
  {
    reason: 'How many names a file can have, and whether a directory has room for one more, is for the server to say.',
    files: filesOf('link/05 15'),
  },
  {
    reason: 'Whether renaming a file marks its time of change is left to the file system.',
    files: filesOf('rename/22'),
  },
  { reason: 'The time a file was made cannot be set on Linux.', files: filesOf('utimensat/03') },
];
