import { expect, test } from 'vitest';
import { EIO } from '../abi/errno.ts';
import { DT_DIR, DT_REG, O_CREAT, O_DIRECTORY } from '../abi/linux.ts';
import type { DirectoryEntry } from '../vfs/file.ts';
import { getdents } from './getdents.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

table({
  'what is no directory is ENOTDIR, what is not open EBADF': `
    creat f 0644 -> $w
    open f O_RDONLY -> $f
    getdents $f 100 -> ENOTDIR
    getdents $w 100 -> ENOTDIR
    getdents 99 100 -> EBADF`,
  'a buffer too small for the first entry is EINVAL, and the entry is not lost': `
    open . O_RDONLY -> $d
    getdents $d 23 -> EINVAL
    getdents $d 0 -> EINVAL
    getdents $d 24 -> 1
    getdents $d 24 -> 1
    getdents $d 24 -> 0
    getdents $d 0 -> 0`,
  'an entry takes 19 bytes, its name with a NUL, and what makes it a multiple of 8': `
    mkdir d 0755
    creat d/1234 0644
    mkdir e 0755
    creat e/12345 0644
    open d O_RDONLY -> $d
    open e O_RDONLY -> $e
    getdents $d 71 -> 2
    getdents $d 24 -> 1
    getdents $e 72 -> 2
    getdents $e 31 -> EINVAL
    getdents $e 32 -> 1`,
  'a directory that may be read but not searched is listed, the other way round not': `
    mkdir r 0755
    creat r/f 0644
    chmod r 0744
    mkdir x 0711
    as 1000
    open r O_RDONLY -> $r
    names $r -> .,..,f
    open x O_RDONLY -> EACCES`,
  'a removed directory is ENOENT': `
    mkdir d 0755
    open d O_RDONLY -> $d
    rmdir d
    getdents $d 100 -> ENOENT`,
  'the root of a mount has dots too': `
    mkdir m 0755
    mount m
    creat m/f 0644
    open m O_RDONLY -> $m
    names $m -> .,..,f`,
});

function withDirectory() {
  const machine = new Machine();
  for (const path of ['/a', '/b']) machine.run((task) => open(task, path, O_CREAT, 0o644));
  const fd = machine.run((task) => open(task, '/', O_DIRECTORY));
  return { machine, fd, file: machine.process.fds.file(fd) };
}

const entry = (name: string): DirectoryEntry => ({ name, ino: 1n, off: 1n, type: DT_REG });

test('entries have number, type and the position behind them', () => {
  const { machine, fd } = withDirectory();
  const entries = machine.run((task) => getdents(task, fd, 4096));
  expect(entries.map(({ name, type, off }) => ({ name, type, off }))).toEqual([
    { name: '.', type: DT_DIR, off: 1n },
    { name: '..', type: DT_DIR, off: 2n },
    { name: 'a', type: DT_REG, off: 3n },
    { name: 'b', type: DT_REG, off: 4n },
  ]);
});

test('an error behind entries is not told with them', () => {
  const { machine, fd, file } = withDirectory();
  file.iterate = function* (_task, reader) {
    reader.take(entry('a'));
    throw EIO;
  };
  expect(machine.run((task) => getdents(task, fd, 100))).toHaveLength(1);
  file.iterate = function* () {
    throw EIO;
  };
  expect(machine.failureOf((task) => getdents(task, fd, 100))).toBe(EIO);
});

test.each(['', 'a/b', '/'])(
  'a name that cannot be, %j, is EIO when it comes first and ends the list when not',
  (name) => {
    const { machine, fd, file } = withDirectory();
    let taken: boolean | null = null;
    file.iterate = function* (_task, reader) {
      taken = reader.take(entry(name));
    };
    expect(machine.failureOf((task) => getdents(task, fd, 100))).toBe(EIO);
    expect(taken).toBe(false);
    file.iterate = function* (_task, reader) {
      reader.take(entry('good'));
      reader.take(entry(name));
    };
    expect(machine.run((task) => getdents(task, fd, 100)).map((one) => one.name)).toEqual(['good']);
  },
);
