import { describe, expect, test } from 'vitest';
import { EACCES, EINTR, EMFILE, ENOENT, ESTALE } from '../abi/errno.ts';
import { O_CREAT, O_EXCL, O_PATH, O_RDWR, O_TRUNC, O_WRONLY } from '../abi/linux.ts';
import { sleep } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { type Inode, MAY_WRITE } from '../vfs/inode.ts';
import { close } from './descriptors.ts';
import { mkdir } from './mkdir.ts';
import { open, openat } from './open.ts';
import { stat } from './stat.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';

const files = `
  mkdir d 0755
  creat f 0644 -> $f
  write $f hello
  symlink f l
  symlink d dl
  symlink nowhere dangling
  symlink loop loop`;

describe('flags', () => {
  table({
    'O_CREAT with O_DIRECTORY is EINVAL, whatever is there': `
      mkdir d 0755
      open d O_CREAT|O_DIRECTORY 0644 -> EINVAL
      open new O_CREAT|O_DIRECTORY 0644 -> EINVAL
      lstat new mode -> ENOENT`,
    'EINVAL for the flags comes before what is wrong with the path': `
      open '' O_CREAT|O_DIRECTORY -> EINVAL`,
    'O_TMPFILE without writing is EINVAL': `
      mkdir d 0755
      open d O_TMPFILE 0644 -> EINVAL`,
    'O_TMPFILE with O_CREAT is EINVAL': `
      mkdir d 0755
      open d O_TMPFILE|O_RDWR|O_CREAT 0644 -> EINVAL`,
    'O_TMPFILE of something else than a directory is ENOTDIR': `
      creat f 0644
      open f O_TMPFILE|O_RDWR 0644 -> ENOTDIR`,
    'O_TMPFILE in a directory that may not be written is EACCES': `
      mkdir d 0755
      as 1000
      open d O_TMPFILE|O_RDWR 0644 -> EACCES`,
    'O_TMPFILE on a read-only mount is EROFS': `
      mkdir m 0755
      mount m ro
      open m O_TMPFILE|O_RDWR 0644 -> EROFS`,
    'the bit of O_TMPFILE without O_DIRECTORY is EINVAL': `
      mkdir d 0755
      open d 020000002 0644 -> EINVAL`,
    'O_NOFOLLOW on a symlink is ELOOP': `${files}
      open l O_NOFOLLOW -> ELOOP
      open dangling O_NOFOLLOW -> ELOOP
      open l O_CREAT|O_NOFOLLOW 0644 -> ELOOP`,
    'O_NOFOLLOW on a symlink with a slash behind it follows': `${files}
      open dl/ O_NOFOLLOW
      open l/ O_NOFOLLOW -> ENOTDIR`,
    'O_DIRECTORY on something else is ENOTDIR, with O_NOFOLLOW on a symlink too': `${files}
      open f O_DIRECTORY -> ENOTDIR
      open l O_DIRECTORY -> ENOTDIR
      open l O_DIRECTORY|O_NOFOLLOW -> ENOTDIR
      open dl O_DIRECTORY|O_NOFOLLOW -> ENOTDIR
      open dl O_DIRECTORY`,
    'O_NOATIME on the file of another is EPERM': `
      creat f 0666
      as 1000
      open f O_NOATIME -> EPERM
      creat /f2 0644 -> EACCES`,
    'access mode 3 asks for reading and writing and gives neither': `
      creat f 0644 -> $w
      write $w hello
      open f 3 -> $fd
      read $fd 5 -> EBADF
      write $fd x -> EBADF
      ftruncate $fd 0 -> EINVAL
      chmod f 0444
      as 1000
      open f 3 -> EACCES`,
    'unknown flags are dropped': `
      creat f 0644
      open f 0x20000000 -> $fd
      fcntl $fd F_GETFL -> 32768`,
    'O_APPEND and O_NONBLOCK stay, creation flags and O_CLOEXEC do not': `
      open f O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_RDWR|O_APPEND|O_NONBLOCK|O_CLOEXEC 0644 -> $fd
      fcntl $fd F_GETFL -> 35842
      fcntl $fd F_GETFD -> 1`,
    'O_DIRECTORY and O_NOFOLLOW stay in the flags': `
      mkdir d 0755
      open d O_DIRECTORY|O_NOFOLLOW -> $fd
      fcntl $fd F_GETFL -> 229376`,
    'O_SYNC brings O_DSYNC with it': `
      open f O_CREAT|O_RDWR|04000000 0644 -> $fd
      fcntl $fd F_GETFL -> 1085442`,
  });
});

