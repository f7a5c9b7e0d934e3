import { expect, test } from 'vitest';
import { EFBIG, EINVAL } from '../abi/errno.ts';
import { O_CREAT, O_RDWR } from '../abi/linux.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';
import { ftruncate, truncate } from './truncate.ts';

const hello = `
  mkdir d 0755
  open f O_CREAT|O_RDWR 0644 -> $f
  write $f hello
  symlink f l`;

table({
  'a file is cut, or grows by zeros; the position stays': `${hello}
    truncate f 2
    fstat $f size -> 2
    ftruncate $f 4
    stat f size -> 4
    lseek $f 0 SEEK_CUR -> 5
    truncate l 1
    stat f size -> 1`,
  'a negative length is EINVAL before all else': `
    truncate '' -1 -> EINVAL
    ftruncate 99 -1 -> EINVAL
    truncate '' 0 -> ENOENT
    ftruncate 99 0 -> EBADF`,
  'a directory is EISDIR, something else EINVAL, on a read-only mount too': `${hello}
    mknod s 0140644 0
    mkdir m 0755
    mount m ro
    truncate d 0 -> EISDIR
    truncate m 0 -> EISDIR
    truncate s 0 -> EINVAL
    truncate f/ 0 -> ENOTDIR
    truncate no 0 -> ENOENT
    as 1000
    truncate d 0 -> EISDIR`,
  'a read-only file system is EROFS before EACCES': `
    mkdir m 0755
    mount m
    creat m/f 0644 -> $f
    close $f
    remount m ro
    truncate m/f 0 -> EROFS
    as 1000
    truncate m/f 0 -> EROFS`,
  'ftruncate of what was not opened for writing is EINVAL': `${hello}
    open f O_RDONLY -> $r
    open d O_RDONLY -> $d
    ftruncate $r 0 -> EINVAL
    ftruncate $d 0 -> EINVAL`,
  'truncate needs write permission now, ftruncate had it when opening': `${hello}
    chmod f 0444
    as 1000
    truncate f 0 -> EACCES
    ftruncate $f 0
    stat f size -> 0`,
});

test('a length that is no whole number is EINVAL, one no number can hold EFBIG', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644));
  expect(machine.failureOf((task) => truncate(task, '/f', 0.5))).toBe(EINVAL);
  expect(machine.failureOf((task) => truncate(task, '/f', Number.NaN))).toBe(EINVAL);
  expect(machine.failureOf((task) => ftruncate(task, fd, 2 ** 53))).toBe(EFBIG);
});

test('ftruncate tells the file system which open file it is', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644));
  expect(machine.logOf((task) => ftruncate(task, fd, 3))).toEqual(['setattr size file']);
  expect(machine.logOf((task) => truncate(task, '/f', 3))).toEqual(['setattr size']);
});
