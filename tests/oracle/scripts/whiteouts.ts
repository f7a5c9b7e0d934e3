import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** Two paths for renameat2(2), relative to the working directory. */
const at = (from: string, to: string): string => `renameat2 AT_FDCWD ${from} AT_FDCWD ${to}`;

/** renameat2(2) with RENAME_WHITEOUT. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'whiteout: what is refused': `
        creat f 0644
        creat g 0644
        mkdir d 0755
        creat d/in 0644
        ${at('f', 'x')} RENAME_WHITEOUT|RENAME_EXCHANGE -> EINVAL
        ${at('f', 'g')} RENAME_WHITEOUT|RENAME_NOREPLACE -> EEXIST
        ${at('nope', 'x')} RENAME_WHITEOUT -> ENOENT
        ${at('f', '.')} RENAME_WHITEOUT -> EBUSY
        ${at('d', 'd/x')} RENAME_WHITEOUT -> EINVAL
        ${at('f', 'd')} RENAME_WHITEOUT -> EISDIR
        ${at('d', 'f')} RENAME_WHITEOUT -> ENOTDIR
        ${at('d/in', 'd')} RENAME_WHITEOUT -> ENOTEMPTY
        stat f
        stat g
        stat d/in
      `,
      'whiteout: what is left behind': `
        creat f 0644
        mkdir d 02755
        ${at('f', 'd/moved')} RENAME_WHITEOUT
        lstat f
        lstat d/moved
        open f O_RDONLY -> EACCES
        creat f 0644 -> EACCES
        open f O_PATH
        open . O_RDONLY -> $dir
        getdents $dir 4096
        ${at('d/moved', 'd/again')} RENAME_WHITEOUT|RENAME_NOREPLACE
        lstat d/moved
        stat d/again
        stat d
      `,
      'whiteout: a whiteout is a file as others are': `
        creat f 0644
        ${at('f', 'g')} RENAME_WHITEOUT
        ${at('g', 'f')} RENAME_WHITEOUT
        lstat f
        lstat g
        ${at('g', 'h')} RENAME_WHITEOUT
        lstat g
        lstat h
        unlink g
        unlink h
        lstat g -> ENOENT
        ${at('f', 'f')} RENAME_WHITEOUT
        link f l
        ${at('f', 'l')} RENAME_WHITEOUT
        stat f
      `,
      'whiteout: of a directory': `
        mkdir d 0755
        creat d/in 0644
        mkdir e 0755
        ${at('d', 'e')} RENAME_WHITEOUT
        lstat d
        stat e/in
        stat d/in -> ENOTDIR
        stat .
        mkdir d 0755 -> EEXIST
      `,
    },
  ),
  {
    name: 'whiteout: needs no privilege but that to rename',
    compare: 'requests',
    tasks: THREE_TASKS,
    steps: `
      @0 mkdir d 0755
      @0 creat d/f 0666
      @0 mkdir o 02777
      @0 chown o 0 1001
      @1 ${at('d/f', 'd/g')} RENAME_WHITEOUT -> EACCES
      @1 creat o/f 0644
      @1 ${at('o/f', 'o/g')} RENAME_WHITEOUT
      @1 lstat o/f
      @1 chmod o 0755 -> EPERM
      @2 ${at('o/g', 'o/f')} RENAME_WHITEOUT
      @0 lstat o/g
    `,
  },
];