describe('existing files', () => {
  table({
    'a name that is not there is ENOENT, a file as a directory ENOTDIR': `${files}
      open nope O_RDONLY -> ENOENT
      open nope/f O_RDONLY -> ENOENT
      open f/x O_RDONLY -> ENOTDIR
      open f/ O_RDONLY -> ENOTDIR
      open f/. O_RDONLY -> ENOTDIR
      open '' O_RDONLY -> ENOENT`,
    'a directory to be written is EISDIR': `${files}
      open d O_WRONLY -> EISDIR
      open d O_RDWR -> EISDIR
      open d O_TRUNC -> EISDIR
      open dl O_WRONLY -> EISDIR
      open . O_WRONLY -> EISDIR
      open d O_RDONLY`,
    'a symlink that leads to itself is ELOOP': `${files}
      open loop O_RDONLY -> ELOOP
      open loop O_CREAT 0644 -> ELOOP`,
    'permission bits decide, for the owner, the group and others': `
      creat f 0640
      chown f 1000 1001
      as 1000
      open f O_RDWR
      as 1001
      open f O_RDONLY
      open f O_WRONLY -> EACCES
      as 1002
      open f O_RDONLY -> EACCES`,
    'an owner whose own bits refuse does not fall back on those of the group': `
      creat f 0066
      chown f 1000 1000
      as 1000
      open f O_RDONLY -> EACCES
      open f O_WRONLY -> EACCES`,
    'a directory without search permission hides what is in it': `
      mkdir d 0700
      creat d/f 0644
      as 1000
      open d/f O_RDONLY -> EACCES
      open d/nope O_RDONLY -> EACCES`,
    'O_TRUNC needs write permission and empties even what is opened for reading': `
      creat f 0644 -> $w
      write $w hello
      open f O_TRUNC -> $r
      fstat $r size -> 0
      read $r 10 ->
      as 1000
      open f O_TRUNC -> EACCES`,
    'O_TRUNC without O_CREAT of what is not there is ENOENT': `
      open f O_TRUNC|O_WRONLY -> ENOENT`,
    'a read-only mount refuses writing and truncating with EROFS, before permissions': `
      mkdir m 0755
      mount m ro
      open m O_RDONLY
      open m/f O_CREAT|O_WRONLY 0644 -> EROFS
      as 1000
      open m/f O_CREAT|O_WRONLY 0644 -> EROFS
      open m/f O_WRONLY -> ENOENT
      open m O_CREAT 0644 -> EISDIR`,
    'an existing file on a read-only mount is EROFS to write and to truncate, before EACCES': `
      mkdir m 0755
      mount m
      creat m/f 0600 -> $f
      close $f
      remount m ro
      open m/f O_RDONLY
      open m/f O_CREAT 0644
      open m/f O_CREAT|O_EXCL 0644 -> EEXIST
      open m/f O_WRONLY -> EROFS
      open m/f O_TRUNC -> EROFS
      open m/f O_CREAT|O_RDWR 0644 -> EROFS
      open m/g O_CREAT 0644 -> EROFS
      as 1000
      open m/f O_RDONLY -> EACCES
      open m/f O_WRONLY -> EROFS
      open m/f 3 -> EROFS`,
    'sockets are ENXIO': `
      mknod s 0140644 0
      open s O_RDONLY -> ENXIO
      open s O_RDWR -> ENXIO
      open s O_TRUNC -> ENXIO`,
    'a socket that may not be read is EACCES before ENXIO': `
      mknod s 0140600 0
      as 1000
      open s O_RDONLY -> EACCES`,
  });

  machineTable({
    'pipes have nothing behind them: ENXIO': `
      mknod p 0010644 0
      open p O_RDONLY -> ENXIO`,
    'devices have nothing behind them either': `
      mknod c 0020644 259
      open c O_RDONLY -> ENXIO`,
  });

  table({
    'devices on a mount with nodev are EACCES': `
      mkdir m 0755
      mount m nodev
      mknod m/c 0020644 259
      mknod m/b 0060000 259
      open m/c O_RDONLY -> EACCES
      open m/b O_WRONLY|O_CREAT -> EACCES
      open m/c O_PATH
      open m/c O_DIRECTORY -> ENOTDIR`,
  });
});

