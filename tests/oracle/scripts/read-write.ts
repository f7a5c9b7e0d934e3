import type { Script } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const hello = `
  open f O_CREAT|O_RDWR 0644 -> $f
  write $f hello
`;

/** The largest offset that scripts can say. */
const MOST = Number.MAX_SAFE_INTEGER;

/** read(2), write(2), and those with offsets and vectors. */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests' },
  {
    'read: descriptors that cannot be read': `
      ${hello}
      open f O_WRONLY -> $w
      read $w 5 -> EBADF
      read $w 0 -> EBADF
      pread $w 5 0 -> EBADF
      readv $w 1,2 -> EBADF
      preadv $w 1,2 0 -> EBADF
      readv $w '' -> EBADF
      open . O_RDONLY -> $d
      read $d 5 -> EISDIR
      read $d 0 -> EISDIR
      pread $d 5 0 -> EISDIR
      readv $d 1,2 -> EISDIR
      preadv $d 1,2 0 -> EISDIR
      readv $d '' -> ''
      readv $d 0,0 -> ''
    `,
    'write: descriptors that cannot be written': `
      ${hello}
      open f O_RDONLY -> $r
      write $r x -> EBADF
      write $r '' -> EBADF
      pwrite $r x 0 -> EBADF
      writev $r a,b -> EBADF
      pwritev $r a,b 0 -> EBADF
      writev $r '' -> EBADF
      open . O_RDONLY -> $d
      write $d x -> EBADF
      pwrite $d x 0 -> EBADF
      writev $d a,b -> EBADF
      ftruncate $d 0 -> EINVAL
      fstat $f
    `,
    'read and write: offsets that cannot be': `
      ${hello}
      pread $f 5 -1 -> EINVAL
      pwrite $f x -1 -> EINVAL
      preadv $f 5 -1 -> EINVAL
      pwritev $f x -1 -> EINVAL
      pread 99 5 -1 -> EINVAL
      pwrite 99 x -1 -> EINVAL
      preadv 99 5 -1 -> EINVAL
      pwritev 99 x -1 -> EINVAL
      pread 99 5 0 -> EBADF
      pwrite 99 x 0 -> EBADF
      pread $f 0 -1 -> EINVAL
      pwrite $f '' -1 -> EINVAL
    `,
    'read: as far as there is something': `
      ${hello}
      read $f 5 -> ''
      lseek $f 0 SEEK_SET
      read $f 2 -> he
      read $f 100 -> llo
      read $f 100 -> ''
      read $f 0 -> ''
      pread $f 3 1 -> ell
      pread $f 100 4 -> o
      pread $f 1 5 -> ''
      pread $f 100 5000 -> ''
      pread $f 0 1 -> ''
      lseek $f 0 SEEK_CUR -> 5
    `,
    'readv: the buffers are filled in turn': `
      ${hello}
      lseek $f 0 SEEK_SET
      readv $f 1,0,2 -> hel
      readv $f 0,0 -> ''
      readv $f '' -> ''
      readv $f 4,4 -> lo
      readv $f 4,4 -> ''
      preadv $f 2,2 1 -> ello
      preadv $f 10,10 3 -> lo
      preadv $f 0 3 -> ''
      lseek $f 0 SEEK_CUR -> 5
    `,
    'write: moves the position and the end': `
      ${hello}
      write $f ,\\x20world -> 7
      fstat $f
      write $f '' -> 0
      pwrite $f J 0 -> 1
      pwrite $f '' 100 -> 0
      lseek $f 0 SEEK_CUR -> 12
      lseek $f 3 SEEK_SET
      write $f XY -> 2
      pread $f 100 0 -> JelXY,\\x20world
      fstat $f
    `,
    'writev: the buffers one behind the other': `
      open f O_CREAT|O_RDWR 0644 -> $f
      writev $f one,two,three -> 11
      writev $f '' -> 0
      pwritev $f X,Y 1 -> 2
      pread $f 100 0 -> oXYtwothree
      writev $f x^4096,y^4096,z^10 -> 8202
      fstat $f
      pread $f 10000 0
      pwritev $f a^5000,b^5000 4000 -> 10000
      pread $f 20000 0
    `,
    'write: holes read as zeros': `
      open f O_CREAT|O_RDWR 0644 -> $f
      pwrite $f end 10 -> 3
      fstat $f
      pread $f 100 0 -> \\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00end
      lseek $f 10000 SEEK_SET -> 10000
      write $f far -> 3
      fstat $f
      pread $f 5 9998 -> \\x00\\x00far
      pread $f 100 5000
      pwrite $f x*10 0 -> 10
      pread $f 12 0
    `,
    'write: O_APPEND wins over every offset': `
      open f O_CREAT|O_RDWR|O_APPEND 0644 -> $f
      write $f one -> 3
      pwrite $f two 0 -> 3
      lseek $f 0 SEEK_SET
      write $f six -> 3
      lseek $f 0 SEEK_CUR -> 9
      writev $f a,b -> 2
      pwritev $f c,d 1 -> 2
      pread $f 100 0 -> onetwosixabcd
      open f O_RDWR -> $g
      write $g ONE
      write $f ! -> 1
      fcntl $f F_SETFL 0
      pwrite $f X 4 -> 1
      pread $f 100 0 -> ONEtXosixabcd!
    `,
    'write: far offsets': `
      open f O_CREAT|O_RDWR 0644 -> $f
      pwrite $f x 4503599627370496 -> 1
      fstat $f
      pread $f 2 4503599627370495 -> \\x00x
      lseek $f 0 SEEK_END -> 4503599627370497
      write $f y -> 1
      lseek $f 0 SEEK_CUR
      ftruncate $f 1
      fstat $f
      lseek $f ${MOST} SEEK_SET
      lseek $f -1 SEEK_CUR
    `,
    'readv and writev: as many buffers as there may be': `
      ${hello}
      preadv $f 1,*1023 0 -> hello
      preadv $f 1,*1024 0 -> EINVAL
      pwritev $f a,*1023 0 -> 1023
      pwritev $f a,*1024 0 -> EINVAL
      preadv 99 1,*1024 0 -> EBADF
      readv $f 1,*1024 -> EINVAL
      writev $f a,*1024 -> EINVAL
      writev 99 a,*1024 -> EBADF
      fstat $f
    `,
    'write: large transfers': `
      open f O_CREAT|O_RDWR 0644 -> $f
      write $f a*100000 -> 100000
      pwrite $f b*300000 50000 -> 300000
      fstat $f
      pread $f 400000 0
      pread $f 131072 1
      pread $f 4097 4095
      lseek $f 0 SEEK_SET
      read $f 65536
      read $f 1000000
      write $f c*4096
      write $f d*4097
      fstat $f
      pread $f 10000 349990
    `,
    'preadv2 and pwritev2: flags': `
      ${hello}
      preadv2 $f 2,2 1 0 -> ello
      preadv2 $f 2,2 -1 0 -> ''
      preadv2 $f 2,2 -2 0 -> EINVAL
      preadv2 99 2,2 -1 0 -> EBADF
      preadv2 $f 2,2 0 RWF_HIPRI -> hell
      preadv2 $f 2,2 0 RWF_NOWAIT -> EOPNOTSUPP
      preadv2 $f 2,2 0 64 -> EOPNOTSUPP
      preadv2 $f 2,2 0 128 -> EOPNOTSUPP
      preadv2 $f 2,2 0 4096 -> EOPNOTSUPP
      preadv2 $f 0,0 0 4096 -> ''
      pwritev2 $f a,b 0 RWF_DSYNC -> 2
      pwritev2 $f a,b -1 RWF_SYNC -> 2
      pwritev2 $f c 0 RWF_APPEND -> 1
      pwritev2 $f c 0 RWF_APPEND|RWF_NOAPPEND -> EINVAL
      pwritev2 $f c 0 RWF_NOWAIT -> EOPNOTSUPP
      pwritev2 $f c 0 4096 -> EOPNOTSUPP
      pwritev2 $f '' 0 4096 -> 0
      open f O_RDWR|O_APPEND -> $a
      pwritev2 $a X 1 RWF_NOAPPEND -> 1
      pwritev2 $a Y 1 0 -> 1
      lseek $f 0 SEEK_CUR -> 7
      pread $f 100 0 -> aXlloabcY
      fstat $f
    `,
    'write: an open file is written whatever becomes of it': `
      ${hello}
      chmod f 0
      write $f more -> 4
      unlink f
      write $f still -> 5
      pread $f 100 0 -> hellomorestill
      fstat $f
      ftruncate $f 2 -> 0
      pread $f 100 0 -> he
      fchmod $f 0600
      fstat $f
    `,
    'read and write: two opens of one file': `
      ${hello}
      open f O_RDONLY -> $r
      read $r 2 -> he
      pwrite $f XYZ 2 -> 3
      read $r 10 -> XYZ
      truncate f 1
      read $r 10 -> ''
      lseek $r 0 SEEK_SET
      read $r 10 -> h
      truncate f 4
      read $r 10 -> \\x00\\x00\\x00
    `,
    'write: set-id bits go with the first write by a user': `
      creat f 06777 -> $f
      fstat $f
      write $f root
      fstat $f
      chmod f 06777
      write $f again
      fstat $f
    `,
    'write: O_SYNC and O_DSYNC': `
      open f O_CREAT|O_RDWR|O_SYNC 0644 -> $f
      write $f hello -> 5
      pwrite $f J 0 -> 1
      write $f '' -> 0
      writev $f a,b -> 2
      read $f 5 -> ''
      ftruncate $f 2
      open f O_WRONLY|O_DSYNC -> $d
      write $d x -> 1
      open f O_WRONLY -> $p
      write $p y -> 1
      fcntl $p F_SETFL O_SYNC
      write $p z -> 1
      fcntl $p F_GETFL
      fstat $f
    `,
    'read and write: O_DIRECT': `
      open f O_CREAT|O_RDWR|O_DIRECT 0644 -> $f
      write $f x*4096 -> 4096
      write $f y*4096 -> 4096
      pread $f 4096 0
      pread $f 8192 4096
      pread $f 4096 8192 -> ''
      pwrite $f z*8192 4096 -> 8192
      open f O_RDONLY|O_DIRECT -> $r
      read $r 4096
      read $r 65536
      read $r 4096 -> ''
      readv $r 4096,4096 -> ''
      fcntl $r F_GETFL
      fstat $f
    `,
    'write: more than one request may carry': `
      open f O_CREAT|O_RDWR 0644 -> $f
      write $f a*2500000 -> 2500000
      pwrite $f b*1048577 7 -> 1048577
      pread $f 3000000 0
      pread $f 1048576 1
      lseek $f 2000000 SEEK_SET
      read $f 2000000
      read $f 1 -> ''
      ftruncate $f 1500000
      pread $f 3000000 0
      fstat $f
    `,
  },
);
