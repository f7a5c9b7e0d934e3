import type { Script } from '../script.ts';
import { THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** getdents64(2). */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'getdents: what is no directory': `
        creat f 0644 -> $f
        getdents $f 100 -> ENOTDIR
        open f O_RDWR -> $g
        getdents $g 100 -> ENOTDIR
        getdents 99 100 -> EBADF
        getdents -1 100 -> EBADF
        open . O_PATH -> $p
        getdents $p 100 -> EBADF
      `,
      'getdents: a buffer with no room for one entry': `
        mkdir d 0755
        creat d/a 0644
        chdir d
        creat n*100 0644
        open . O_RDONLY -> $d
        getdents $d 0 -> EINVAL
        getdents $d 1 -> EINVAL
        getdents $d 23 -> EINVAL
        getdents $d 24
        getdents $d 24
        getdents $d 24
        getdents $d 24 -> EINVAL
        getdents $d 119 -> EINVAL
        getdents $d 120
        getdents $d 24 -> end
        getdents $d 0 -> end
        getdents $d 1000 -> end
      `,
      'getdents: an empty directory': `
        mkdir d 0755
        open d O_RDONLY -> $d
        getdents $d 1000
        getdents $d 1000 -> end
        getdents $d 1000 -> end
        open / O_RDONLY -> $root
        getdents $root 1000
      `,
      'getdents: every type, in the order they were made': `
        mkdir d 0755
        mkdir d/dir 0755
        creat d/file 0644
        symlink t d/link
        mknod d/sock 0140644 0
        mknod d/pipe 0010644 0
        mknod d/char 0020644 259
        mknod d/block 0060644 259
        link d/file d/hard
        open d O_RDONLY -> $d
        getdents $d 4096
        getdents $d 4096 -> end
      `,
      'getdents: a few entries at a time': `
        mkdir d 0755
        creat d/a 0644
        creat d/bb 0644
        creat d/ccc 0644
        creat d/dddddddd 0644
        creat d/e 0644
        open d O_RDONLY -> $d
        getdents $d 48
        getdents $d 50
        getdents $d 72
        getdents $d 32
        getdents $d 1000
        getdents $d 1000 -> end
      `,
      'getdents: from a position': `
        mkdir d 0755
        creat d/a 0644
        creat d/b 0644
        creat d/c 0644
        open d O_RDONLY -> $d
        getdents $d 72
        lseek $d 0 SEEK_CUR -> $here
        getdents $d 1000
        lseek $d $here SEEK_SET
        getdents $d 24
        lseek $d 0 SEEK_SET
        getdents $d 24
        lseek $d 0 SEEK_CUR -> $second
        lseek $d $second SEEK_SET
        getdents $d 1000
        lseek $d 1000000 SEEK_SET
        getdents $d 1000 -> end
        dup $d -> $e
        lseek $e 0 SEEK_SET
        getdents $d 24
        getdents $e 24
      `,
      'getdents: names that come and go meanwhile': `
        mkdir d 0755
        creat d/a 0644
        creat d/b 0644
        creat d/c 0644
        creat d/e 0644
        open d O_RDONLY -> $d
        getdents $d 72
        unlink d/a
        unlink d/b
        creat d/f 0644
        rename d/c d/g
        getdents $d 24
        getdents $d 1000
        getdents $d 1000 -> end
        creat d/late 0644
        getdents $d 1000
        lseek $d 0 SEEK_SET
        getdents $d 1000
      `,
      'getdents: a directory that is gone': `
        mkdir d 0755
        mkdir d/e 0755
        open d/e O_RDONLY -> $e
        open d/e O_RDONLY -> $f
        getdents $e 24
        rmdir d/e
        getdents $e 1000 -> ENOENT
        getdents $f 1000 -> ENOENT
        getdents $f 0 -> ENOENT
        lseek $e 0 SEEK_SET
        getdents $e 1000 -> ENOENT
        close $e
      `,
      'getdents: many entries': `
        mkdir d 0755
        chdir d
        creat a*200 0644
        creat b*200 0644
        creat c*200 0644
        creat e*200 0644
        creat f*200 0644
        creat g*200 0644
        creat h*200 0644
        creat i*200 0644
        creat j*200 0644
        creat k*200 0644
        creat l*200 0644
        creat m*200 0644
        creat n*200 0644
        creat o*200 0644
        creat p*200 0644
        creat q*200 0644
        creat r*200 0644
        creat s*200 0644
        creat t*200 0644
        creat u*200 0644
        creat v*200 0644
        open . O_RDONLY -> $d
        getdents $d 1000
        getdents $d 65536
        getdents $d 65536
        getdents $d 65536 -> end
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'getdents: who opened the directory may list it, whatever becomes of its mode': `
        @0 mkdir d 0755
        @0 creat d/f 0644
        @1 open d O_RDONLY -> $d
        @0 chmod d 0700
        @1 getdents $d 1000
        @1 open d O_RDONLY -> EACCES
        @1 openat $d f O_RDONLY -> EACCES
        @1 fstat $d
        @2 open / O_RDONLY -> $root
        @2 getdents $root 1000
      `,
    },
  ),
];
