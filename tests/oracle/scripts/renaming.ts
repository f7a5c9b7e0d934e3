import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const tree = `
  mkdir d 0755
  creat d/in 0644
  mkdir e 0755
  creat f 0644 -> $f
  write $f f
  creat g 0644 -> $g
  write $g gg
  symlink f l
  symlink d dl
  symlink nowhere dangling
  symlink loop loop
  mknod s 0140644 0
`;

/** Two paths for renameat2(2), relative to the working directory. */
const at = (from: string, to: string): string => `renameat2 AT_FDCWD ${from} AT_FDCWD ${to}`;

/** rename(2) and renameat2(2). */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'rename: names that lead nowhere': `
        ${tree}
        rename nope x -> ENOENT
        rename '' x -> ENOENT
        rename f '' -> ENOENT
        rename nope/x y -> ENOENT
        rename f nope/x -> ENOENT
        rename f f/x -> ENOTDIR
        rename f/x y -> ENOTDIR
        rename nope/x '' -> ENOENT
        rename loop/x y -> ELOOP
        rename f loop/x -> ELOOP
        rename dangling/x y -> ENOENT
        rename f n*256 -> ENAMETOOLONG
        rename n*256 x -> ENAMETOOLONG
        rename nope n*256 -> ENOENT
        rename f x*4096 -> ENAMETOOLONG
        rename x*4096 y -> ENAMETOOLONG
        renameat2 99 f AT_FDCWD x 0 -> EBADF
        renameat2 AT_FDCWD f 99 x 0 -> EBADF
        renameat2 $f x AT_FDCWD y 0 -> ENOTDIR
        renameat2 AT_FDCWD f $f y 0 -> ENOTDIR
        renameat2 99 '' 99 '' 8 -> EINVAL
        renameat2 99 '' 99 '' 0 -> ENOENT
      `,
      'rename: dots and the root': `
        ${tree}
        rename . x -> EBUSY
        rename .. x -> EBUSY
        rename / x -> EBUSY
        rename d/. x -> EBUSY
        rename d/.. x -> EBUSY
        rename f . -> EBUSY
        rename f .. -> EBUSY
        rename f / -> EBUSY
        rename d d/. -> EBUSY
        rename f d/.. -> EBUSY
        ${at('.', '.')} RENAME_NOREPLACE -> EBUSY
        ${at('f', '.')} RENAME_NOREPLACE -> EEXIST
        ${at('.', 'f')} RENAME_EXCHANGE -> EBUSY
        ${at('f', '/')} RENAME_EXCHANGE -> EBUSY
      `,
      'rename: kinds that do not fit': `
        ${tree}
        rename f d -> EISDIR
        rename f e -> EISDIR
        rename s e -> EISDIR
        rename l d -> EISDIR
        rename e f -> ENOTDIR
        rename e l -> ENOTDIR
        rename e dl -> ENOTDIR
        rename e s -> ENOTDIR
        rename e d -> ENOTEMPTY
        rename f/ x -> ENOTDIR
        rename f x/ -> ENOTDIR
        rename f g/ -> ENOTDIR
        rename f e/ -> ENOTDIR
        rename l/ x -> ENOTDIR
        rename dl/ x -> ENOTDIR
      `,
      'rename: kinds that fit': `
        ${tree}
        rename f g
        stat g
        fstat $g
        rename g l
        lstat l
        rename l s
        stat s
        rename dangling s
        readlink s -> nowhere
        mknod p 0010644 0
        rename p s
        stat s
        rename d/in s
        rename d e
        stat e
        rename e/ x/
        mkdir y 0755
        rename x y/
        stat y
        rename dl z
        readlink z -> d
      `,
      'rename: a directory and what is in it': `
        mkdir a 0755
        mkdir a/b 0755
        mkdir a/b/c 0755
        creat a/f 0644
        rename a a/x -> EINVAL
        rename a a/b -> EINVAL
        rename a a/b/x -> EINVAL
        rename a/b a/b/c -> EINVAL
        rename a/b a/b/nope/x -> ENOENT
        rename a/b/c a -> ENOTEMPTY
        rename a/b/c a/b -> ENOTEMPTY
        rename a/f a -> ENOTEMPTY
        rename a/b .
        rename a/b b
        stat a
        stat b
        rename b a/b
        rename a/b/c a/f -> ENOTDIR
        rename a/b/c c
        rename a/b c
        stat c
        stat a
      `,
      'rename: onto itself, and onto another name of the same file': `
        ${tree}
        rename f f
        rename d d
        rename d d/
        rename f ./f
        link f same
        rename f same
        stat f
        rename same d/same
        rename f d/same
        stat f
        stat d/same
        ${at('f', 'f')} RENAME_EXCHANGE
        ${at('f', 'd/same')} RENAME_EXCHANGE
        ${at('f', 'd/same')} RENAME_NOREPLACE -> EEXIST
        unlink f
        stat d/same
      `,
      'rename: an open file and an open directory that are replaced': `
        ${tree}
        open g O_RDONLY -> $o
        rename f g
        pread $o 10 0 -> gg
        write $g more -> 4
        fstat $g
        fstat $f
        open e O_RDONLY -> $e
        rename d e
        fstat $e
        getdents $e 1000 -> ENOENT
        openat $e x O_CREAT 0644 -> ENOENT
        stat e/in
        stat /
      `,
      'renameat2: flags that are none': `
        ${tree}
        ${at('f', 'x')} 8 -> EINVAL
        ${at('f', 'x')} RENAME_NOREPLACE|RENAME_EXCHANGE -> EINVAL
        ${at('f', 'g')} RENAME_WHITEOUT|RENAME_EXCHANGE -> EINVAL
        ${at('f', 'g')} 7 -> EINVAL
        ${at('f', 'g')} -1 -> EINVAL
        stat f
      `,
      'renameat2: RENAME_NOREPLACE': `
        ${tree}
        ${at('f', 'g')} RENAME_NOREPLACE -> EEXIST
        ${at('f', 'd')} RENAME_NOREPLACE -> EEXIST
        ${at('f', 'f')} RENAME_NOREPLACE -> EEXIST
        ${at('f', 'dangling')} RENAME_NOREPLACE -> EEXIST
        ${at('f', 'g/')} RENAME_NOREPLACE -> EEXIST
        ${at('d', 'e')} RENAME_NOREPLACE -> EEXIST
        ${at('nope', 'g')} RENAME_NOREPLACE -> ENOENT
        ${at('d', 'd/x')} RENAME_NOREPLACE -> EINVAL
        ${at('f', 'x/')} RENAME_NOREPLACE -> ENOTDIR
        ${at('f', 'd/x')} RENAME_NOREPLACE
        ${at('d', 'x/')} RENAME_NOREPLACE
        stat x/x
      `,
      'renameat2: RENAME_EXCHANGE': `
        ${tree}
        ${at('f', 'nope')} RENAME_EXCHANGE -> ENOENT
        ${at('nope', 'f')} RENAME_EXCHANGE -> ENOENT
        ${at('f', 'g/')} RENAME_EXCHANGE -> ENOTDIR
        ${at('f/', 'd')} RENAME_EXCHANGE -> ENOTDIR
        ${at('d', 'd/in')} RENAME_EXCHANGE -> EINVAL
        ${at('d/in', 'd')} RENAME_EXCHANGE -> EINVAL
        ${at('f', 'n*256')} RENAME_EXCHANGE -> ENAMETOOLONG
        ${at('f', 'g')} RENAME_EXCHANGE
        stat f
        stat g
        ${at('f', 'd')} RENAME_EXCHANGE
        stat f/in
        stat d
        ${at('d', 'f/in')} RENAME_EXCHANGE
        stat f/in
        ${at('l', 'e')} RENAME_EXCHANGE
        readlink e -> f
        ${at('l/', 's')} RENAME_EXCHANGE
        stat s
        stat l
        stat /
      `,
      'renameat2: relative to descriptors': `
        ${tree}
        open d O_PATH -> $d
        open e O_RDONLY -> $e
        renameat2 $d in $e out 0
        stat e/out
        renameat2 $e out $d ../moved 0
        stat moved
        renameat2 99 /f 99 /h 0
        renameat2 $d . $e x 0 -> EBUSY
        renameat2 $d '' $e x 0 -> ENOENT
        rmdir d
        renameat2 AT_FDCWD h $d x 0 -> ENOENT
        renameat2 $d x AT_FDCWD y 0 -> ENOENT
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'rename: both directories must be writable': `
        @0 mkdir a 0755
        @0 creat a/f 0666
        @1 mkdir b 0755
        @1 creat b/g 0666
        @1 rename a/f b/f -> EACCES
        @1 rename b/g a/g -> EACCES
        @1 rename a/nope b/x -> ENOENT
        @1 rename b/g a/f -> EACCES
        @1 rename b/g b/h
        @1 ${at('b/h', 'a/f')} RENAME_EXCHANGE -> EACCES
        @1 ${at('a/f', 'b/h')} RENAME_NOREPLACE -> EEXIST
        @2 rename b/h c -> EACCES
        @0 chmod a 0777
        @1 rename a/f b/f
        @1 rename b/h a/h
      `,
      'rename: a directory that gets another parent must be writable': `
        @0 mkdir w 0755
        @0 chmod w 0777
        @0 mkdir v 0755
        @0 chmod v 0777
        @0 mkdir w/d 0755
        @0 creat w/f 0644
        @1 rename w/d w/e
        @1 rename w/e v/d -> EACCES
        @1 rename w/f v/f
        @1 mkdir v/mine 0755
        @1 ${at('v/mine', 'w/e')} RENAME_EXCHANGE -> EACCES
        @1 rename v/mine w/e
        @1 stat w/e
        @1 mkdir v/own 0555
        @1 rename v/own w/own -> EACCES
        @1 chmod v/own 0755
        @1 rename v/own w/own
      `,
      'rename: a sticky directory keeps what belongs to others': `
        @0 mkdir t 0755
        @0 chmod t 01777
        @1 creat t/one 0666
        @2 creat t/two 0666
        @2 rename t/one t/x -> EPERM
        @2 rename t/two t/one -> EPERM
        @2 rename t/two x
        @2 rename x t/one -> EPERM
        @2 rename x t/two
        @2 ${at('t/two', 't/one')} RENAME_EXCHANGE -> EPERM
        @1 ${at('t/one', 't/two')} RENAME_EXCHANGE -> EPERM
        @1 rename t/one t/three
        @0 chown t 1001 1001
        @2 rename t/two t/three
        @0 rename t/three t/four
      `,
    },
  ),
];
