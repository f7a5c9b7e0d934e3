import { expect, test } from 'vitest';
import { EINTR } from '../abi/errno.ts';
import { O_CREAT } from '../abi/linux.ts';
import { sleep } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { chmod, chown, fchmod } from './attributes.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';

const existing = `
  creat f 0644 -> $f
  symlink f l
  symlink no dangling`;

table({
  'chmod follows symlinks; the type stays': `${existing}
    chmod l 07777
    stat f mode -> 0107777
    chmod f 0140600
    stat f mode -> 0100600
    fchmod $f 0640
    fchmodat AT_FDCWD l 0604 0
    stat f mode -> 0100604
    chmod dangling 0644 -> ENOENT
    chmod '' 0644 -> ENOENT
    fchmod 99 0644 -> EBADF`,
  'chmod of a symlink itself is EOPNOTSUPP': `${existing}
    fchmodat AT_FDCWD l 0600 AT_SYMLINK_NOFOLLOW -> EOPNOTSUPP
    fchmodat AT_FDCWD f 0600 AT_SYMLINK_NOFOLLOW
    open l O_PATH|O_NOFOLLOW -> $l
    fchmodat $l '' 0600 AT_EMPTY_PATH -> EOPNOTSUPP
    fchmod $l 0600 -> EBADF`,
  'fchmodat with AT_EMPTY_PATH takes a descriptor, O_PATH too': `${existing}
    open f O_PATH -> $p
    fchmodat $p '' 0600 AT_EMPTY_PATH
    stat f mode -> 0100600
    fchmodat $p '' 0600 0 -> ENOENT
    fchmodat 99 '' 0600 AT_EMPTY_PATH -> EBADF`,
  'unknown flags are EINVAL before the path': `
    fchmodat 99 '' 0600 1 -> EINVAL
    fchmodat 99 '' 0600 AT_SYMLINK_FOLLOW -> EINVAL
    fchownat 99 '' 0 0 1 -> EINVAL
    fchownat 99 '' 0 0 AT_SYMLINK_FOLLOW -> EINVAL`,
  'only the owner and root change the mode': `${existing}
    as 1000
    chmod f 0666 -> EPERM
    fchmod $f 0666 -> EPERM
    as 0
    chown f 1000 1000
    as 1000
    chmod f 0600
    stat f mode -> 0100600`,
  'chown changes owner and group, -1 leaves either': `${existing}
    chown f 1000 1001
    chown f -1 1002
    chown f 1003 -1
    chown f -1 -1
    stat f uid -> 1003
    stat f gid -> 1002
    fchown $f 1 2
    stat f uid -> 1
    fchown 99 1 2 -> EBADF`,
  'lchown and AT_SYMLINK_NOFOLLOW change a symlink itself': `${existing}
    lchown l 5 6
    lstat l uid -> 5
    stat f uid -> 0
    fchownat AT_FDCWD l 7 8 AT_SYMLINK_NOFOLLOW
    lstat l gid -> 8
    chown l 9 10
    stat f gid -> 10
    lstat l gid -> 8
    chown dangling 1 1 -> ENOENT
    lchown dangling 1 1`,
  'fchownat with AT_EMPTY_PATH takes a descriptor': `${existing}
    open l O_PATH|O_NOFOLLOW -> $l
    fchownat $l '' 5 6 AT_EMPTY_PATH
    lstat l uid -> 5
    fchownat $f '' 7 8 AT_EMPTY_PATH
    fstat $f gid -> 8
    fchownat $f '' 7 8 0 -> ENOENT`,
  'nobody but root gives a file away; its group only to one of the owner': `${existing}
    chown f 1000 1000
    as 1000
    chown f 1001 -1 -> EPERM
    chown f -1 1001 -> EPERM
    chown f 1000 1000
    as 1002
    chown f 1002 -1 -> EPERM`,
  'a read-only mount is EROFS': `
    mkdir m 0755
    mount m ro
    chmod m 0700 -> EROFS
    chown m 1 1 -> EROFS
    open m O_RDONLY -> $m
    fchmod $m 0700 -> EROFS
    fchown $m 1 1 -> EROFS
    as 1000
    chmod m 0700 -> EROFS`,
});

machineTable({
  'a uid of 2^32 - 1 leaves it too': `
    creat f 0644
    chown f 5 6
    chown f 4294967295 7
    stat f uid -> 5
    stat f gid -> 7`,
});

test('only what changes is asked for', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  const log = machine.logOf(function* (task) {
    yield* chmod(task, '/f', 0o600);
    yield* fchmod(task, fd, 0o600);
    yield* chown(task, '/f', 5, -1);
    yield* chown(task, '/f', -1, -1);
  });
  expect(log.map((line) => line.trim())).toEqual([
    'setattr mode',
    'setattr mode',
    'setattr isChown uid',
    'setattr isChown',
  ]);
});

test('changes of one file wait for each other, and a killed one gets EINTR', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  const queue = new WaitQueue();
  let ready = false;
  machine.tree.before = function* (task) {
    yield* sleep(task, queue, () => ready, 'the test');
  };
  const first = machine.start((task) => chmod(task, '/f', 0o600));
  const second = machine.start((task) => chmod(task, '/f', 0o640));
  const third = machine.start((task) => chmod(task, '/f', 0o666));
  expect(machine.tree.log.filter((line) => line.startsWith('setattr'))).toHaveLength(1);
  third.task.signal('killed');
  machine.scheduler.run();
  expect(third.end()).toBe(EINTR);
  expect([first.end(), second.end()]).toEqual([undefined, undefined]);
  ready = true;
  queue.wake();
  machine.scheduler.run();
  expect(machine.tree.root.children.get('f')?.inode?.mode).toBe(0o100640);
});