describe('O_CREAT', () => {
  table({
    'a new file has the mode without the umask, and nothing in it': `
      umask 027
      open f O_CREAT|O_WRONLY 0777 -> $fd
      fstat $fd mode -> 0100750
      fstat $fd size -> 0`,
    'a new file that may not be read or written is open as asked all the same': `
      as 1000
      mkdir x 0777 -> EACCES
      as 0
      chmod . 0777
      as 1000
      open f O_CREAT|O_RDWR 0 -> $fd
      write $fd hello -> 5
      fstat $fd mode -> 0100000
      open f O_RDONLY -> EACCES`,
    'set-id and sticky bits of the mode are taken': `
      open f O_CREAT 07777 -> $fd
      fstat $fd mode -> 0107755`,
    'other bits of the mode are not': `
      open f O_CREAT 0140644 -> $fd
      fstat $fd mode -> 0100644`,
    'an existing file is opened, its mode stays': `${files}
      open f O_CREAT|O_RDWR 0600 -> $fd
      fstat $fd mode -> 0100644
      read $fd 10 -> hello`,
    'an existing file that may not be written is EACCES, a new one in a directory that may not EACCES': `
      creat f 0644
      as 1000
      open f O_CREAT|O_RDONLY 0644
      open f O_CREAT|O_WRONLY 0644 -> EACCES
      open new O_CREAT|O_RDONLY 0644 -> EACCES`,
    "another's symlink or special file in a sticky directory of all is EACCES, a regular file is not": `
      umask 0
      mkdir d 01777
      as 1000
      symlink x d/l
      mknod d/socket 0140644 0
      creat d/f 0666
      open d/l O_CREAT|O_NOFOLLOW 0644 -> ELOOP
      as 1001
      open d/l O_CREAT|O_NOFOLLOW 0644 -> EACCES
      open d/l O_NOFOLLOW -> ELOOP
      open d/socket O_CREAT|O_RDWR 0644 -> EACCES
      open d/f O_CREAT|O_RDWR 0644`,
    'O_EXCL with an existing name is EEXIST, before permissions and EROFS': `${files}
      as 1000
      open f O_CREAT|O_EXCL 0644 -> EEXIST
      open d O_CREAT|O_EXCL 0644 -> EEXIST
      open l O_CREAT|O_EXCL 0644 -> EEXIST
      open dangling O_CREAT|O_EXCL 0644 -> EEXIST
      open loop O_CREAT|O_EXCL 0644 -> EEXIST
      open new O_CREAT|O_EXCL 0644 -> EACCES`,
    'O_EXCL without O_CREAT means nothing': `${files}
      open f O_EXCL
      open nope O_EXCL -> ENOENT`,
    'a directory is EISDIR, by any name': `${files}
      open d O_CREAT 0644 -> EISDIR
      open dl O_CREAT 0644 -> EISDIR
      open . O_CREAT 0644 -> EISDIR
      open d/.. O_CREAT 0644 -> EISDIR
      open d/. O_CREAT 0644 -> EISDIR
      open / O_CREAT 0644 -> EISDIR
      open d/. O_CREAT|O_EXCL 0644 -> EEXIST
      open / O_CREAT|O_EXCL 0644 -> EEXIST`,
    'a slash behind the name is EISDIR, whether there is a file, a directory or nothing': `${files}
      open f/ O_CREAT 0644 -> EISDIR
      open d/ O_CREAT 0644 -> EISDIR
      open new/ O_CREAT 0644 -> EISDIR
      open f/ O_CREAT|O_EXCL 0644 -> EISDIR
      lstat new mode -> ENOENT`,
    'a mountpoint is the directory mounted there': `
      mkdir m 0755
      mount m
      open m O_CREAT 0644 -> EISDIR
      open m O_CREAT|O_EXCL 0644 -> EEXIST`,
    'a dangling symlink makes its target': `${files}
      open dangling O_CREAT|O_WRONLY 0644 -> $fd
      write $fd made -> 4
      stat nowhere size -> 4
      lstat dangling type -> 0120000`,
    'dangling symlinks are followed one after the other, from the directory each is in': `
      mkdir d 0755
      symlink d/second first
      symlink ../third d/second
      open first O_CREAT|O_WRONLY 0644
      stat third type -> 0100000`,
    'a dangling symlink whose target has a slash behind it is EISDIR': `
      symlink new/ l
      open l O_CREAT|O_WRONLY 0644 -> EISDIR`,
    'a dangling symlink into a directory that is not there is ENOENT': `
      symlink no/new l
      open l O_CREAT|O_WRONLY 0644 -> ENOENT`,
    'a symlink to an existing file opens that': `${files}
      open l O_CREAT|O_RDWR 0644 -> $fd
      read $fd 5 -> hello`,
    'O_TRUNC empties what was there and a name longer than 255 bytes is ENAMETOOLONG': `${files}
      open f O_CREAT|O_TRUNC|O_WRONLY 0644 -> $fd
      fstat $fd size -> 0
      open n*255 O_CREAT 0644
      open n*256 O_CREAT 0644 -> ENAMETOOLONG
      open n*256 O_RDONLY -> ENAMETOOLONG`,
    'a removed directory takes no new file': `
      mkdir d 0755
      open d O_DIRECTORY -> $d
      rmdir d
      openat $d f O_CREAT 0644 -> ENOENT
      openat $d n*256 O_CREAT 0644 -> ENOENT
      openat $d n*256 O_RDONLY -> ENOENT
      as 1000
      openat $d f O_CREAT 0644 -> ENOENT`,
    'the owner is the effective user, the group that of a set-group-ID directory': `
      mkdir d 0755
      chmod d 02777
      chown d 0 77
      as 1000
      open d/f O_CREAT 0644 -> $fd
      fstat $fd uid -> 1000
      fstat $fd gid -> 77`,
    'nobody makes a set-group-ID program for a group that is not theirs': `
      mkdir d 0755
      chown d 0 77
      chmod d 02777
      as 1000
      open d/f O_CREAT 02755 -> $fd
      fstat $fd mode -> 0100755
      open d/g O_CREAT 02644 -> $fd
      fstat $fd mode -> 0102644`,
    'creat truncates and gives a file for writing': `${files}
      creat f 0600 -> $fd
      fstat $fd size -> 0
      read $fd 1 -> EBADF`,
  });
});

