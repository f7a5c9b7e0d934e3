import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../abi/linux.ts';

const letters = new Map([
  [S_IFREG, '-'],
  [S_IFDIR, 'd'],
  [S_IFLNK, 'l'],
  [S_IFIFO, 'p'],
  [S_IFSOCK, 's'],
  [S_IFBLK, 'b'],
  [S_IFCHR, 'c'],
]);

const words = new Map([
  [S_IFREG, 'regular file'],
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'symbolic link'],
  [S_IFIFO, 'fifo'],
  [S_IFSOCK, 'socket'],
  [S_IFBLK, 'block special file'],
  [S_IFCHR, 'character special file'],
]);

/** A mode as `ls -l` writes it: "drwxr-sr-t". */
export function modeString(mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = (mode >> shift) & 7;
    const last = mode & special ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? 'x' : '-';
    return (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + last;
  };
  const type = letters.get(mode & S_IFMT) ?? '?';
  return type + triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't');
}

/** A file's type in the words of stat(1): "regular empty file", "directory". */
export function typeWords(mode: number, size: bigint): string {
  const word = words.get(mode & S_IFMT) ?? 'weird file';
  return word === 'regular file' && size === 0n ? 'regular empty file' : word;
}
