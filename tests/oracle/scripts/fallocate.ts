import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** struct vfs_cap_data with nothing in it. */
const CAPABILITIES = `\\x01\\x00\\x00\\x02${'\\x00'.repeat(16)}`;

const hello = `
  open f O_CREAT|O_RDWR 0666 -> $f
  write $f hello
`;

/** fallocate(2). */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests', tasks: THREE_TASKS },
  {
    'fallocate: what cannot be': `
      ${hello}
      open f O_RDONLY -> $r
      open . O_RDONLY -> $d
      open f O_PATH -> $p
      fallocate 99 0 0 1 -> EBADF
      fallocate 99 0x1000 -1 0 -> EBADF
      fallocate $p 0 0 1 -> EBADF
      fallocate $r 0x1000 -1 1 -> EINVAL
      fallocate $r 0x1000 0 0 -> EINVAL
      fallocate $r 0x1000 0 1 -> EOPNOTSUPP
      fallocate $r 2 0 1 -> EOPNOTSUPP
      fallocate $r 0 0 1 -> EBADF
      fallocate $d 0 0 1 -> EBADF
      fallocate $f 0 -1 1 -> EINVAL
      fallocate $f 0 0 -1 -> EINVAL
      fallocate $f 0 0 0 -> EINVAL
      fstat $f
    `,
    'fallocate: modes that FUSE does not pass on': `
      ${hello}
      fallocate $f 2 0 1 -> EOPNOTSUPP
      fallocate $f 4 0 1 -> EOPNOTSUPP
      fallocate $f 5 0 1 -> EOPNOTSUPP
      fallocate $f 8 0 4096 -> EOPNOTSUPP
      fallocate $f 9 0 4096 -> EOPNOTSUPP
      fallocate $f 0x12 0 1 -> EOPNOTSUPP
      fallocate $f 0x13 0 1 -> EOPNOTSUPP
      fallocate $f 0x20 0 4096 -> EOPNOTSUPP
      fallocate $f 0x21 0 4096 -> EOPNOTSUPP
      fallocate $f 0x40 0 4096 -> EOPNOTSUPP
      fallocate $f 0x41 0 4096 -> EOPNOTSUPP
      fallocate $f 0x80 0 4096 -> EOPNOTSUPP
      fallocate $f 0x81 0 4096 -> EOPNOTSUPP
      fallocate $f 0x100 0 4096 -> EOPNOTSUPP
      fallocate $f -1 0 4096 -> EOPNOTSUPP
      fstat $f
    `,
    'fallocate: reserving, with and without growing': `
      ${hello}
      fallocate $f 0 0 3
      fstat $f
      fallocate $f 0 3 10
      fstat $f
      pread $f 20 0
      fallocate $f FALLOC_FL_KEEP_SIZE 100 10000
      fstat $f
      lseek $f 0 SEEK_END -> 13
      fallocate $f 0 5000 1
      fstat $f
      lseek $f 0 SEEK_END -> 5001
      stat f
    `,
    'fallocate: holes and zeros': `
      open f O_CREAT|O_RDWR 0666 -> $f
      write $f x*20000
      fallocate $f 3 4096 8192
      fstat $f
      lseek $f 0 SEEK_HOLE
      lseek $f 4096 SEEK_DATA
      pread $f 20 4090
      fallocate $f 3 19990 1000
      fstat $f
      pread $f 20 19985
      fallocate $f 0x10 100 10
      pread $f 12 99
      fallocate $f 0x10 19999 11
      fstat $f
      fallocate $f 0x11 20000 100
      fstat $f
      pread $f 100 19990
    `,
    'fallocate: what is known of another descriptor': `
      open f O_CREAT|O_RDWR 0666 -> $f
      chmod f 0666
      @1 open f O_RDWR -> $g
      @1 fallocate $g 0 0 100
      lseek $f 0 SEEK_END -> 100
      @1 fallocate $g 0 50 100
      pread $f 200 140
      open f O_WRONLY|O_APPEND -> $a
      fallocate $a 0 0 200
      write $a end
      fstat $f
      fallocate $a 3 0 10
      unlink f
      fallocate $f 0 0 300
      fstat $f
    `,
    'fallocate: set-id bits and capabilities': `
      open f O_CREAT|O_RDWR 0666 -> $f
      write $f hello
      chmod f 06777
      chown f 1000 1000
      chmod f 06777
      fallocate $f 0 0 10
      fstat $f
      @1 open f O_RDWR -> $u
      @1 fallocate $u 1 0 10
      @1 fstat $u
      chmod f 02766
      fallocate $f 1 0 10
      @1 fallocate $u 3 0 10
      @1 fstat $u
      setxattr f security.capability ${CAPABILITIES} 0
      @1 fallocate $u 0 0 10
      getxattr f security.capability 100
    `,
  },
);