describe('paths', () => {
  table({
    'a path of 4096 bytes is ENAMETOOLONG, one of 4095 is walked': `
      mkdir d 0755
      open x*4096 O_RDONLY -> ENAMETOOLONG
      open ./*2047 O_RDONLY
      open ./*2048 O_RDONLY -> ENAMETOOLONG`,
    'the path itself is checked before the descriptor it is relative to': `
      openat 99 '' O_RDONLY -> ENOENT
      openat 99 x*5000 O_RDONLY -> ENAMETOOLONG
      openat 99 f O_RDONLY -> EBADF
      openat 99 / O_RDONLY`,
    'a path relative to a file is ENOTDIR': `
      creat f 0644 -> $f
      openat $f x O_RDONLY -> ENOTDIR
      openat $f . O_RDONLY -> ENOTDIR`,
    'a path relative to an O_PATH descriptor': `
      mkdir d 0755
      creat d/f 0644
      open d O_PATH -> $d
      openat $d f O_RDONLY
      openat $d ../d/f O_RDONLY
      openat $d nope O_RDONLY -> ENOENT`,
  });
});

describe('O_PATH', () => {
  table({
    'the descriptor works for places and attributes, and is EBADF for content': `${files}
      open f O_PATH -> $p
      fstat $p size -> 5
      fcntl $p F_GETFL -> 2097152
      fcntl $p F_GETFD -> 0
      fcntl $p F_SETFD 1 -> 0
      fcntl $p F_DUPFD 0
      fcntl $p F_SETFL 0 -> EBADF
      fcntl $p 9999 0 -> EBADF
      read $p 1 -> EBADF
      pread $p 1 0 -> EBADF
      write $p x -> EBADF
      lseek $p 0 SEEK_SET -> EBADF
      ftruncate $p 0 -> EBADF
      fsync $p -> EBADF
      fchmod $p 0600 -> EBADF
      fchown $p 0 0 -> EBADF
      futimens $p 1 1 -> EBADF
      fgetxattr $p user.a 10 -> EBADF
      fsetxattr $p user.a v 0 -> EBADF
      flistxattr $p 10 -> EBADF
      fremovexattr $p user.a -> EBADF
      getdents $p 100 -> EBADF
      close $p -> 0
      close $p -> EBADF`,
    'other flags than O_DIRECTORY, O_NOFOLLOW and O_CLOEXEC mean nothing': `${files}
      open new O_PATH|O_CREAT 0644 -> ENOENT
      open f O_PATH|O_TRUNC|O_RDWR|O_APPEND -> $p
      fcntl $p F_GETFL -> 2097152
      stat f size -> 5
      open f O_PATH|O_DIRECTORY -> ENOTDIR
      open d O_PATH|O_DIRECTORY|O_CLOEXEC -> $d
      fcntl $d F_GETFL -> 2162688
      fcntl $d F_GETFD -> 1`,
    'no permission on the file is needed, only on the way': `
      creat f 0
      mkdir d 0700
      creat d/f 0666
      as 1000
      open f O_PATH
      open d/f O_PATH -> EACCES`,
    'with O_NOFOLLOW it is the symlink itself': `${files}
      open l O_PATH|O_NOFOLLOW -> $p
      fstat $p type -> 0120000
      readlinkat $p '' -> f
      open l O_PATH -> $q
      fstat $q type -> 0100000`,
    'a removed directory can still be entered by its descriptor': `
      mkdir d 0755
      open d O_PATH -> $d
      rmdir d
      fchdir $d
      getcwd -> ENOENT`,
    'fstatfs takes it': `
      open . O_PATH -> $p
      fstatfs $p -> 255
      statfs . -> 255
      statfs nope -> ENOENT
      fstatfs 99 -> EBADF`,
  });
});

