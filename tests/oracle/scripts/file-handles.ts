import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const words = (...values: number[]): string =>
  values
    .map((value) => [0, 8, 16, 24].map((at) => `\\x${((value >>> at) & 0xff).toString(16).padStart(2, '0')}`).join(''))
    .join('');

/** A handle of a node of the first generation. */
const node = (nodeid: number): string => words(0, nodeid, 0);

/** name_to_handle_at(2) and open_by_handle_at(2). The root is node 1, and the first file that is made node 2. */
const named: readonly Script[] = scriptTable(
  { compare: 'requests', tasks: THREE_TASKS },
  {
    'name_to_handle_at: arguments that cannot be': `
      creat f 0644 -> $f
      name_to_handle_at AT_FDCWD nope 128 0 -> ENOENT
      name_to_handle_at AT_FDCWD '' 128 0 -> ENOENT
      name_to_handle_at 99 f 128 0 -> EBADF
      name_to_handle_at $f x 128 0 -> ENOTDIR
      name_to_handle_at AT_FDCWD f 128 0x100 -> EINVAL
      name_to_handle_at AT_FDCWD f 128 0x202 -> EINVAL
      name_to_handle_at AT_FDCWD f 129 0 -> EINVAL
      name_to_handle_at AT_FDCWD nope 129 0 -> ENOENT
      name_to_handle_at AT_FDCWD f 0 0 -> EOVERFLOW
      name_to_handle_at AT_FDCWD f 11 0 -> EOVERFLOW
      name_to_handle_at AT_FDCWD f 12 AT_HANDLE_CONNECTABLE -> EOVERFLOW
    `,
    'name_to_handle_at: what a handle is made of': `
      creat f 0644 -> $f
      symlink f l
      mkdir d 0755
      creat d/g 0644
      name_to_handle_at AT_FDCWD f 12 0
      name_to_handle_at AT_FDCWD f 128 1
      name_to_handle_at AT_FDCWD l 128 0
      name_to_handle_at AT_FDCWD l 128 AT_SYMLINK_FOLLOW
      name_to_handle_at $f '' 128 AT_EMPTY_PATH
      name_to_handle_at AT_FDCWD / 128 0
      name_to_handle_at AT_FDCWD d/g 128 AT_HANDLE_CONNECTABLE
      name_to_handle_at AT_FDCWD d 128 AT_HANDLE_CONNECTABLE
      name_to_handle_at AT_FDCWD d/g 128 AT_HANDLE_FID
    `,
    'open_by_handle_at: arguments that cannot be': `
      creat f 0644 -> $f
      open_by_handle_at AT_FDCWD 0x81 '' O_RDONLY -> EINVAL
      open_by_handle_at AT_FDCWD 0x81 x*129 O_RDONLY -> EINVAL
      open_by_handle_at 99 0x81 '' O_RDONLY -> EINVAL
      open_by_handle_at AT_FDCWD -1 ${node(2)} O_RDONLY -> EINVAL
      open_by_handle_at AT_FDCWD 0x100081 ${node(2)} O_RDONLY -> EINVAL
      open_by_handle_at 99 0x81 ${node(2)} O_RDONLY -> EBADF
      open_by_handle_at AT_FDCWD 0x81 ${words(0, 2)} O_RDONLY -> ESTALE
      open_by_handle_at AT_FDCWD 0x80 ${node(2)} O_RDONLY -> ESTALE
      open_by_handle_at AT_FDCWD 0x81 ${node(0)} O_RDONLY -> ESTALE
      open_by_handle_at AT_FDCWD 0x81 ${words(0, 2, 77)} O_RDONLY -> ESTALE
      open . O_PATH -> $p
      open_by_handle_at $p 0x81 ${node(2)} O_RDONLY -> EBADF
      @1 open_by_handle_at AT_FDCWD 0x81 ${node(2)} O_RDONLY -> EPERM
      @1 open_by_handle_at 99 0x81 ${node(2)} O_RDONLY -> EBADF
    `,
    'open_by_handle_at: files that are known': `
      creat f 0644 -> $f
      write $f hello
      open_by_handle_at AT_FDCWD 0x81 ${node(2)} O_RDONLY -> $h
      read $h 10 -> hello
      fcntl $h F_GETFL
      stat f
      open_by_handle_at $f 0x82 ${words(0, 2, 0, 0, 1, 0)} O_WRONLY|O_TRUNC|O_CLOEXEC -> $w
      fcntl $w F_GETFD -> 1
      fstat $w
      open_by_handle_at $f 0x81 ${node(2)} O_PATH -> $p
      fcntl $p F_GETFL
      read $p 1 -> EBADF
      open_by_handle_at $f 0x81 ${node(2)} O_RDONLY|O_DIRECTORY -> ENOTDIR
      open_by_handle_at $f 0x81 ${node(2)} O_RDONLY|O_CREAT
      open_by_handle_at $f 0x81 ${node(2)} O_RDONLY|O_CREAT|O_EXCL -> EEXIST
      open_by_handle_at $f 0x81 ${node(1)} O_RDONLY|O_DIRECTORY -> $r
      getdents $r 4096
      open_by_handle_at $f 0x81 ${node(1)} O_RDWR -> EISDIR
      open_by_handle_at $f 0x81 ${node(1)} O_RDONLY|O_CREAT -> EISDIR
    `,
    'open_by_handle_at: files that have lost their names': `
      creat f 0644 -> $f
      write $f hello
      unlink f
      open_by_handle_at AT_FDCWD 0x81 ${node(2)} O_RDONLY -> $h
      read $h 10 -> hello
      close $h
      close $f
    `,
    'open_by_handle_at: links and directories': `
      symlink nowhere l
      mkdir d 0755
      open d O_RDONLY -> $d
      open_by_handle_at $d 0x81 ${node(2)} O_RDONLY -> ELOOP
      open_by_handle_at $d 0x81 ${node(2)} O_PATH|O_NOFOLLOW -> $l
      fstat $l
      open_by_handle_at $d 0x81 ${node(3)} O_RDONLY -> $e
      getdents $e 4096
      open_by_handle_at $d 0x81 ${node(3)} O_PATH -> $p
      openat $p in O_CREAT|O_RDWR 0644
      stat d/in
    `,
  },
);

