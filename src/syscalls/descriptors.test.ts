import { describe, expect, test } from 'vitest';
import { EBADF, EBUSY, EINVAL, EIO, EMFILE } from '../abi/errno.ts';
import { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, O_CREAT, O_PATH } from '../abi/linux.ts';
import { sleep } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { close, dup, dup2, dup3, exit } from './descriptors.ts';
import { fcntl } from './fcntl.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

table({
  'close of what is not open is EBADF, twice the same too': `
    creat f 0644 -> $f
    close $f -> 0
    close $f -> EBADF
    close -1 -> EBADF
    close 99 -> EBADF`,
  'dup gives another descriptor that does not close on exec': `
    open f O_CREAT|O_CLOEXEC 0644 -> $f
    fcntl $f F_GETFD -> 1
    dup $f -> $g
    fcntl $g F_GETFD -> 0
    close $f -> 0
    fstat $g size -> 0
    dup 99 -> EBADF`,
  'dup2 takes that very descriptor, whatever it was': `
    creat f 0644 -> $f
    dup2 $f 50 -> 50
    dup2 $f 50 -> 50
    fstat 50 size -> 0
    dup2 $f $f
    dup2 99 50 -> EBADF
    dup2 99 99 -> EBADF
    fstat 50 size -> 0
    dup2 $f -1 -> EBADF`,
  'dup2 shares the open file, which lives until both are closed': `
    open f O_CREAT|O_RDWR 0644 -> $f
    dup2 $f 50 -> 50
    write $f hello
    close $f -> 0
    lseek 50 0 SEEK_CUR -> 5
    close 50 -> 0
    close 50 -> EBADF`,
  'dup3 of the same descriptor is EINVAL, as is an unknown flag, before EBADF': `
    creat f 0644 -> $f
    dup3 $f $f 0 -> EINVAL
    dup3 99 99 0 -> EINVAL
    dup3 99 50 1 -> EINVAL
    dup3 99 50 0 -> EBADF
    dup3 $f 50 O_CLOEXEC -> 50
    fcntl 50 F_GETFD -> 1
    fcntl $f F_GETFD -> 0`,
  'F_DUPFD gives the lowest free one from a number on': `
    creat f 0644 -> $f
    fcntl $f F_DUPFD 50 -> 50
    fcntl $f F_DUPFD 50 -> 51
    fcntl $f F_DUPFD_CLOEXEC 50 -> 52
    fcntl 52 F_GETFD -> 1
    close 51 -> 0
    fcntl $f F_DUPFD 50 -> 51
    fcntl $f F_DUPFD -1 -> EINVAL
    fcntl $f F_DUPFD 10000000 -> EINVAL
    fcntl 99 F_DUPFD -1 -> EBADF`,
  'F_SETFD sets close-on-exec for one descriptor alone': `
    creat f 0644 -> $f
    dup $f -> $g
    fcntl $f F_SETFD FD_CLOEXEC -> 0
    fcntl $f F_GETFD -> 1
    fcntl $g F_GETFD -> 0
    fcntl $f F_SETFD 0 -> 0
    fcntl $f F_GETFD -> 0
    fcntl 99 F_GETFD -> EBADF
    fcntl 99 F_SETFD 0 -> EBADF`,
  'F_SETFL changes the flags of the open file, and only those that can change': `
    open f O_CREAT|O_RDWR 0644 -> $f
    dup $f -> $g
    fcntl $f F_SETFL O_APPEND|O_NONBLOCK|O_WRONLY|O_SYNC -> 0
    fcntl $g F_GETFL -> 35842
    fcntl $g F_SETFL 0 -> 0
    fcntl $f F_GETFL -> 32770
    fcntl 99 F_GETFL -> EBADF
    fcntl 99 F_SETFL 0 -> EBADF`,
  'F_SETFL with O_NOATIME on the file of another is EPERM': `
    open f O_CREAT|O_RDWR 0644 -> $f
    fcntl $f F_SETFL O_NOATIME -> 0
    as 1000
    fcntl $f F_SETFL O_NOATIME -> 0
    fcntl $f F_SETFL 0 -> 0
    fcntl $f F_SETFL O_NOATIME -> EPERM`,
  'an unknown command is EINVAL, after EBADF': `
    creat f 0644 -> $f
    fcntl $f 9999 0 -> EINVAL
    fcntl 99 9999 0 -> EBADF`,
  'fsync and fdatasync take files and directories': `
    creat f 0644 -> $f
    open . O_RDONLY -> $d
    fsync $f -> 0
    fdatasync $f -> 0
    fsync $d -> 0
    fdatasync $d -> 0
    fsync 99 -> EBADF
    fdatasync 99 -> EBADF`,
});