test('descriptors are lowest first, from 3 on', () => {
  const machine = new Machine();
  expect(machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644))).toBe(3);
  expect(machine.run((task) => open(task, '/f', O_RDWR))).toBe(4);
  machine.run((task) => close(task, 3));
  expect(machine.run((task) => open(task, '/f', O_RDWR))).toBe(3);
  expect(machine.run((task) => open(task, '/f', O_RDWR))).toBe(5);
});

test('no descriptor free is EMFILE, told before the path is walked', () => {
  const machine = new Machine();
  machine.process.fds.limit = 4;
  machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  machine.tree.log.length = 0;
  expect(machine.failureOf((task) => open(task, '/nope/x', 0))).toBe(EMFILE);
  expect(machine.failureOf((task) => openat(task, 99, '', 0))).toBe(ENOENT);
  expect(machine.tree.log).toEqual([]);
});

test('an open that fails leaves its descriptor free', () => {
  const machine = new Machine();
  expect(machine.failureOf((task) => open(task, '/nope', 0))).toBe(ENOENT);
  expect(machine.run((task) => open(task, '/', 0))).toBe(3);
});

test('the descriptor of an open in progress is not given to another', () => {
  const machine = new Machine();
  const queue = new WaitQueue();
  let ready = false;
  machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  machine.tree.before = function* (task, operation) {
    if (operation === 'open f') yield* sleep(task, queue, () => ready, 'the test');
  };
  const slow = machine.start((task) => open(task, '/f', 0));
  expect(machine.run((task) => open(task, '/', 0))).toBe(5);
  expect(slow.end()).toBeUndefined();
  ready = true;
  queue.wake();
  machine.scheduler.run();
  expect(slow.end()).toBe(4);
});