/** Calls on handles. */
export const scripts: readonly Script[] = [
  ...named,
  {
    // Set-ups that are remounted have forgotten the directory by then.
    name: 'open_by_handle_at: a directory of the set-up',
    setUp: 'mkdir d 0755',
    compare: 'requests',
    steps: `open_by_handle_at AT_FDCWD 0x81 ${node(2)} O_RDONLY`,
  },
  {
    name: 'open_by_handle_at: a directory far down finds its place',
    setUp: `
      mkdir a 0755
      mkdir a/b 0755
      mkdir a/b/c 0755
      creat a/b/c/f 0644
      mkdir a/z 0755
    `,
    compare: 'requests',
    steps: `
      open_by_handle_at AT_FDCWD 0x81 ${node(4)} O_RDONLY -> $c
      getdents $c 4096
      openat $c f O_RDONLY
      openat $c .. O_RDONLY -> $b
      openat $b ../z O_RDONLY -> $z
      fchdir $c
      getcwd
      stat ../../z
      chdir /a/b
      getcwd
      stat c/f
      open_by_handle_at AT_FDCWD 0x81 ${node(6)} O_PATH -> $p
      openat $p ../b/c O_RDONLY
    `,
  },
  {
    name: 'open_by_handle_at: a file is opened where it has no name',
    setUp: 'mkdir a 0755\ncreat a/f 0644',
    compare: 'requests',
    steps: `
      open_by_handle_at AT_FDCWD 0x81 ${node(3)} O_RDWR -> $f
      write $f hello
      stat a/f
      open_by_handle_at AT_FDCWD 0x82 ${words(0, 3, 0, 0, 2, 0)} O_RDONLY -> $g
      read $g 10
    `,
  },
];