function withFile() {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  machine.tree.log.length = 0;
  return { machine, fd };
}

describe('what the file system hears', () => {
  test('a flush for each close, a release with the last', () => {
    const { machine, fd } = withFile();
    const second = machine.run((task) => dup(task, fd));
    machine.run((task) => close(task, fd));
    expect(machine.tree.log).toEqual(['flush']);
    machine.run((task) => close(task, second));
    expect(machine.tree.log).toEqual(['flush', 'flush', 'release']);
  });

  test('an error of the flush is what close returns; the descriptor is gone and the file released', () => {
    const { machine, fd } = withFile();
    machine.tree.before = function* () {
      throw EIO;
    };
    expect(machine.failureOf((task) => close(task, fd))).toBe(EIO);
    expect(machine.failureOf((task) => close(task, fd))).toBe(EBADF);
    expect(machine.tree.log).toEqual(['flush', 'release']);
  });

  test('dup2 onto an open descriptor closes it; its error is told to nobody', () => {
    const { machine, fd } = withFile();
    const other = machine.run((task) => open(task, '/', 0));
    machine.tree.before = function* () {
      throw EIO;
    };
    machine.tree.log.length = 0;
    expect(machine.run((task) => dup2(task, other, fd))).toBe(fd);
    expect(machine.tree.log).toEqual(['flush', 'release']);
  });

  test('exit closes all, lowest first, and lets root and working directory go', () => {
    const { machine } = withFile();
    machine.run((task) => open(task, '/', O_PATH));
    machine.run((task) => open(task, '/', 0));
    machine.tree.log.length = 0;
    machine.tree.before = function* () {
      throw EIO;
    };
    machine.run((task) => exit(task));
    expect(machine.tree.log).toEqual(['flush', 'release', 'flush', 'release']);
    expect(machine.process.fds.open).toEqual([]);
  });
});

test('the limit is EMFILE for dup, EINVAL for F_DUPFD from it on, EBADF for dup2 to it', () => {
  const { machine, fd } = withFile();
  machine.process.fds.limit = 5;
  expect(machine.run((task) => dup(task, fd))).toBe(4);
  expect(machine.failureOf((task) => dup(task, fd))).toBe(EMFILE);
  expect(machine.failureOf((task) => fcntl(task, fd, F_DUPFD, 4))).toBe(EMFILE);
  expect(machine.failureOf((task) => fcntl(task, fd, F_DUPFD_CLOEXEC, 5))).toBe(EINVAL);
  expect(machine.failureOf((task) => dup2(task, fd, 5))).toBe(EBADF);
});

test('dup2 to a descriptor that an open in progress is to get is EBUSY', () => {
  const { machine, fd } = withFile();
  const queue = new WaitQueue();
  let ready = false;
  machine.tree.before = function* (task, operation) {
    if (operation === 'open f') yield* sleep(task, queue, () => ready, 'the test');
  };
  const opening = machine.start((task) => open(task, '/f', 0));
  expect(machine.failureOf((task) => dup3(task, fd, 4, 0))).toBe(EBUSY);
  expect(machine.failureOf((task) => close(task, 4))).toBe(EBADF);
  ready = true;
  queue.wake();
  machine.scheduler.run();
  expect(opening.end()).toBe(4);
  expect(machine.run((task) => fcntl(task, 4, F_GETFD))).toBe(0);
});
