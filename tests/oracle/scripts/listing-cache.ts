import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** A directory of four files and a link, and one of names that fill pages. */
const FULL = `
  mkdir d 0777
  creat d/a 0644
  creat d/b 0644
  creat d/c 0644
  symlink a d/link
  mkdir big 0755
  chdir big
  creat a*250 0644
  creat b*250 0644
  creat c*250 0644
  creat d*250 0644
  creat e*250 0644
  creat f*250 0644
  creat g*250 0644
  creat h*250 0644
  creat i*250 0644
  creat j*250 0644
  creat k*250 0644
  creat l*250 0644
  creat m*250 0644
  creat n*250 0644
  creat o*250 0644
  creat p*250 0644
  creat q*250 0644
  creat r*250 0644
  creat s*250 0644
  creat t*250 0644
  chdir ..
`;

/** Listings that are read again, which servers may have kept, and what is between one and the next. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests', setUp: FULL },
    {
      'kept listings: read again by the same and by another descriptor': `
        open d O_RDONLY -> $d
        getdents $d 4096
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        open d O_RDONLY -> $e
        getdents $e 48
        getdents $d 4096 -> end
        getdents $e 4096
        getdents $e 4096 -> end
        close $d
        close $e
        open d O_RDONLY -> $f
        getdents $f 24
        getdents $f 24
        getdents $f 10 -> EINVAL
        getdents $f 4096
        getdents $f 4096 -> end
      `,
      'kept listings: two descriptors read by turns': `
        open d O_RDONLY -> $d
        open d O_RDONLY -> $e
        getdents $d 48
        getdents $e 72
        getdents $d 72
        getdents $e 4096
        getdents $d 4096
        getdents $e 4096 -> end
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        lseek $e 0 SEEK_SET
        getdents $d 48
        getdents $e 72
        getdents $d 4096
        getdents $e 4096
      `,
      'kept listings: begun in the middle, and left before the end': `
        open d O_RDONLY -> $d
        getdents $d 48
        lseek $d 0 SEEK_CUR -> $here
        open d O_RDONLY -> $e
        lseek $e $here SEEK_SET
        getdents $e 4096
        getdents $e 4096 -> end
        lseek $e 0 SEEK_SET
        getdents $e 4096
        lseek $e 0 SEEK_SET
        getdents $e 4096
        getdents $e 4096 -> end
        getdents $d 4096
        getdents $d 4096 -> end
      `,
      'kept listings: seeking to cookies, known and unknown': `
        open d O_RDONLY -> $d
        getdents $d 72
        lseek $d 0 SEEK_CUR -> $here
        getdents $d 4096
        getdents $d 4096 -> end
        lseek $d 0 SEEK_CUR -> $end
        lseek $d $here SEEK_SET
        getdents $d 24
        getdents $d 4096
        lseek $d $here SEEK_SET
        getdents $d 4096
        lseek $d $end SEEK_SET
        getdents $d 4096 -> end
        lseek $d 1000 SEEK_SET
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        getdents $d 4096
        lseek $d $here SEEK_SET
        getdents $d 24
        lseek $d 1 SEEK_SET
        getdents $d 4096
      `,
      'kept listings: names come, go and move between one and the next': `
        open d O_RDONLY -> $d
        getdents $d 4096
        getdents $d 4096 -> end
        creat d/new 0644
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        unlink d/new
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        rename d/a d/z
        mkdir d/sub 0755
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        link d/b d/hard
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        rmdir d/sub
        symlink x d/x
        mknod d/p 0010644 0
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        getdents $d 4096
      `,
      'kept listings: names come and go while one is read': `
        open d O_RDONLY -> $d
        getdents $d 72
        creat d/new 0644
        unlink d/b
        getdents $d 4096
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        getdents $d 72
        unlink d/c
        creat d/newer 0644
        getdents $d 4096
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
      `,
      'kept listings: what changes no names': `
        open d O_RDONLY -> $d
        getdents $d 4096
        getdents $d 4096 -> end
        chmod d 0700
        stat d
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        utimensat AT_FDCWD d 5 5 0
        stat d
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        truncate d/a 100
        setxattr d user.x v 0
        lseek $d 0 SEEK_SET
        getdents $d 4096
        stat d/a
      `,
      'kept listings: several pages, in parts and as a whole': `
        open big O_RDONLY -> $d
        getdents $d 1000
        getdents $d 3000
        getdents $d 65536
        getdents $d 65536
        lseek $d 0 SEEK_SET
        getdents $d 65536
        getdents $d 65536
        lseek $d 0 SEEK_SET
        getdents $d 300
        getdents $d 4096
        getdents $d 2000
        lseek $d 0 SEEK_CUR -> $here
        getdents $d 300
        lseek $d $here SEEK_SET
        getdents $d 65536
        getdents $d 65536
      `,
      'kept listings: several pages, given up': `
        open big O_RDONLY -> $d
        getdents $d 65536
        getdents $d 65536
        posix_fadvise $d 0 0 POSIX_FADV_DONTNEED
        lseek $d 0 SEEK_SET
        getdents $d 65536
        getdents $d 65536
        posix_fadvise $d 4096 0 POSIX_FADV_DONTNEED
        lseek $d 0 SEEK_SET
        getdents $d 1000
        getdents $d 65536
        getdents $d 65536
        lseek $d 0 SEEK_SET
        getdents $d 65536
        getdents $d 65536
        lseek $d 0 SEEK_SET
        getdents $d 65536
      `,
      'kept listings: of a directory that is removed': `
        mkdir d/e 0755
        open d/e O_RDONLY -> $e
        getdents $e 4096
        getdents $e 4096 -> end
        rmdir d/e
        lseek $e 0 SEEK_SET
        getdents $e 4096 -> ENOENT
        mkdir d/e 0755
        open d/e O_RDONLY -> $f
        getdents $f 4096
        getdents $f 4096 -> end
      `,
      'kept targets: read and walked by again': `
        readlink d/link
        readlink d/link
        stat d/link
        lstat d/link
        unlink d/link
        symlink b d/link
        readlink d/link
        open d/link O_RDONLY -> $f
        rename d/link d/other
        readlink d/other
        lstat d/other
        link d/other d/hard
        readlink d/hard
        symlink d through
        stat through/other
        stat through/other
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests', setUp: FULL },
    {
      'kept listings: shared by users': `
        @0 open d O_RDONLY -> $d
        @0 getdents $d 4096
        @0 getdents $d 4096 -> end
        @1 open d O_RDONLY -> $e
        @1 getdents $e 4096
        @1 creat d/mine 0644
        @1 getdents $e 4096
        @0 lseek $d 0 SEEK_SET
        @0 getdents $d 4096
        @0 getdents $d 4096 -> end
        @2 open d O_RDONLY -> $f
        @2 getdents $f 4096
        @0 chmod d 0700
        @2 lseek $f 0 SEEK_SET
        @2 getdents $f 4096
        @2 open d O_RDONLY -> EACCES
      `,
    },
  ),
];
