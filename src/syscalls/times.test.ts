import { expect, test } from 'vitest';
import { O_CREAT } from '../abi/linux.ts';
import { open } from './open.ts';
import { stat } from './stat.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';
import { futimens, utimensat } from './times.ts';

const existing = `
  creat f 0644 -> $f
  symlink f l
  utimensat AT_FDCWD f 1.5 2.000000007 0`;

table({
  'both times are set, or one of them': `${existing}
    stat f atime -> 1.5
    stat f mtime -> 2.7
    utimensat AT_FDCWD f omit 9 0
    stat f atime -> 1.5
    stat f mtime -> 9.0
    futimens $f 8 omit
    stat f atime -> 8.0`,
  'before 1970 too': `${existing}
    utimensat AT_FDCWD f -1.999999999 -5 0
    stat f atime -> -1.999999999
    stat f mtime -> -5.0`,
  'two times omitted succeed, whatever else is given': `
    utimensat 99 '' omit omit 0xffff
    utimensat AT_FDCWD NULL omit omit 0`,
  'a symlink is followed, or changed itself': `${existing}
    utimensat AT_FDCWD l 3 4 0
    stat f mtime -> 4.0
    utimensat AT_FDCWD l 5 6 AT_SYMLINK_NOFOLLOW
    lstat l mtime -> 6.0
    stat f mtime -> 4.0`,
  'unknown flags are EINVAL before the path, as are any with a null path, before EBADF': `${existing}
    utimensat 99 '' 1 1 1 -> EINVAL
    utimensat $f NULL 1 1 AT_SYMLINK_NOFOLLOW -> EINVAL
    utimensat 99 NULL 1 1 AT_SYMLINK_NOFOLLOW -> EINVAL
    utimensat 99 NULL 1 1 0 -> EBADF
    utimensat AT_FDCWD NULL 1 1 0 -> EFAULT
    utimensat AT_FDCWD NULL 1 1 AT_SYMLINK_NOFOLLOW -> EFAULT
    futimens 99 1 1 -> EBADF`,
  'nanoseconds out of range are EINVAL, after the walk': `${existing}
    utimensat AT_FDCWD f 1.1000000000 1 0 -> EINVAL
    utimensat AT_FDCWD f 1 1.1000000000 0 -> EINVAL
    utimensat AT_FDCWD no 1.1000000000 1 0 -> ENOENT`,
  'AT_EMPTY_PATH takes a descriptor, O_PATH too, which futimens does not': `${existing}
    open f O_PATH -> $p
    utimensat $p '' 3 4 AT_EMPTY_PATH
    stat f mtime -> 4.0
    utimensat $p '' 3 4 0 -> ENOENT
    futimens $p 3 4 -> EBADF`,
  'who may write may set both to now; all else is for the owner': `${existing}
    chmod f 0666
    as 1000
    utimensat AT_FDCWD f now now 0
    utimensat AT_FDCWD f now omit 0 -> EPERM
    utimensat AT_FDCWD f omit now 0 -> EPERM
    utimensat AT_FDCWD f 1 now 0 -> EPERM
    utimensat AT_FDCWD f 1 1 0 -> EPERM
    futimens $f now now`,
  'who may not write may not set them to now: EACCES': `${existing}
    as 1000
    utimensat AT_FDCWD f now now 0 -> EACCES
    utimensat AT_FDCWD f now omit 0 -> EPERM
    utimensat AT_FDCWD f omit now 0 -> EPERM
    utimensat AT_FDCWD f 1 1 0 -> EPERM`,
  'the owner needs no write permission': `
    creat f 0
    chown f 1000 1000
    as 1000
    utimensat AT_FDCWD f now now 0
    utimensat AT_FDCWD f 1 1 0`,
  'a read-only mount is EROFS, after EINVAL': `
    mkdir m 0755
    mount m ro
    utimensat AT_FDCWD m 1 1 0 -> EROFS
    utimensat AT_FDCWD m now now 0 -> EROFS
    utimensat AT_FDCWD m 1.1000000000 1 0 -> EINVAL
    open m O_RDONLY -> $m
    futimens $m 1 1 -> EROFS`,
});

machineTable({
  'negative nanoseconds are EINVAL': `
    creat f 0644
    utimensat AT_FDCWD f 1.-1 1 0 -> EINVAL`,
});

test('now is the file system own time', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  machine.clock.advance(1500);
  machine.run((task) => futimens(task, fd, ['now', 'omit']));
  expect(machine.run((task) => stat(task, '/f')).atime).toEqual({ seconds: 1_000_000_001, nanoseconds: 500_000_000 });
  expect(machine.run((task) => stat(task, '/f')).mtime).toEqual({ seconds: 0, nanoseconds: 0 });
});

test('only the times that change are asked for', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  expect(machine.logOf((task) => utimensat(task, -100, '/f', ['omit', 'now'], 0))).toEqual(['setattr mtime']);
  expect(machine.logOf((task) => utimensat(task, -100, '/f', ['omit', 'omit'], 0))).toEqual([]);
});
