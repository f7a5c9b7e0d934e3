import { describe, expect, test } from 'vitest';
import { EBUSY } from '../abi/errno.ts';
import { O_CREAT, RENAME_EXCHANGE, RENAME_NOREPLACE } from '../abi/linux.ts';
import { sleep } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { link } from './link.ts';
import { mkdir } from './mkdir.ts';
import { open } from './open.ts';
import { rename, renameat2 } from './rename.ts';
import { stat } from './stat.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';

const existing = `
  mkdir d 0755
  creat d/in 0644
  mkdir e 0755
  creat f 0644 -> $f
  write $f f
  creat g 0644 -> $g
  write $g gg
  symlink f l`;

describe('rename', () => {
  table({
    'a file takes a new name, in another directory too': `${existing}
      rename f h
      stat f size -> ENOENT
      stat h size -> 1
      rename h d/f
      stat d/f size -> 1
      open d O_RDONLY -> $d
      names $d -> .,..,f,in`,
    'a file replaces a file; the replaced one lives on if it is open': `${existing}
      rename f g
      stat g size -> 1
      fstat $g nlink -> 0
      fstat $g size -> 2
      stat f size -> ENOENT`,
    'a directory replaces an empty one only': `${existing}
      rename d e
      stat e/in size -> 0
      stat d type -> ENOENT
      mkdir d 0755
      rename d e -> ENOTEMPTY
      rename e d`,
    'kinds must fit: EISDIR for a file onto a directory, ENOTDIR the other way round': `${existing}
      rename f d -> EISDIR
      rename f e -> EISDIR
      rename e f -> ENOTDIR
      rename l d -> EISDIR`,
    'a symlink is moved itself': `${existing}
      rename l d/l
      readlink d/l -> f
      rename f l
      lstat l type -> 0100000`,
    'the same name, or another name of the same file, changes nothing': `${existing}
      rename f f
      link f same
      rename f same
      stat f nlink -> 2
      stat same nlink -> 2
      rename d d
      stat d/in size -> 0`,
    'a directory cannot go into itself: EINVAL, and nothing onto what it is in: ENOTEMPTY': `
      mkdir a 0755
      mkdir a/b 0755
      mkdir a/b/c 0755
      rename a a/x -> EINVAL
      rename a a/b/x -> EINVAL
      rename a a/b -> EINVAL
      rename a/b/c a -> ENOTEMPTY
      rename a/b/c a/b -> ENOTEMPTY`,
    'names that are not there': `${existing}
      rename no x -> ENOENT
      rename no/x x -> ENOENT
      rename f no/x -> ENOENT
      rename f f/x -> ENOTDIR
      rename '' x -> ENOENT
      rename f '' -> ENOENT
      rename no/x '' -> ENOENT`,
    'a long name is ENAMETOOLONG after the source was looked at': `${existing}
      rename f n*256 -> ENAMETOOLONG
      rename n*256 x -> ENAMETOOLONG
      rename no n*256 -> ENOENT
      rename no/x x*5000 -> ENOENT
      rename f x*5000 -> ENAMETOOLONG`,
    'dots and the root are EBUSY on either side': `${existing}
      rename . x -> EBUSY
      rename d/. x -> EBUSY
      rename d/.. x -> EBUSY
      rename / x -> EBUSY
      rename f . -> EBUSY
      rename f d/.. -> EBUSY
      rename f / -> EBUSY`,
    'a slash behind either name wants a directory': `${existing}
      rename f/ x -> ENOTDIR
      rename f x/ -> ENOTDIR
      rename f g/ -> ENOTDIR
      rename f d/ -> ENOTDIR
      rename l/ x -> ENOTDIR
      rename d/ x/
      stat x/in size -> 0`,
    'both directories must be writable': `${existing}
      mkdir w 0755
      chmod w 0777
      as 1000
      creat w/mine 0644
      rename w/mine w/yours
      rename w/yours d/x -> EACCES
      rename d/in w/x -> EACCES`,
    'a directory that gets another parent must be writable itself': `
      mkdir w 0755
      chmod w 0777
      mkdir w2 0755
      chmod w2 0777
      mkdir w/d 0755
      as 1000
      rename w/d w/d2
      rename w/d2 w2/d -> EACCES`,
    'a directory that is replaced need not be writable, one that is exchanged must': `
      mkdir w 0755
      chmod w 0777
      mkdir w2 0755
      chmod w2 0777
      mkdir w2/e 0755
      as 1000
      mkdir w/d 0755
      renameat2 AT_FDCWD w/d AT_FDCWD w2/e RENAME_EXCHANGE -> EACCES
      creat w/f 0644
      renameat2 AT_FDCWD w/f AT_FDCWD w2/e RENAME_EXCHANGE -> EACCES
      rename w/d w2/e
      mkdir w2/mine 0755
      renameat2 AT_FDCWD w/f AT_FDCWD w2/mine RENAME_EXCHANGE`,
    'a sticky directory keeps the files of others, as source and as target': `
      mkdir t 0755
      chmod t 01777
      creat t/f 0666
      as 1000
      creat t/mine 0644
      rename t/f t/x -> EPERM
      rename t/mine t/f -> EPERM
      rename t/mine t/other`,
    'another mount is EXDEV, before dots and before what is missing': `${existing}
      mkdir m 0755
      mount m
      rename f m/f -> EXDEV
      rename no m/f -> EXDEV
      rename . m/f -> EXDEV
      rename f m/. -> EXDEV
      renameat2 AT_FDCWD f AT_FDCWD m/f RENAME_EXCHANGE -> EXDEV`,
    'mountpoints are EBUSY on either side': `${existing}
      mkdir m 0755
      mount m
      rename m x -> EBUSY
      rename e m -> EBUSY
      rename m e -> EBUSY
      rename f m -> EISDIR`,
    'a read-only mount is EROFS even for what is not there': `
      mkdir m 0755
      mount m ro
      rename m/a m/b -> EROFS
      rename m/. m/b -> EBUSY`,
    'a read-only mount is EROFS for what is there': `
      mkdir m 0755
      mount m
      creat m/f 0644 -> $f
      close $f
      remount m ro
      rename m/f m/g -> EROFS
      unlink m/f -> EROFS
      link m/f m/g -> EROFS
      link m/f m/f -> EEXIST
      setxattr m/f user.a x 0 -> EROFS
      access m/f W_OK -> EROFS
      access m/f R_OK`,
    'links of the parents follow a directory': `
      mkdir a 0755
      mkdir b 0755
      mkdir a/d 0755
      rename a/d b/d
      stat a nlink -> 2
      stat b nlink -> 3`,
    'the working directory moves along': `
      mkdir a 0755
      mkdir a/b 0755
      chdir a/b
      rename /a /c
      getcwd -> /c/b
      rename /c/b /b
      getcwd -> /b`,
    'a replaced directory is dead': `
      mkdir a 0755
      mkdir b 0755
      open b O_DIRECTORY -> $b
      rename a b
      openat $b f O_CREAT 0644 -> ENOENT
      getdents $b 100 -> ENOENT`,
  });
});

