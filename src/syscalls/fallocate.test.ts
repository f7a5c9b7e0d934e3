import { expect, test } from 'vitest';
import { EFBIG, EINVAL } from '../abi/errno.ts';
import { O_CREAT, O_RDWR } from '../abi/linux.ts';
import { fallocate } from './fallocate.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

const hello = `
  open f O_CREAT|O_RDWR 0644 -> $f
  write $f hello`;

table({
  'a file grows up to the end of the range, and never shrinks': `${hello}
    fallocate $f 0 0 3
    fstat $f size -> 5
    fallocate $f 0 4 6
    fstat $f size -> 10
    fallocate $f FALLOC_FL_KEEP_SIZE 0 100
    fstat $f size -> 10
    lseek $f 0 SEEK_CUR -> 5`,
  'a hole reads as zeros': `${hello}
    fallocate $f FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE 1 2
    pread $f 9 0 -> h\0\0lo
    fallocate $f FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE 4 200
    fstat $f size -> 5`,
  'no descriptor is EBADF, before the range and the mode are looked at': `
    open . O_PATH -> $p
    fallocate 99 0 -1 0 -> EBADF
    fallocate 99 0x1000 0 1 -> EBADF
    fallocate $p 0 0 1 -> EBADF`,
  'a range that cannot be or is empty is EINVAL, before an unknown mode': `${hello}
    open . O_RDONLY -> $d
    fallocate $f 0 -1 5 -> EINVAL
    fallocate $f 0 0 0 -> EINVAL
    fallocate $f 0 0 -1 -> EINVAL
    fallocate $f 0x1000 0 0 -> EINVAL
    fallocate $d 0x1000 -1 1 -> EINVAL`,
  'a mode that is none is EOPNOTSUPP, before the access mode': `
    creat f 0644
    open f O_RDONLY -> $r
    fallocate $r 0x100 0 1 -> EOPNOTSUPP
    fallocate $r 0x1000 0 1 -> EOPNOTSUPP
    fallocate $r FALLOC_FL_PUNCH_HOLE 0 1 -> EOPNOTSUPP
    fallocate $r 0x13 0 1 -> EOPNOTSUPP
    fallocate $r 0x9 0 1 -> EOPNOTSUPP
    fallocate $r 0x21 0 1 -> EOPNOTSUPP
    fallocate $r 0x28 0 1 -> EOPNOTSUPP`,
  'what is not open for writing is EBADF': `
    creat f 0644
    open f O_RDONLY -> $r
    open . O_RDONLY -> $d
    fallocate $r 0 0 1 -> EBADF
    fallocate $r 0x3 0 1 -> EBADF
    fallocate $r 0x8 0 1 -> EBADF
    fallocate $r 0x10 0 1 -> EBADF
    fallocate $r 0x11 0 1 -> EBADF
    fallocate $r 0x20 0 1 -> EBADF
    fallocate $r 0x41 0 1 -> EBADF
    fallocate $d 0 0 1 -> EBADF`,
  'a mode that the file system has not is EOPNOTSUPP': `${hello}
    fallocate $f FALLOC_FL_COLLAPSE_RANGE 0 4096 -> EOPNOTSUPP
    fallocate $f FALLOC_FL_INSERT_RANGE 0 4096 -> EOPNOTSUPP
    fallocate $f FALLOC_FL_UNSHARE_RANGE 0 4096 -> EOPNOTSUPP`,
});

test('a range that is no whole number is EINVAL, one that no file can have EFBIG', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644));
  expect(machine.failureOf((task) => fallocate(task, fd, 0, 0.5, 1))).toBe(EINVAL);
  expect(machine.failureOf((task) => fallocate(task, fd, 0, 0, Number.NaN))).toBe(EINVAL);
  expect(machine.failureOf((task) => fallocate(task, fd, 0, Number.MAX_SAFE_INTEGER, 1))).toBe(EFBIG);
});
