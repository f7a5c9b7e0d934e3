import { describe, expect, test } from 'vitest';
import { EBUSY, ESTALE } from '../abi/errno.ts';
import { AT_REMOVEDIR, O_CREAT } from '../abi/linux.ts';
import { sleep } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { close } from './descriptors.ts';
import { mkdir } from './mkdir.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';
import { rmdir, unlink, unlinkat } from './unlink.ts';

const existing = `
  mkdir d 0755
  creat d/in 0644
  mkdir e 0755
  creat f 0644
  symlink f l
  symlink d dl
  symlink nowhere dangling`;

describe('unlink', () => {
  table({
    'an unknown flag is EINVAL before anything else': `
      unlinkat 99 '' 1 -> EINVAL
      unlinkat 99 '' 0x300 -> EINVAL`,
    'takes a file, a symlink itself, a socket': `${existing}
      mknod s 0140644 0
      unlink f
      unlink l
      unlink dangling
      unlink dl
      unlink s
      lstat l mode -> ENOENT
      stat d type -> 040000`,
    'a directory is EISDIR, with a slash too; dots and the root likewise': `${existing}
      unlink d -> EISDIR
      unlink d/ -> EISDIR
      unlink . -> EISDIR
      unlink .. -> EISDIR
      unlink d/. -> EISDIR
      unlink d/.. -> EISDIR
      unlink / -> EISDIR`,
    'a slash behind something else is ENOTDIR, behind nothing ENOENT': `${existing}
      unlink f/ -> ENOTDIR
      unlink l/ -> ENOTDIR
      unlink dl/ -> ENOTDIR
      unlink dangling/ -> ENOTDIR
      unlink no/ -> ENOENT
      unlink no -> ENOENT
      unlink '' -> ENOENT
      unlink f/x -> ENOTDIR`,
    'the directory must be writable and searchable': `${existing}
      as 1000
      unlink d/in -> EACCES
      unlink d/no -> ENOENT
      as 0
      chmod d 0766
      as 1000
      unlink d/in -> EACCES`,
    'a file without any permission goes if its directory may be written': `
      mkdir d 0755
      creat d/f 0
      chmod d 0777
      as 1000
      unlink d/f`,
    'a directory to unlink is EACCES before EISDIR': `${existing}
      mkdir d/sub 0755
      as 1000
      unlink d/sub -> EACCES
      rmdir d/in -> EACCES`,
    'a sticky directory keeps the files of others': `
      mkdir t 0755
      chmod t 01777
      creat t/f 0666
      as 1000
      creat t/mine 0600
      unlink t/f -> EPERM
      unlink t/mine
      as 0
      unlink t/f`,
    'the owner of a sticky directory takes what he likes': `
      mkdir t 0755
      chmod t 01777
      chown t 1000 1000
      creat t/f 0666
      as 1000
      unlink t/f`,
    'a read-only mount is EROFS even for what is not there, EISDIR for dots comes first': `
      mkdir m 0755
      mount m ro
      unlink m/no -> EROFS
      rmdir m/no -> EROFS
      unlink m/. -> EISDIR
      rmdir m/. -> EINVAL`,
    'an open file lives on without a name, with no links': `
      open f O_CREAT|O_RDWR 0644 -> $fd
      write $fd hello
      unlink f
      fstat $fd nlink -> 0
      pread $fd 5 0 -> hello
      open f O_RDONLY -> ENOENT
      creat f 0644
      fstat $fd size -> 5
      stat f size -> 0`,
    'one of two names goes, the other stays': `
      creat f 0644
      link f g
      stat f nlink -> 2
      unlink f
      stat g nlink -> 1`,
    'relative to a descriptor': `${existing}
      open d O_PATH -> $d
      unlinkat $d in 0
      unlinkat $d in 0 -> ENOENT
      unlinkat 99 in 0 -> EBADF
      unlinkat AT_FDCWD d AT_REMOVEDIR`,
    'a mountpoint is EBUSY': `
      mkdir m 0755
      mount m
      rmdir m -> EBUSY
      unlink m -> EISDIR
      creat m/f 0644
      unlink m/f
      rmdir m/. -> EINVAL
      rmdir m/.. -> ENOTEMPTY`,
  });
});

