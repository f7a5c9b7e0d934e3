import type { Script } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** A file of 300 pages that is not cached, closed again. */
const large = `
  open f O_CREAT|O_WRONLY 0644 -> $w
  writev $w a^400000,b^400000,c^428800
  fsync $w
  posix_fadvise $w 0 0 POSIX_FADV_DONTNEED
  close $w
`;

/** What is read from the server, what is kept of it, and what makes it go. */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests' },
  {
    'page cache: reads one behind the other': `
      ${large}
      open f O_RDONLY -> $f
      read $f 4096
      read $f 4096
      read $f 4096
      read $f 100
      read $f 10000
      read $f 65536
      read $f 65536
      read $f 200000
      read $f 65536
      lseek $f -5000 SEEK_END
      read $f 4096
      read $f 4096
      read $f 4096
      lseek $f 0 SEEK_SET
      read $f 400000
    `,
    'page cache: reads here and there': `
      ${large}
      open f O_RDONLY -> $f
      pread $f 10 100000
      pread $f 10 200001
      pread $f 10000 600000
      pread $f 10 610000
      pread $f 10 614400
      pread $f 1 618496
      pread $f 100000 900000
      pread $f 300000 500000
      pread $f 4096 1224704
      pread $f 8192 1224704
      pread $f 40960 16384
      pread $f 4096 57344
      pread $f 4096 0
    `,
    'page cache: reads backwards': `
      ${large}
      open f O_RDONLY -> $f
      pread $f 4096 81920
      pread $f 4096 77824
      pread $f 4096 73728
      pread $f 8192 65536
      pread $f 65536 0
      pread $f 65536 65536
    `,
    'page cache: two files read in turn': `
      ${large}
      open f O_RDONLY -> $f
      open f O_RDONLY -> $g
      read $f 4096
      read $g 4096
      read $f 8192
      pread $g 4096 16384
      read $f 4096
      read $g 20000
      read $f 20000
      read $g 60000
    `,
    'posix_fadvise: what is read and dropped': `
      ${large}
      open f O_RDWR -> $f
      posix_fadvise $f 0 0 POSIX_FADV_RANDOM
      read $f 20000
      pread $f 10 100000
      posix_fadvise $f 0 0 POSIX_FADV_NORMAL
      pread $f 4096 204800
      pread $f 4096 208896
      posix_fadvise $f 0 0 POSIX_FADV_SEQUENTIAL
      pread $f 4096 212992
      pread $f 4096 229376
      pread $f 4096 300000
      pread $f 65536 0
      posix_fadvise $f 409600 10000 POSIX_FADV_WILLNEED
      pread $f 10000 409600
      posix_fadvise $f 0 0 POSIX_FADV_WILLNEED
      posix_fadvise $f 1200000 0 POSIX_FADV_WILLNEED
      pread $f 10 1228000
      posix_fadvise $f 409700 10000 POSIX_FADV_DONTNEED
      pread $f 10 409700
      pread $f 10 414000
      pread $f 10 419600
      posix_fadvise $f 1228000 800 POSIX_FADV_DONTNEED
      pread $f 10 1228000
      posix_fadvise $f 0 100 POSIX_FADV_DONTNEED
      pread $f 10 0
      posix_fadvise $f 0 0 POSIX_FADV_DONTNEED
      pread $f 10 0
      pread $f 10 4096
    `,
    'page cache: writes, and what is read behind them': `
      open f O_CREAT|O_RDWR 0644 -> $f
      pwrite $f x*10000 100
      pread $f 20000 0
      pwrite $f y*10000 50
      pread $f 20000 0
      pwrite $f z 30000
      pread $f 10 29998
      pread $f 10 20000
      pwrite $f w*4096 40960
      pread $f 10 40960
      pread $f 10 45055
      write $f a*300000
      pread $f 10 299000
      pread $f 10 299999
      pwrite $f b*10 200000
      pread $f 30 199990
      fstat $f
      pread $f 30 199990
    `,
    'page cache: truncation': `
      ${large}
      open f O_RDWR -> $f
      pread $f 10 8000
      ftruncate $f 8001
      pread $f 100 7999
      ftruncate $f 20000
      pread $f 10 7999
      pread $f 10 7999
      truncate f 20000
      pread $f 10 7999
      truncate f 5
      pread $f 10 0
      write $f 0123456789
      pread $f 20 0
      open f O_RDWR|O_TRUNC -> $t
      pread $f 20 0
      pwrite $t abc 5000
      pread $f 5010 0
    `,
    'page cache: an open drops it': `
      ${large}
      open f O_RDONLY -> $f
      pread $f 10 0
      pread $f 10 0
      open f O_RDONLY -> $g
      pread $f 10 0
      close $g
      pread $f 10 0
      stat f
      pread $f 10 0
    `,
    'page cache: holes and zeros': `
      ${large}
      open f O_RDWR -> $f
      pread $f 20000 0
      fallocate $f FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE 100 10000
      pread $f 20 90
      pread $f 20 10090
      pread $f 20 5000
      fallocate $f FALLOC_FL_ZERO_RANGE 2000000 100
      pread $f 20 2000090
      fallocate $f 0 2000000 10000
      pread $f 20 2005000
    `,
    'page cache: direct reads and writes beside cached ones': `
      ${large}
      open f O_RDWR -> $f
      open f O_RDWR|O_DIRECT -> $d
      pread $f 20000 0
      pread $d 4096 0
      pwrite $d x*4096 4096
      pread $f 4096 4096
      pread $f 4096 0
      pwrite $f y 5000
      pread $d 4096 4096
      pwrite $d z*8192 1228000
      pread $f 100 1228000
      readv $d 4096,100,4096,1
      pwritev $d a^100,b^4096,c^3 0
      pread $f 5000 0
      lseek $f 0 SEEK_END
      pread $d 100000 1200000
    `,
    'page cache: copying by hand': `
      ${large}
      open f O_RDWR -> $f
      open g O_CREAT|O_RDWR 0644 -> $g
      pread $f 10 0
      copy_file_range $f 100 $g 50 30000 0
      pread $f 10 20000
      pread $g 30100 0
      copy_file_range $f 900000 $f 0 10000 0
      pread $f 20000 0
    `,
    'page cache: a file that is appended to': `
      ${large}
      open f O_WRONLY|O_APPEND -> $a
      open f O_RDONLY -> $f
      pread $f 10000 1225000
      write $a x*5000
      pread $f 20000 1225000
      write $a y
      pread $f 20000 1230000
      fstat $f
      pread $f 20000 1230000
    `,
  },
);