describe('what the file system is asked', () => {
  test('a cold name to create: lookup, create; a known absent one: create alone', () => {
    const machine = new Machine();
    expect(machine.logOf((task) => open(task, '/f', O_CREAT, 0o644))).toEqual(['lookup f', 'create f']);
    expect(machine.failureOf((task) => stat(task, '/g'))).toBe(ENOENT);
    expect(machine.logOf((task) => open(task, '/g', O_CREAT, 0o644))).toEqual(['create g']);
    expect(machine.logOf((task) => open(task, '/g', O_CREAT, 0o644))).toEqual(['open g']);
  });

  test('O_EXCL asks about a name even when it is known to be absent', () => {
    const machine = new Machine();
    expect(machine.failureOf((task) => stat(task, '/g'))).toBe(ENOENT);
    expect(machine.logOf((task) => open(task, '/g', O_CREAT | O_EXCL, 0o644))).toEqual(['lookup g', 'create g']);
  });

  test('the permission to create is asked for before a cold lookup, and not for what is there', () => {
    const machine = new Machine();
    const root = machine.tree.root.inode as Inode;
    const allows = root.tryPermission.bind(root);
    root.tryPermission = (task, mask) => {
      if ((mask & MAY_WRITE) !== 0) machine.tree.log.push('may create');
      return allows(task, mask);
    };
    const create = (name: string, flags = 0) => machine.logOf((task) => open(task, name, O_CREAT | flags, 0o644));
    expect(create('/f')).toEqual(['may create', 'lookup f', 'create f']);
    expect(create('/f')).toEqual(['open f']);
    machine.failureOf((task) => stat(task, '/g'));
    expect(create('/g')).toEqual(['may create', 'create g']);
    machine.failureOf((task) => stat(task, '/h'));
    expect(create('/h', O_EXCL)).toEqual(['may create', 'lookup h', 'create h']);
    machine.tree.log.length = 0;
    machine.failureOf((task) => open(task, '/h', O_CREAT | O_EXCL, 0o644));
    expect(machine.tree.log).toEqual(['revalidate h']);
  });

  test('O_TRUNC is a change of the size after opening, unless opening does it', () => {
    const machine = new Machine();
    machine.run((task) => open(task, '/f', O_CREAT, 0o644));
    expect(machine.logOf((task) => open(task, '/f', O_TRUNC))).toEqual(['open f', 'setattr size file isOpening']);
    const atomic = new Machine({ truncatesOnOpen: true });
    atomic.run((task) => open(task, '/f', O_CREAT, 0o644));
    expect(atomic.logOf((task) => open(task, '/f', O_TRUNC))).toEqual(['open f']);
  });

  test('a new file is not truncated', () => {
    const machine = new Machine();
    const log = machine.logOf((task) => open(task, '/f', O_CREAT | O_TRUNC | O_WRONLY, 0o644));
    expect(log).toEqual(['lookup f', 'create f']);
  });

  test('an error of the truncation closes the file again', () => {
    const machine = new Machine();
    machine.run((task) => open(task, '/f', O_CREAT, 0o644));
    machine.tree.before = function* (_task, operation) {
      if (operation.startsWith('setattr')) throw EACCES;
    };
    expect(machine.failureOf((task) => open(task, '/f', O_TRUNC))).toBe(EACCES);
    expect(machine.tree.log.at(-1)).toBe('release');
  });

  test('O_PATH asks for nothing but the walk', () => {
    const machine = new Machine();
    machine.run((task) => open(task, '/f', O_CREAT, 0o644));
    const log = machine.logOf(function* (task) {
      yield* close(task, yield* open(task, '/f', O_PATH));
    });
    expect(log).toEqual([]);
  });

  test('ESTALE is tried once more without trusting the cache', () => {
    const machine = new Machine();
    machine.run((task) => mkdir(task, '/d', 0o755));
    machine.run((task) => open(task, '/d/f', O_CREAT, 0o644));
    let stale = 1;
    machine.tree.before = function* (_task, operation) {
      if (operation === 'open f' && stale-- > 0) throw ESTALE;
    };
    expect(machine.logOf((task) => open(task, '/d/f', O_RDWR))).toEqual([
      'open f',
      'revalidate d',
      'revalidate f',
      'open f',
    ]);
    stale = 2;
    expect(machine.failureOf((task) => open(task, '/d/f', O_RDWR))).toBe(ESTALE);
  });

  test('a create that is ESTALE is tried once more too', () => {
    const machine = new Machine();
    let stale = 1;
    machine.tree.before = function* (_task, operation) {
      if (operation === 'create f' && stale-- > 0) throw ESTALE;
    };
    expect(machine.logOf((task) => open(task, '/f', O_CREAT, 0o644))).toEqual([
      'lookup f',
      'create f',
      'lookup f',
      'create f',
    ]);
  });

  test('an existing file is opened with O_CREAT while its directory is locked, a new one waits', () => {
    const machine = new Machine();
    machine.run((task) => open(task, '/f', O_CREAT, 0o644));
    const queue = new WaitQueue();
    let ready = false;
    machine.tree.before = function* (task, operation) {
      if (operation === 'create slow') yield* sleep(task, queue, () => ready, 'the test');
    };
    const slow = machine.start((task) => open(task, '/slow', O_CREAT, 0o644));
    expect(machine.run((task) => open(task, '/f', O_CREAT, 0o644))).toBe(5);
    const behind = machine.start((task) => open(task, '/new', O_CREAT, 0o644));
    const killed = machine.start((task) => open(task, '/other', O_CREAT, 0o644));
    killed.task.signal('killed');
    machine.scheduler.run();
    expect(killed.end()).toBe(EINTR);
    expect([slow.end(), behind.end()]).toEqual([undefined, undefined]);
    ready = true;
    queue.wake();
    machine.scheduler.run();
    expect([slow.end(), behind.end()]).toEqual([4, 6]);
  });
});