describe('rmdir', () => {
  table({
    'an empty directory goes, one that is not empty is ENOTEMPTY': `${existing}
      rmdir e
      rmdir d -> ENOTEMPTY
      unlink d/in
      rmdir d/
      stat d type -> ENOENT`,
    'something else is ENOTDIR, with a slash too': `${existing}
      rmdir f -> ENOTDIR
      rmdir f/ -> ENOTDIR
      rmdir l -> ENOTDIR
      rmdir dl -> ENOTDIR
      rmdir dl/ -> ENOTDIR
      rmdir dangling/ -> ENOTDIR
      rmdir no -> ENOENT
      rmdir no/ -> ENOENT`,
    'dots and the root are refused, each in its way': `${existing}
      rmdir . -> EINVAL
      rmdir d/. -> EINVAL
      rmdir d/./ -> EINVAL
      rmdir .. -> ENOTEMPTY
      rmdir d/.. -> ENOTEMPTY
      rmdir / -> EBUSY
      rmdir no/.. -> ENOENT`,
    'the working directory can go; from it nothing is reached any more but by dots': `
      mkdir d 0755
      mkdir d/e 0755
      chdir d/e
      rmdir ../e
      getcwd -> ENOENT
      stat . type -> 040000
      stat .. type -> 040000
      open f O_CREAT 0644 -> ENOENT
      mkdir x 0755 -> ENOENT
      symlink a b -> ENOENT
      stat x type -> ENOENT
      rmdir x -> ENOENT
      chdir ..
      getcwd -> /d`,
    'a removed directory has no links, and its parent one less': `
      mkdir d 0755
      mkdir d/e 0755
      open d/e O_DIRECTORY -> $e
      rmdir d/e
      stat d nlink -> 2
      fstat $e nlink -> 0
      getdents $e 1000 -> ENOENT
      mkdir d/e 0755
      stat d/e nlink -> 2`,
    'the directory must be writable': `
      mkdir d 0755
      mkdir d/e 0777
      as 1000
      rmdir d/e -> EACCES`,
  });
});

test('what was removed is known to be absent only until it is asked for', () => {
  const machine = new Machine();
  machine.run((task) => mkdir(task, '/d', 0o755));
  expect(machine.logOf((task) => rmdir(task, '/d'))).toEqual(['rmdir d']);
  const dentry = machine.tree.root.children.get('d');
  expect(dentry?.isNegative).toBe(true);
  expect(dentry?.expires).toBe(0);
});

test('a file in use keeps its inode, the name is forgotten', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  machine.run((task) => unlink(task, '/f'));
  expect(machine.tree.root.children.has('f')).toBe(false);
  expect(machine.process.fds.file(fd).path.dentry.inode).not.toBeNull();
  machine.run((task) => close(task, fd));
});

test('nothing is made in a directory while it is being removed', () => {
  const machine = new Machine();
  machine.run((task) => mkdir(task, '/d', 0o755));
  const queue = new WaitQueue();
  let ready = false;
  machine.tree.before = function* (task, operation) {
    if (operation === 'rmdir d') yield* sleep(task, queue, () => ready, 'the test');
  };
  const removing = machine.start((task) => rmdir(task, '/d'));
  const making = machine.start((task) => mkdir(task, '/d/x', 0o755));
  expect(making.end()).toBeUndefined();
  ready = true;
  queue.wake();
  machine.scheduler.run();
  expect(removing.task.sleep).toBeNull();
  expect(making.end()).toMatchObject({ code: 'ENOENT' });
});

test('ESTALE is tried once more without trusting the cache', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  let stale = 1;
  machine.tree.before = function* (_task, operation) {
    if (operation === 'unlink f' && stale-- > 0) throw ESTALE;
  };
  expect(machine.logOf((task) => unlink(task, '/f'))).toEqual(['unlink f', 'revalidate f', 'unlink f']);
});

test('a file with something mounted on it is EBUSY', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  machine.mount('/f');
  expect(machine.failureOf((task) => unlink(task, '/f'))).toBe(EBUSY);
  expect(machine.failureOf((task) => unlinkat(task, -100, '/f', AT_REMOVEDIR))).toMatchObject({ code: 'ENOTDIR' });
});

machineTable({
  'a name that only looks like a dot is a name': `
    mkdir ... 0755
    rmdir ...
    rmdir ... -> ENOENT`,
});
