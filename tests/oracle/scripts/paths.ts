import type { Script } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** How paths are walked; chdir(2), fchdir(2), getcwd(2). */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests' },
  {
    'paths: forty symbolic links are followed, no more': `
      symlink . s
      creat f 0644
      stat s/*40f
      stat s/*41f -> ELOOP
      lstat s/*40s
      stat s/*40s -> ELOOP
      stat s/*39s
      open s/*40f O_RDONLY
      open s/*41f O_RDONLY -> ELOOP
      open s/*40new O_CREAT|O_RDWR 0644
      open s/*41other O_CREAT|O_RDWR 0644 -> ELOOP
      mkdir s/*41d 0755 -> ELOOP
      unlink s/*41f -> ELOOP
      rename s/*41f g -> ELOOP
      rename f s/*41g -> ELOOP
      readlink s/*41s -> ELOOP
      readlink s/*40s -> .
      symlink a one
      symlink one two
      stat two -> ENOENT
      creat a 0644
      stat two
    `,
    'paths: dots, and slashes more than one': `
      mkdir d 0755
      mkdir d/e 0755
      creat d/e/f 0644
      stat //d///e////f
      stat d/./e/./f
      stat d/e/../e/f
      stat ../../../d/e/f
      stat d/e/../../d/e/f
      stat d/e/
      stat d/e/.
      stat d/e/..
      stat d//
      stat ////
      stat d/nope/.. -> ENOENT
      stat d/e/f/.. -> ENOTDIR
      stat d/e/f/. -> ENOTDIR
      stat .../d -> ENOENT
    `,
    'paths: targets of symbolic links': `
      mkdir d 0755
      mkdir d/e 0755
      creat d/f 0644
      symlink ../f d/e/up
      symlink /d/f absolute
      symlink d/e/ slashed
      symlink d/f/ wrong
      symlink ../../../d/f far
      symlink . dot
      symlink .. dotdot
      symlink / root
      stat d/e/up
      stat absolute
      stat slashed
      lstat slashed/
      stat slashed/up
      stat wrong -> ENOTDIR
      stat far
      stat dot/dot/d
      stat dotdot/d
      stat root/d/e
      stat dot/absolute
      open slashed O_RDONLY|O_DIRECTORY
      readlink slashed -> d/e/
      readlink slashed/ -> EINVAL
    `,
    'paths: names of every byte but the slash and the end': `
      creat \\x01\\x02 0644
      creat \\xff\\xfe 0644
      creat a\\x20b 0644
      creat \\x0a 0644
      creat ... 0644
      creat ..a 0644
      creat .a 0644
      creat -a 0644
      stat \\xff\\xfe
      stat \\xff\\xfd -> ENOENT
      stat a\\x20b
      stat A\\x20b -> ENOENT
      rename \\x0a \\x7f
      unlink ...
      open . O_RDONLY -> $d
      getdents $d 4096
    `,
    'chdir: where it cannot go': `
      mkdir d 0755
      creat f 0644 -> $f
      symlink f l
      symlink loop loop
      chdir nope -> ENOENT
      chdir '' -> ENOENT
      chdir f -> ENOTDIR
      chdir l -> ENOTDIR
      chdir f/. -> ENOTDIR
      chdir loop -> ELOOP
      chdir n*256 -> ENAMETOOLONG
      chdir x*4096 -> ENAMETOOLONG
      fchdir 99 -> EBADF
      fchdir -1 -> EBADF
      fchdir $f -> ENOTDIR
      getcwd -> /
    `,
    'chdir: there and back': `
      mkdir d 0755
      mkdir d/e 0755
      symlink d/e l
      chdir d
      getcwd -> /d
      creat f 0644
      stat /d/f
      chdir e/
      getcwd -> /d/e
      chdir ..
      chdir ../../..
      getcwd -> /
      chdir l
      getcwd -> /d/e
      open /d O_RDONLY -> $d
      open / O_PATH -> $root
      fchdir $d
      getcwd -> /d
      fchdir $root
      getcwd -> /
      stat d/f
    `,
    'getcwd: of a directory that moves': `
      mkdir a 0755
      mkdir a/b 0755
      chdir a/b
      rename /a /c
      getcwd -> /c/b
      rename /c/b /d
      getcwd -> /d
      creat f 0644
      stat /d/f
      open / O_RDONLY -> $root
      renameat2 $root d $root e*255 0
      getcwd
      mkdir g*255 0755
      chdir g*255
      getcwd
      stat ..
    `,
    'chdir: a removed working directory': `
      mkdir d 0755
      mkdir d/e 0755
      chdir d/e
      rmdir ../e
      getcwd -> ENOENT
      stat .
      stat ..
      open . O_RDONLY -> $dot
      getdents $dot 1000 -> ENOENT
      open f O_CREAT 0644 -> ENOENT
      mkdir x 0755 -> ENOENT
      mknod x 0100644 0 -> ENOENT
      symlink a b -> ENOENT
      link /d x -> ENOENT
      creat /f 0644
      link /f x -> ENOENT
      rename /f x -> ENOENT
      stat x -> ENOENT
      unlink x -> ENOENT
      rmdir x -> ENOENT
      rmdir . -> EINVAL
      chmod . 0700
      stat .
      chdir .
      chdir ..
      getcwd -> /d
    `,
  },
);