describe('renameat2', () => {
  table({
    'unknown flags, and RENAME_EXCHANGE with another, are EINVAL before the paths': `
      renameat2 AT_FDCWD '' AT_FDCWD '' 8 -> EINVAL
      renameat2 AT_FDCWD '' AT_FDCWD '' RENAME_EXCHANGE|RENAME_NOREPLACE -> EINVAL
      renameat2 AT_FDCWD '' AT_FDCWD '' RENAME_EXCHANGE|RENAME_WHITEOUT -> EINVAL`,
    'RENAME_NOREPLACE refuses an existing name with EEXIST, itself too': `${existing}
      renameat2 AT_FDCWD f AT_FDCWD g RENAME_NOREPLACE -> EEXIST
      renameat2 AT_FDCWD f AT_FDCWD f RENAME_NOREPLACE -> EEXIST
      renameat2 AT_FDCWD f AT_FDCWD g/ RENAME_NOREPLACE -> EEXIST
      renameat2 AT_FDCWD f AT_FDCWD . RENAME_NOREPLACE -> EEXIST
      renameat2 AT_FDCWD . AT_FDCWD . RENAME_NOREPLACE -> EBUSY
      renameat2 AT_FDCWD no AT_FDCWD g RENAME_NOREPLACE -> ENOENT
      renameat2 AT_FDCWD d AT_FDCWD d/x RENAME_NOREPLACE -> EINVAL
      renameat2 AT_FDCWD f AT_FDCWD h RENAME_NOREPLACE
      stat h size -> 1`,
    'RENAME_WHITEOUT leaves a character device 0:0, for which nobody needs CAP_MKNOD': `${existing}
      chmod . 0777
      as 1000
      creat mine 0644
      renameat2 AT_FDCWD mine AT_FDCWD mine2 RENAME_WHITEOUT
      lstat mine mode -> 020000
      lstat mine rdev -> 0
      lstat mine uid -> 1000
      renameat2 AT_FDCWD mine2 AT_FDCWD mine RENAME_WHITEOUT|RENAME_NOREPLACE -> EEXIST
      renameat2 AT_FDCWD mine2 AT_FDCWD mine RENAME_WHITEOUT
      lstat mine mode -> 0100644
      lstat mine2 mode -> 020000`,
    'RENAME_EXCHANGE swaps two names of whatever kind': `${existing}
      renameat2 AT_FDCWD f AT_FDCWD g RENAME_EXCHANGE
      stat f size -> 2
      stat g size -> 1
      renameat2 AT_FDCWD f AT_FDCWD d RENAME_EXCHANGE
      stat f/in size -> 0
      stat d size -> 2
      renameat2 AT_FDCWD d AT_FDCWD f/in RENAME_EXCHANGE
      stat d size -> 0
      stat f/in size -> 2`,
    'RENAME_EXCHANGE of two directories moves what is in them': `
      mkdir a 0755
      mkdir a/x 0755
      mkdir b 0755
      creat b/f 0644
      renameat2 AT_FDCWD a/x AT_FDCWD b RENAME_EXCHANGE
      stat a/x/f size -> 0
      stat b type -> 040000
      stat a nlink -> 3`,
    'RENAME_EXCHANGE wants both names, and a directory behind a slash': `${existing}
      renameat2 AT_FDCWD f AT_FDCWD no RENAME_EXCHANGE -> ENOENT
      renameat2 AT_FDCWD no AT_FDCWD f RENAME_EXCHANGE -> ENOENT
      renameat2 AT_FDCWD f AT_FDCWD g/ RENAME_EXCHANGE -> ENOTDIR
      renameat2 AT_FDCWD f/ AT_FDCWD d RENAME_EXCHANGE -> ENOTDIR
      renameat2 AT_FDCWD d/ AT_FDCWD f RENAME_EXCHANGE
      stat f/in size -> 0`,
    'RENAME_EXCHANGE with what the other is in is EINVAL both ways': `
      mkdir a 0755
      mkdir a/b 0755
      mkdir a/b/c 0755
      renameat2 AT_FDCWD a AT_FDCWD a/b RENAME_EXCHANGE -> EINVAL
      renameat2 AT_FDCWD a/b/c AT_FDCWD a RENAME_EXCHANGE -> EINVAL`,
    'relative to two descriptors': `${existing}
      open d O_PATH -> $d
      open e O_PATH -> $e
      renameat2 $d in $e out 0
      stat e/out size -> 0
      renameat2 99 in $e x 0 -> EBADF
      renameat2 $e out 99 x 0 -> EBADF
      renameat2 99 /f 99 /h 0`,
  });
});

