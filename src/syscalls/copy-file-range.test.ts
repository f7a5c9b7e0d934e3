import { expect, test } from 'vitest';
import { EFBIG, EINVAL, EIO, ENOSPC } from '../abi/errno.ts';
import { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from '../abi/linux.ts';
import { copyFileRange } from './copy-file-range.ts';
import { open } from './open.ts';
import { write } from './read-write.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

const files = `
  open f O_CREAT|O_RDWR 0644 -> $f
  open g O_CREAT|O_RDWR 0644 -> $g
  write $f hello`;

table({
  'bytes are copied from where both offsets say, and the positions stay': `${files}
    copy_file_range $f 1 $g 0 3 0 -> 3
    pread $g 9 0 -> ell
    lseek $f 0 SEEK_CUR -> 5
    lseek $g 0 SEEK_CUR -> 0`,
  'without an offset the position counts, and moves by what was copied': `${files}
    lseek $f 1 SEEK_SET -> 1
    copy_file_range $f NULL $g NULL 2 0 -> 2
    copy_file_range $f NULL $g NULL 9 0 -> 2
    copy_file_range $f NULL $g NULL 9 0 -> 0
    lseek $f 0 SEEK_CUR -> 5
    lseek $g 0 SEEK_CUR -> 4
    pread $g 9 0 -> ello`,
  'what is behind the end of the source is not copied': `${files}
    copy_file_range $f 5 $g 0 9 0 -> 0
    copy_file_range $f 500 $g 0 9 0 -> 0
    copy_file_range $f 0 $g 0 0 0 -> 0
    fstat $g size -> 0`,
  'a file is copied within itself, unless the ranges overlap': `${files}
    copy_file_range $f 0 $f 5 9 0 -> 5
    pread $f 99 0 -> hellohello
    copy_file_range $f 0 $f 4 5 0 -> EINVAL
    copy_file_range $f 4 $f 0 5 0 -> EINVAL
    copy_file_range $f 4 $f 4 0 0 -> 0`,
  'no descriptor is EBADF, before a flag is EINVAL, before a directory is EISDIR': `${files}
    open . O_RDONLY -> $d
    open f O_PATH -> $p
    copy_file_range 99 0 $g 0 1 1 -> EBADF
    copy_file_range $f 0 99 0 1 1 -> EBADF
    copy_file_range $p 0 $g 0 1 0 -> EBADF
    copy_file_range $d 0 $g 0 1 1 -> EINVAL
    copy_file_range $d 0 $g 0 1 0 -> EISDIR
    copy_file_range $f 0 $d 0 1 0 -> EISDIR`,
  'what is not open for it is EBADF, with O_APPEND too, before offsets are looked at': `${files}
    open f O_WRONLY -> $w
    open g O_RDONLY -> $r
    open g O_WRONLY|O_APPEND -> $a
    copy_file_range $w 0 $g 0 1 0 -> EBADF
    copy_file_range $f 0 $r 0 1 0 -> EBADF
    copy_file_range $f 0 $a 0 1 0 -> EBADF
    copy_file_range $f -1 $a 0 5 0 -> EBADF`,
  'an offset before the start is EOVERFLOW when the range reaches behind it, else EINVAL': `${files}
    copy_file_range $f -1 $g 0 5 0 -> EOVERFLOW
    copy_file_range $f 0 $g -5 5 0 -> EOVERFLOW
    copy_file_range $f -9 $g 0 5 0 -> EINVAL
    copy_file_range $f 0 $g -9 5 0 -> EINVAL
    copy_file_range $f -1 $g 0 0 0 -> EINVAL`,
  'another file system is EXDEV, after EBADF and before EOVERFLOW': `${files}
    mkdir m 0755
    mount m
    open m/f O_CREAT|O_RDWR 0644 -> $m
    open m/f O_RDONLY -> $r
    copy_file_range $f 0 $m 0 1 0 -> EXDEV
    copy_file_range $m -1 $f 0 5 0 -> EXDEV
    copy_file_range $f 0 $r 0 1 0 -> EBADF`,
});

test('a length or an offset that is no whole number is EINVAL, a target that ends beyond all files EFBIG', () => {
  const machine = new Machine();
  const [f, g] = opened(machine, 1);
  expect(machine.failureOf((task) => copyFileRange(task, f, 0, g, 0, 0.5, 0))).toBe(EINVAL);
  expect(machine.failureOf((task) => copyFileRange(task, f, 0, g, 0, -1, 0))).toBe(EINVAL);
  expect(machine.failureOf((task) => copyFileRange(task, f, Number.NaN, g, 0, 1, 0))).toBe(EINVAL);
  expect(machine.failureOf((task) => copyFileRange(task, f, 0, g, Number.MAX_SAFE_INTEGER, 1, 0))).toBe(EFBIG);
});

test('where the file system cannot copy, as much is read and written at a time as a pipe holds', () => {
  const machine = new Machine();
  const [f, g] = opened(machine, 200_000);
  expect(machine.logOf((task) => copyFileRange(task, f, 1, g, 0, 100_000, 0))).toEqual([
    'read 1 65535',
    'write 0 65535',
    'read 65536 34465',
    'write 65535 34465',
  ]);
});

test('an error behind the first bytes ends the copy, the first is thrown', () => {
  const machine = new Machine();
  const [f, g] = opened(machine, 200_000);
  machine.tree.before = function* (_task, operation) {
    if (operation === 'write 65536 65536') throw ENOSPC;
    if (operation === 'read 8192 65536') throw EIO;
  };
  expect(machine.run((task) => copyFileRange(task, f, 0, g, 0, 200_000, 0))).toBe(65_536);
  expect(machine.failureOf((task) => copyFileRange(task, f, 8192, g, 0, 200_000, 0))).toBe(EIO);
});

/** A file of `size` bytes to read, and an empty one to write. */
function opened(machine: Machine, size: number): readonly [number, number] {
  return machine.run(function* (task) {
    const made = yield* open(task, '/f', O_CREAT | O_RDWR, 0o644);
    yield* write(task, made, new Uint8Array(size));
    return [yield* open(task, '/f', O_RDONLY), yield* open(task, '/g', O_CREAT | O_WRONLY, 0o644)] as const;
  });
}
