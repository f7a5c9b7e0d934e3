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