machineTable({
  'names that are cached on the way are found where they went': `
    mkdir a 0755
    mkdir a/b 0755
    creat a/b/f 0644
    stat a/b/f size -> 0
    rename a/b c
    stat c/f size -> 0
    stat a/b/f size -> ENOENT
    mkdir a/b 0755
    stat a/b/f size -> ENOENT`,
});

test('the target is asked about even if it is cached, the source is not; an exchange trusts both', () => {
  const machine = new Machine();
  for (const path of ['/a', '/b']) machine.run((task) => open(task, path, O_CREAT, 0o644));
  expect(machine.logOf((task) => rename(task, '/a', '/b'))).toEqual(['revalidate b', 'rename a b']);
  machine.run((task) => open(task, '/a', O_CREAT, 0o644));
  const exchange = machine.logOf((task) => renameat2(task, -100, '/a', -100, '/b', RENAME_EXCHANGE));
  expect(exchange).toEqual(['rename a b']);
  machine.tree.log.length = 0;
  machine.failureOf((task) => renameat2(task, -100, '/a', -100, '/b', RENAME_NOREPLACE));
  expect(machine.tree.log).toEqual(['revalidate b']);
});

test('another name of the same file asks for the lookups alone', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/a', O_CREAT, 0o644));
  machine.run((task) => link(task, '/a', '/b'));
  expect(machine.logOf((task) => rename(task, '/a', '/b'))).toEqual(['revalidate b']);
});

