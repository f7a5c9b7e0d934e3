import type { Script } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const hello = `
  open f O_CREAT|O_RDWR 0644 -> $f
  write $f hello
`;

/** lseek(2), truncate(2) and ftruncate(2). */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests' },
  {
    'lseek: from where, and to where it cannot go': `
      ${hello}
      lseek $f 2 SEEK_SET -> 2
      lseek $f 2 SEEK_CUR -> 4
      lseek $f -1 SEEK_CUR -> 3
      lseek $f -4 SEEK_CUR -> EINVAL
      lseek $f -1 SEEK_SET -> EINVAL
      lseek $f 0 SEEK_END -> 5
      lseek $f -6 SEEK_END -> EINVAL
      lseek $f 10 SEEK_END -> 15
      lseek $f 0 5 -> EINVAL
      lseek $f 0 -1 -> EINVAL
      lseek $f 0 99 -> EINVAL
      lseek $f 0 SEEK_CUR -> 15
      lseek $f 4294967296 SEEK_SET -> 4294967296
      lseek $f 0 SEEK_CUR -> 4294967296
    `,
    'lseek: data and holes': `
      open f O_CREAT|O_RDWR 0644 -> $f
      lseek $f 0 SEEK_DATA -> ENXIO
      lseek $f 0 SEEK_HOLE -> ENXIO
      pwrite $f x*4096 8192
      lseek $f 0 SEEK_DATA
      lseek $f 0 SEEK_HOLE
      lseek $f 8192 SEEK_DATA -> 8192
      lseek $f 8192 SEEK_HOLE -> 12288
      lseek $f 12288 SEEK_DATA -> ENXIO
      lseek $f -1 SEEK_DATA -> ENXIO
      lseek $f -1 SEEK_HOLE -> ENXIO
    `,
    'lseek: of a directory': `
      mkdir d 0755
      creat d/a 0644
      creat d/b 0644
      open d O_RDONLY -> $d
      lseek $d 0 SEEK_CUR -> 0
      getdents $d 1000
      lseek $d 0 SEEK_CUR
      lseek $d -1 SEEK_SET -> EINVAL
      lseek $d 0 99 -> EINVAL
      lseek $d 0 SEEK_SET -> 0
      getdents $d 1000
    `,
    'truncate: what cannot be': `
      ${hello}
      mkdir d 0755
      symlink nowhere dangling
      symlink loop loop
      mknod s 0140644 0
      truncate nope 0 -> ENOENT
      truncate '' 0 -> ENOENT
      truncate f/ 0 -> ENOTDIR
      truncate f/x 0 -> ENOTDIR
      truncate d 0 -> EISDIR
      truncate . 0 -> EISDIR
      truncate s 0 -> EINVAL
      truncate dangling 0 -> ENOENT
      truncate loop 0 -> ELOOP
      truncate n*256 0 -> ENAMETOOLONG
      truncate x*4096 0 -> ENAMETOOLONG
      truncate f -1 -> EINVAL
      truncate nope -1 -> EINVAL
      truncate d -1 -> EINVAL
      ftruncate $f -1 -> EINVAL
      ftruncate 99 0 -> EBADF
      ftruncate 99 -1 -> EINVAL
      open f O_RDONLY -> $r
      ftruncate $r 0 -> EINVAL
      open d O_RDONLY -> $d
      ftruncate $d 0 -> EINVAL
      fstat $f
    `,
    'truncate: shorter and longer': `
      ${hello}
      symlink f l
      truncate f 3 -> 0
      stat f
      truncate f 3 -> 0
      stat f
      truncate l 6 -> 0
      pread $f 10 0 -> hel\\x00\\x00\\x00
      ftruncate $f 10000 -> 0
      fstat $f
      ftruncate $f 0 -> 0
      pread $f 10 0 -> ''
      ftruncate $f 0 -> 0
      fstat $f
      write $f x
      pread $f 10 0 -> \\x00\\x00\\x00\\x00\\x00x
    `,
  },
);
