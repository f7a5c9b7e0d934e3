import type { Script } from '../script.ts';
import { THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const tree = `
  mkdir d 0755
  creat f 0644 -> $f
  symlink f l
  symlink d dl
  symlink nowhere dangling
  symlink loop loop
`;

const directories = scriptTable(
  { compare: 'requests' },
  {
    'mkdir: what cannot be': `
      ${tree}
      mkdir '' 0755 -> ENOENT
      mkdir d 0755 -> EEXIST
      mkdir d/ 0755 -> EEXIST
      mkdir f 0755 -> EEXIST
      mkdir f/ 0755 -> EEXIST
      mkdir l 0755 -> EEXIST
      mkdir dangling 0755 -> EEXIST
      mkdir dangling/ 0755 -> EEXIST
      mkdir loop 0755 -> EEXIST
      mkdir . 0755 -> EEXIST
      mkdir .. 0755 -> EEXIST
      mkdir / 0755 -> EEXIST
      mkdir d/. 0755 -> EEXIST
      mkdir d/.. 0755 -> EEXIST
      mkdir nope/x 0755 -> ENOENT
      mkdir nope/. 0755 -> ENOENT
      mkdir f/x 0755 -> ENOTDIR
      mkdir dangling/x 0755 -> ENOENT
      mkdir loop/x 0755 -> ELOOP
      mkdir n*256 0755 -> ENAMETOOLONG
      mkdir n*256/x 0755 -> ENAMETOOLONG
      mkdir x*4096 0755 -> ENAMETOOLONG
      mkdirat 99 x 0755 -> EBADF
      mkdirat 99 '' 0755 -> ENOENT
      mkdirat $f x 0755 -> ENOTDIR
    `,
    'mkdir: modes, slashes, links of the parent': `
      mkdir a 07777
      stat a
      mkdir b// 0
      stat b
      mkdir n*255 0755
      umask 0
      mkdir a/c 0777
      stat a/c
      stat a
      stat /
      open a O_RDONLY -> $a
      mkdirat $a e 0700
      mkdirat $a ../g 0700
      mkdirat 99 /h 0700
      stat a
      rmdir a/e
      rmdir a/c
      stat a
    `,
    'mknod: what cannot be': `
      ${tree}
      mknod '' 0100644 0 -> ENOENT
      mknod f 0100644 0 -> EEXIST
      mknod d 0100644 0 -> EEXIST
      mknod d/ 0100644 0 -> EEXIST
      mknod dangling 0100644 0 -> EEXIST
      mknod . 0100644 0 -> EEXIST
      mknod / 0100644 0 -> EEXIST
      mknod new/ 0100644 0 -> ENOENT
      mknod f/ 0100644 0 -> EEXIST
      mknod f/x 0100644 0 -> ENOTDIR
      mknod nope/x 0100644 0 -> ENOENT
      mknod loop/x 0100644 0 -> ELOOP
      mknod n*256 0100644 0 -> ENAMETOOLONG
      mknod x*4096 0100644 0 -> ENAMETOOLONG
      mknod new 0040755 0 -> EPERM
      mknod new 0120777 0 -> EINVAL
      mknod new 0150644 0 -> EINVAL
      mknod f 0040755 0 -> EPERM
      mknod '' 0120777 0 -> EINVAL
      mknodat 99 x 0100644 0 -> EBADF
      mknodat $f x 0100644 0 -> ENOTDIR
    `,
    'mknod: every type, with its number': `
      mknod plain 0644 0
      stat plain
      mknod regular 0100755 5
      stat regular
      mknod socket 0140777 5
      stat socket
      mknod pipe 0010666 5
      stat pipe
      mknod char 0020666 259
      stat char
      mknod block 0060666 2065
      stat block
      mknod big 0020666 0x12345678
      stat big
      mknod bits 0107777 0
      stat bits
      mkdir d 0755
      open d O_PATH -> $d
      mknodat $d x 0140644 0
      mknodat $d ../y 0010644 0
      open regular O_RDWR -> $r
      write $r works -> 5
    `,
    'symlink: what cannot be': `
      ${tree}
      symlink '' new -> ENOENT
      symlink x*4096 new -> ENAMETOOLONG
      symlink t '' -> ENOENT
      symlink t f -> EEXIST
      symlink t d -> EEXIST
      symlink t d/ -> EEXIST
      symlink t dangling -> EEXIST
      symlink t dangling/ -> EEXIST
      symlink t . -> EEXIST
      symlink t / -> EEXIST
      symlink t new/ -> ENOENT
      symlink t f/x -> ENOTDIR
      symlink t nope/x -> ENOENT
      symlink t loop/x -> ELOOP
      symlink t n*256 -> ENAMETOOLONG
      symlink t x*4096 -> ENAMETOOLONG
      symlinkat t 99 x -> EBADF
      symlinkat '' 99 x -> ENOENT
      symlinkat t $f x -> ENOTDIR
    `,
    'symlink and readlink: targets as they are': `
      symlink x*4094 long
      lstat long
      readlink long
      stat long -> ENAMETOOLONG
      symlink / root
      readlink root -> /
      symlink a//b/../c/ odd
      readlink odd -> a//b/../c/
      symlink \\xff\\x01 bytes
      readlink bytes -> \\xff\\x01
      mkdir d 0755
      open d O_RDONLY -> $d
      symlinkat ../odd $d in
      readlinkat $d in -> ../odd
      readlink d/in -> ../odd
      lstat d/in
    `,
    'symlink: the longest target': `
      symlink x*4095 l
      lstat l
      readlink l
    `,
    'readlink: what is no symbolic link': `
      ${tree}
      readlink nope -> ENOENT
      readlink '' -> ENOENT
      readlink f -> EINVAL
      readlink d -> EINVAL
      readlink . -> EINVAL
      readlink / -> EINVAL
      readlink dl/ -> EINVAL
      readlink l/ -> ENOTDIR
      readlink dangling/ -> ENOENT
      readlink f/x -> ENOTDIR
      readlink loop/x -> ELOOP
      readlink loop -> loop
      readlink n*256 -> ENAMETOOLONG
      readlinkat 99 l -> EBADF
      readlinkat 99 '' -> EBADF
      readlinkat $f l -> ENOTDIR
      readlinkat $f '' -> ENOENT
      readlinkat AT_FDCWD '' -> ENOENT
      open l O_PATH|O_NOFOLLOW -> $p
      readlinkat $p '' -> f
      unlink l
      readlinkat $p '' -> f
      open . O_RDONLY -> $d
      readlinkat $d '' -> ENOENT
    `,
    'link: what cannot be': `
      ${tree}
      link nope x -> ENOENT
      link '' x -> ENOENT
      link f '' -> ENOENT
      link f f -> EEXIST
      link f d -> EEXIST
      link f dangling -> EEXIST
      link f . -> EEXIST
      link f / -> EEXIST
      link f new/ -> ENOENT
      link f/ x -> ENOTDIR
      link f f/x -> ENOTDIR
      link f nope/x -> ENOENT
      link d x -> EPERM
      link . x -> EPERM
      link d f -> EEXIST
      link loop/x y -> ELOOP
      link f loop/x -> ELOOP
      link f n*256 -> ENAMETOOLONG
      link n*256 x -> ENAMETOOLONG
      link x*4096 x -> ENAMETOOLONG
      link f x*4096 -> ENAMETOOLONG
      linkat AT_FDCWD f AT_FDCWD x 1 -> EINVAL
      linkat 99 f AT_FDCWD x 0 -> EBADF
      linkat AT_FDCWD f 99 x 0 -> EBADF
      linkat $f x AT_FDCWD y 0 -> ENOTDIR
      linkat AT_FDCWD f $f y 0 -> ENOTDIR
      linkat AT_FDCWD dangling AT_FDCWD x AT_SYMLINK_FOLLOW -> ENOENT
      linkat AT_FDCWD '' AT_FDCWD x 0 -> ENOENT
      linkat 99 '' AT_FDCWD x AT_EMPTY_PATH -> EBADF
      linkat AT_FDCWD '' AT_FDCWD x AT_EMPTY_PATH -> EPERM
    `,
    'link: another name for the same file': `
      ${tree}
      mknod s 0140644 0
      link f g
      stat g
      fstat $f
      link l m
      lstat m
      linkat AT_FDCWD l AT_FDCWD n AT_SYMLINK_FOLLOW
      lstat n
      link s t
      stat t
      linkat $f '' AT_FDCWD e AT_EMPTY_PATH
      open d O_PATH -> $d
      linkat AT_FDCWD f $d in 0
      linkat $d in AT_FDCWD out 0
      linkat $d ../f $d again 0
      stat f
      write $f shared -> 6
      open g O_RDONLY -> $g
      read $g 10 -> shared
      unlink f
      unlink g
      fstat $f
    `,
    'link: a file without names gets none': `
      creat f 0644 -> $f
      unlink f
      linkat $f '' AT_FDCWD g AT_EMPTY_PATH -> ENOENT
      fstat $f
      stat g -> ENOENT
    `,
  },
);

const owners = scriptTable(
  { tasks: THREE_TASKS, compare: 'requests' },
  {
    'mkdir: permission of the directory': `
      @0 mkdir d 0755
      @1 mkdir d/x 0755 -> EACCES
      @1 mkdir d 0755 -> EEXIST
      @1 mknod d/x 0100644 0 -> EACCES
      @1 symlink t d/x -> EACCES
      @1 creat f 0644
      @1 link f d/x -> EACCES
      @1 creat d/x 0644 -> EACCES
      @0 chmod d 0766
      @1 mkdir d/x 0755 -> EACCES
      @0 chmod d 0733
      @1 mkdir d/x 0755
      @1 mknod d/n 0140644 0
      @1 symlink t d/s
      @1 link f d/l
      @1 stat d/x
      @1 lstat d/s
    `,
    'mknod: devices are for root': `
      @1 mknod c 0020644 259 -> EPERM
      @1 mknod b 0060644 259 -> EPERM
      @1 mknod c 0020644 0
      @1 mknod b 0060644 0 -> EPERM
      @1 mknod p 0010644 259
      @1 mknod s 0140644 0
      @1 mknod r 0100644 0
      @1 mknod r 0020644 259 -> EEXIST
      @1 stat p
      @1 stat c
      @0 mkdir d 0755
      @1 mknod d/c 0020644 259 -> EACCES
      @1 mknod d/ 0020644 259 -> EEXIST
    `,
    'mkdir: what a set-group-ID directory hands down': `
      @0 mkdir d 0755
      @0 chown d 0 1000
      @0 chmod d 02777
      @1 mkdir d/a 0755
      @1 stat d/a
      @2 mkdir d/b 02711
      @2 stat d/b
      @0 mkdir d/c 0755
      @0 stat d/c
      @1 mknod d/n 0102755 0
      @1 stat d/n
      @2 symlink t d/s
      @2 lstat d/s
      @0 chown d 0 77
      @1 mkdir d/e 0755
      @1 stat d/e
      @1 mknod d/m 0102755 0
      @1 stat d/m
      @1 mknod d/o 0102644 0
      @1 stat d/o
      @0 mknod d/r 0102755 0
      @0 stat d/r
      @1 mkdir d/a/deep 0755
      @1 stat d/a/deep
    `,
    'link: whose files may be linked': `
      @0 creat f 0644
      @0 creat open 0666
      @0 creat suid 0666
      @0 chmod suid 04777
      @0 mknod s 0140666 0
      @0 symlink f l
      @1 link f x -> EPERM
      @1 link open x
      @1 link suid y -> EPERM
      @1 link s z -> EPERM
      @1 link l m -> EPERM
      @1 creat mine 0400
      @1 link mine n
      @2 link mine o -> EPERM
      @0 link f p
      @1 link nope x -> ENOENT
      @1 link f open -> EEXIST
      @1 stat open
    `,
    'link: AT_EMPTY_PATH is for who opened the file': `
      @1 open mine O_CREAT|O_RDWR 0644 -> $m
      @1 linkat $m '' AT_FDCWD x AT_EMPTY_PATH
      @1 stat mine
    `,
  },
);

/** mkdir(2), mknod(2), symlink(2), readlink(2), link(2) and those with descriptors. */
export const scripts: readonly Script[] = [...directories, ...owners];