test('a file with something mounted on it is EBUSY on either side', () => {
  const machine = new Machine();
  for (const path of ['/a', '/b']) machine.run((task) => open(task, path, O_CREAT, 0o644));
  machine.mount('/a');
  expect(machine.failureOf((task) => rename(task, '/a', '/b'))).toBe(EBUSY);
  expect(machine.failureOf((task) => rename(task, '/b', '/a'))).toBe(EBUSY);
});

test('renames that cross each other all end', () => {
  const machine = new Machine();
  for (const path of ['/a', '/a/b', '/c', '/c/d']) machine.run((task) => mkdir(task, path, 0o755));
  for (const path of ['/a/x', '/c/y']) machine.run((task) => open(task, path, O_CREAT, 0o644));
  for (const path of ['/a/x2', '/c/x3']) machine.run((task) => link(task, '/a/x', path));
  machine.run((task) => link(task, '/c/y', '/c/y2'));
  const queue = new WaitQueue();
  let turn = 0;
  machine.tree.before = function* (task) {
    const until = turn + 2;
    yield* sleep(task, queue, () => turn >= until, 'the test');
  };
  const renames = [
    ['/a/x', '/c/d/x'],
    ['/c/y', '/a/b/y'],
    ['/a/b', '/c/d/b'],
    ['/c/d', '/a/d'],
    ['/a/x2', '/c/y2'],
    ['/c/x3', '/c/y2'],
  ].map(([from = '', to = '']) => machine.start((task) => rename(task, from, to)));
  for (; turn < 200; turn++) {
    queue.wake();
    machine.scheduler.run();
  }
  expect([...machine.scheduler.tasks]).toEqual([]);
  expect(renames).toHaveLength(6);
});

test('two directories cannot be moved into each other at the same time', () => {
  const machine = new Machine();
  for (const path of ['/a', '/b']) machine.run((task) => mkdir(task, path, 0o755));
  const queue = new WaitQueue();
  let ready = false;
  machine.tree.before = function* (task, operation) {
    if (operation.startsWith('rename')) yield* sleep(task, queue, () => ready, 'the test');
  };
  const first = machine.start((task) => rename(task, '/a', '/b/a'));
  const second = machine.start((task) => rename(task, '/b', '/a/b'));
  ready = true;
  queue.wake();
  machine.scheduler.run();
  expect(first.end()).toBeUndefined();
  expect(second.end()).toMatchObject({ code: 'EINVAL' });
  expect(machine.run((task) => stat(task, '/b/a')).nlink).toBe(2);
});
