import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** A directory of five files and three of other types. */
const FULL = `
  mkdir d 0755
  creat d/a 0644
  creat d/b 0644
  creat d/c 0600
  mkdir d/sub 0755
  creat d/sub/inner 0644
  symlink a d/link
  link d/a d/hard
`;

/** Listing and using names by turns, which is what decides between READDIR and READDIRPLUS. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests', setUp: FULL },
    {
      'listing: what fails before it asks, and after': `
        open d O_RDONLY -> $d
        getdents $d 0 -> EINVAL
        getdents $d 23 -> EINVAL
        getdents $d 24
        stat d/nothing -> ENOENT
        getdents $d 24
        getdents $d 10 -> EINVAL
        stat d/a
        getdents $d 10 -> EINVAL
        getdents $d 4096
        unlink d/a
        stat d/a -> ENOENT
      `,
      'listing: then stat of each, then a listing again': `
        open d O_RDONLY -> $d
        getdents $d 4096
        stat d/a
        stat d/b
        lstat d/link
        stat d/link
        stat d/sub/inner
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        stat d/hard
        fstat $d
      `,
      'listing: in small steps, with nothing used': `
        open d O_RDONLY -> $d
        getdents $d 60
        getdents $d 60
        getdents $d 60
        getdents $d 60
        getdents $d 60
        getdents $d 60 -> end
      `,
      'listing: in small steps, each name used': `
        open d O_RDONLY -> $d
        getdents $d 80
        stat d/a
        getdents $d 60
        stat d/b
        stat d/b
        getdents $d 60
        stat d/c
        stat d/sub
        getdents $d 60
        getdents $d 60
        lstat d/link
        getdents $d 60 -> end
        getdents $d 60 -> end
      `,
      'listing: from the middle, and from the beginning of another descriptor': `
        open d O_RDONLY -> $d
        getdents $d 48
        lseek $d 0 SEEK_CUR -> $here
        getdents $d 4096
        lseek $d $here SEEK_SET
        getdents $d 24
        stat d/c
        lseek $d $here SEEK_SET
        getdents $d 24
        open d O_RDONLY -> $e
        getdents $e 24
        getdents $e 4096
        getdents $d 4096
      `,
      'listing: after what is listed was changed': `
        open d O_RDONLY -> $d
        getdents $d 4096
        chmod d/a 0600
        truncate d/b 100
        stat d/a
        stat d/b
        lseek $d 0 SEEK_SET
        getdents $d 4096
        stat d/a
        stat d/b
        stat d/hard
      `,
      'listing: after names came, went and moved': `
        open d O_RDONLY -> $d
        getdents $d 4096
        unlink d/b
        creat d/new 0644
        rename d/c d/b
        rmdir d/sub -> ENOTEMPTY
        rename d/sub d/dir
        lseek $d 0 SEEK_SET
        getdents $d 4096
        getdents $d 4096 -> end
        stat d/b
        stat d/c -> ENOENT
        stat d/new
        stat d/dir/inner
        stat d/sub -> ENOENT
      `,
      'listing: of names that were absent': `
        stat d/late -> ENOENT
        creat other 0644
        open d O_RDONLY -> $d
        getdents $d 4096
        link other d/late
        lseek $d 0 SEEK_SET
        getdents $d 4096
        stat d/late
      `,
      'listing: of files in use': `
        open d/a O_RDWR -> $a
        open d O_RDONLY -> $d
        getdents $d 4096
        pwrite $a x*10 0
        fstat $a
        lseek $d 0 SEEK_SET
        getdents $d 4096
        fstat $a
        stat d/a
        unlink d/a
        lseek $d 0 SEEK_SET
        getdents $d 4096
        fstat $a
        stat d/hard
      `,
      'listing: of a directory below another': `
        open d/sub O_RDONLY -> $s
        getdents $s 4096
        stat d/sub/inner
        chdir d/sub
        stat inner
        stat ../a
        getdents $s 4096 -> end
        open .. O_RDONLY -> $d
        getdents $d 100
        stat ../b
        getdents $d 4096
      `,
      'listing: of a directory that is gone': `
        mkdir d/e 0755
        creat d/e/f 0644
        open d/e O_RDONLY -> $e
        getdents $e 24
        unlink d/e/f
        getdents $e 4096
        rmdir d/e
        getdents $e 4096 -> ENOENT
      `,
      'listing: and making what was just listed as absent or there': `
        open d O_RDONLY -> $d
        getdents $d 4096
        mkdir d/a 0755 -> EEXIST
        open d/a O_CREAT|O_EXCL|O_RDWR 0644 -> EEXIST
        open d/b O_CREAT|O_RDWR 0644 -> $b
        symlink x d/link -> EEXIST
        unlink d/sub -> EISDIR
        getdents $d 4096 -> end
        lseek $d 0 SEEK_SET
        getdents $d 4096
      `,
    },
  ),
  ...scriptTable(
    { compare: 'requests', tasks: THREE_TASKS, setUp: FULL },
    {
      'listing: by several users': `
        @1 open d O_RDONLY -> $d
        @1 getdents $d 100
        @2 open d/c O_RDONLY -> EACCES
        @2 stat d/c
        @1 getdents $d 4096
        @0 chmod d 0700
        @1 stat d/a -> EACCES
        @1 getdents $d 4096 -> end
        @0 open d O_RDONLY -> $e
        @0 getdents $e 4096
        @0 stat d/a
      `,
    },
  ),
];
