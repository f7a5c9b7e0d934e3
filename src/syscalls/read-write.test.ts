import { describe, expect, test } from 'vitest';
import { EBADF, EFBIG, EINTR, EINVAL, EIO, EOVERFLOW, ESPIPE } from '../abi/errno.ts';
import {
  MAX_RW_COUNT,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../abi/linux.ts';
import { sleep } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { close, dup } from './descriptors.ts';
import { open } from './open.ts';
import { lseek, pread, preadv, pwrite, read, write } from './read-write.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';

const hello = `
  open f O_CREAT|O_RDWR 0644 -> $f
  write $f hello
  lseek $f 0 SEEK_SET -> 0`;

describe('reading', () => {
  table({
    'the position moves by what was read, and stays at the end': `${hello}
      read $f 2 -> he
      read $f 10 -> llo
      read $f 10 ->
      lseek $f 0 SEEK_CUR -> 5`,
    'pread leaves the position alone; behind the end there is nothing': `${hello}
      pread $f 3 1 -> ell
      pread $f 3 5 ->
      pread $f 3 500000 ->
      read $f 1 -> h`,
    'a negative offset is EINVAL, before the descriptor is looked at': `${hello}
      pread $f 1 -1 -> EINVAL
      pread 99 1 -1 -> EINVAL
      preadv 99 1 -1 -> EINVAL
      pread 99 1 0 -> EBADF
      read 99 1 -> EBADF
      read -1 1 -> EBADF`,
    'a file opened for writing alone is EBADF, for nothing too': `
      creat f 0644 -> $f
      read $f 1 -> EBADF
      read $f 0 -> EBADF
      pread $f 1 0 -> EBADF
      readv $f 1 -> EBADF
      readv $f '' -> EBADF`,
    'a directory is EISDIR, for nothing too, but not for no buffers or empty ones': `
      open . O_RDONLY -> $d
      read $d 1 -> EISDIR
      read $d 0 -> EISDIR
      pread $d 1 0 -> EISDIR
      readv $d 1 -> EISDIR
      readv $d '' ->
      readv $d 0 ->
      write $d x -> EBADF`,
    'readv fills the buffers in turn': `${hello}
      readv $f 2,0,4 -> he,,llo
      lseek $f 0 SEEK_CUR -> 5
      preadv $f 1,1,1 3 -> l,o,
      lseek $f 0 SEEK_CUR -> 5`,
    'more than 1024 buffers are EINVAL, after EBADF': `${hello}
      readv $f 1,*1024 -> EINVAL
      writev $f a,*1024 -> EINVAL
      readv 99 1,*1024 -> EBADF
      readv $f 9,*1023 -> hello${','.repeat(1023)}
      creat g 0644 -> $g
      readv $g 1,*1024 -> EBADF
      open f O_RDONLY -> $r
      writev $r a,*1024 -> EBADF`,
    'writing is seen at once by who reads': `${hello}
      open f O_RDONLY -> $r
      pwrite $f J 0 -> 1
      read $r 10 -> Jello`,
  });
});

describe('writing', () => {
  table({
    'the position moves by what was written': `${hello}
      write $f JE -> 2
      lseek $f 0 SEEK_CUR -> 2
      pread $f 9 0 -> JEllo`,
    'a position behind the end leaves zeros between': `
      open f O_CREAT|O_RDWR 0644 -> $f
      pwrite $f x 3 -> 1
      fstat $f size -> 4
      lseek $f 0 SEEK_CUR -> 0`,
    'nothing written changes nothing': `${hello}
      lseek $f 100 SEEK_SET -> 100
      write $f '' -> 0
      writev $f '' -> 0
      fstat $f size -> 5`,
    'a negative offset is EINVAL, before the descriptor is looked at': `${hello}
      pwrite $f x -1 -> EINVAL
      pwrite 99 x -1 -> EINVAL
      pwritev 99 x -1 -> EINVAL
      pwrite 99 x 0 -> EBADF
      write 99 x -> EBADF`,
    'a file opened for reading alone is EBADF, for nothing too': `${hello}
      open f O_RDONLY -> $r
      write $r x -> EBADF
      write $r '' -> EBADF
      pwrite $r x 0 -> EBADF
      writev $r x -> EBADF
      writev $r '' -> EBADF`,
    'writev puts the buffers one behind the other': `${hello}
      writev $f ab,,cde,f -> 6
      pread $f 9 0 -> abcdef
      pwritev $f X,YZ 2 -> 3
      pread $f 9 0 -> abXYZf
      lseek $f 0 SEEK_CUR -> 6`,
    'O_APPEND writes at the end wherever the position is, and moves it there': `${hello}
      open f O_RDWR|O_APPEND -> $a
      write $a ! -> 1
      lseek $a 0 SEEK_CUR -> 6
      lseek $a 0 SEEK_SET -> 0
      write $f JE -> 2
      write $a ? -> 1
      lseek $a 0 SEEK_CUR -> 7
      pread $a 10 0 -> JEllo!?`,
    'O_APPEND wins over the offset of pwrite': `${hello}
      open f O_RDWR|O_APPEND -> $a
      pwrite $a ! 0 -> 1
      pread $a 10 0 -> hello!
      lseek $a 0 SEEK_CUR -> 0`,
    'F_SETFL turns O_APPEND on and off': `${hello}
      fcntl $f F_SETFL O_APPEND -> 0
      write $f ! -> 1
      fcntl $f F_SETFL 0 -> 0
      pwrite $f J 0 -> 1
      pread $f 10 0 -> Jello!`,
    'an open file is written whatever its permissions become': `${hello}
      chmod f 0
      write $f J -> 1`,
    'descriptors of one open file share its position, those of two do not': `${hello}
      dup $f -> $g
      open f O_RDONLY -> $h
      read $f 1 -> h
      read $g 1 -> e
      read $h 1 -> h`,
  });
});

describe('lseek', () => {
  table({
    'from the start, from the position and from the end': `${hello}
      lseek $f 3 SEEK_SET -> 3
      lseek $f -1 SEEK_CUR -> 2
      lseek $f -1 SEEK_END -> 4
      lseek $f 10 SEEK_END -> 15
      read $f 1 ->
      lseek $f 0 SEEK_CUR -> 15`,
    'before the start is EINVAL and does not move': `${hello}
      lseek $f 3 SEEK_SET -> 3
      lseek $f -1 SEEK_SET -> EINVAL
      lseek $f -4 SEEK_CUR -> EINVAL
      lseek $f -6 SEEK_END -> EINVAL
      lseek $f 0 SEEK_CUR -> 3`,
    'an unknown way is EINVAL, after EBADF': `${hello}
      lseek $f 0 5 -> EINVAL
      lseek $f 0 -1 -> EINVAL
      lseek 99 0 5 -> EBADF`,
    'all of a file is data up to its end, where a hole begins': `${hello}
      lseek $f 0 SEEK_DATA -> 0
      lseek $f 4 SEEK_DATA -> 4
      lseek $f 2 SEEK_HOLE -> 5
      lseek $f 5 SEEK_DATA -> ENXIO
      lseek $f 5 SEEK_HOLE -> ENXIO
      lseek $f 99 SEEK_HOLE -> ENXIO
      lseek $f -1 SEEK_DATA -> ENXIO
      lseek $f -1 SEEK_HOLE -> ENXIO`,
    'the start of a directory shows it again': `
      mkdir d 0755
      creat d/f 0644
      open d O_RDONLY -> $d
      names $d -> .,..,f
      names $d ->
      lseek $d 0 SEEK_SET -> 0
      names $d -> .,..,f`,
  });

  machineTable({
    'a directory goes on behind the entries that were given': `
      mkdir d 0755
      creat d/a 0644
      creat d/b 0644
      open d O_RDONLY -> $d
      getdents $d 48 -> 2
      lseek $d 0 SEEK_CUR -> 2
      getdents $d 24 -> 1
      lseek $d -1 SEEK_CUR -> 2
      names $d -> a,b
      lseek $d -5 SEEK_CUR -> EINVAL`,
  });

  test('a directory position beyond what a number holds is EOVERFLOW to ask for', () => {
    const machine = new Machine();
    const fd = machine.run((task) => open(task, '/', O_DIRECTORY));
    machine.process.fds.file(fd).cookie = 0x7fff_ffff_ffff_ffffn;
    expect(machine.failureOf((task) => lseek(task, fd, 0, SEEK_CUR))).toBe(EOVERFLOW);
    expect(machine.run((task) => lseek(task, fd, 0, SEEK_SET))).toBe(0);
  });

  test('a position that is no whole number, or none a number can hold, is EINVAL', () => {
    const { machine, fd } = withFile();
    expect(machine.failureOf((task) => lseek(task, fd, 0.5, SEEK_SET))).toBe(EINVAL);
    expect(machine.failureOf((task) => lseek(task, fd, Number.NaN, SEEK_SET))).toBe(EINVAL);
    expect(machine.failureOf((task) => lseek(task, fd, Number.MAX_SAFE_INTEGER, SEEK_END))).toBe(EINVAL);
    expect(machine.run((task) => lseek(task, fd, Number.MAX_SAFE_INTEGER, SEEK_SET))).toBe(Number.MAX_SAFE_INTEGER);
  });
});

function withFile(flags = 0) {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT | O_RDWR | flags, 0o644));
  machine.run((task) => write(task, fd, new Uint8Array(5)));
  machine.tree.log.length = 0;
  return { machine, fd };
}

test('of 0 bytes a read and a write ask the file system too, as on Linux, a vector does not', () => {
  const { machine, fd } = withFile();
  const nothing = new Uint8Array(0);
  machine.run((task) => read(task, fd, nothing));
  machine.run((task) => pread(task, fd, nothing, 0));
  expect(machine.tree.log).toEqual(['read 5 0', 'read 0 0']);
  machine.tree.log.length = 0;
  machine.run((task) => write(task, fd, nothing));
  expect(machine.tree.log).toEqual(['write 5 0']);
  machine.tree.log.length = 0;
  machine.run((task) => preadv(task, fd, [nothing, nothing], 0));
  expect(machine.tree.log).toEqual([]);
});

test('several buffers are one read and one write', () => {
  const { machine, fd } = withFile();
  machine.run((task) => preadv(task, fd, [new Uint8Array(2), new Uint8Array(9)], 1));
  expect(machine.tree.log).toEqual(['read 1 11']);
});

test('one call moves at most 0x7ffff000 bytes', () => {
  const { machine, fd } = withFile();
  const huge = Object.create(Uint8Array.prototype, {
    length: { value: MAX_RW_COUNT + 4096 },
    subarray: { value: (_from: number, end: number) => ({ length: end }) },
  }) as Uint8Array;
  let asked = 0;
  const file = machine.process.fds.file(fd);
  file.read = function* (_task, buffer) {
    asked = buffer.length;
    return 0;
  };
  machine.run((task) => read(task, fd, huge));
  expect(asked).toBe(MAX_RW_COUNT);
});

test('a write from the largest size on is EFBIG, up to it short; a read there is at the end', () => {
  const { machine, fd } = withFile();
  const max = Number.MAX_SAFE_INTEGER;
  expect(machine.failureOf((task) => pwrite(task, fd, new Uint8Array(1), max))).toBe(EFBIG);
  expect(machine.failureOf((task) => pwrite(task, fd, new Uint8Array(1), 2 ** 54))).toBe(EFBIG);
  expect(machine.failureOf((task) => pwrite(task, fd, new Uint8Array(1), 0.5))).toBe(EINVAL);
  expect(machine.run((task) => pread(task, fd, new Uint8Array(1), max))).toBe(0);
  const file = machine.process.fds.file(fd);
  let taken = 0;
  file.write = function* (_task, data, offset) {
    taken = data.length;
    return { written: taken, end: offset + taken };
  };
  expect(machine.run((task) => pwrite(task, fd, new Uint8Array(9), max - 4))).toBe(4);
  expect(taken).toBe(4);
});

test('O_APPEND writes at the end though the offset is beyond all files', () => {
  const { machine, fd } = withFile(O_APPEND);
  expect(machine.run((task) => pwrite(task, fd, new Uint8Array(1), 2 ** 60))).toBe(1);
  expect(machine.tree.log).toEqual(['write 5 1']);
});

test('a file that cannot seek has no lseek, pread and pwrite', () => {
  const { machine, fd } = withFile();
  Object.defineProperty(machine.process.fds.file(fd), 'isSeekable', { value: false });
  expect(machine.failureOf((task) => lseek(task, fd, 0, SEEK_CUR))).toBe(ESPIPE);
  expect(machine.failureOf((task) => pread(task, fd, new Uint8Array(1), 0))).toBe(ESPIPE);
  expect(machine.failureOf((task) => pwrite(task, fd, new Uint8Array(1), 0))).toBe(ESPIPE);
  expect(machine.run((task) => write(task, fd, new Uint8Array(1)))).toBe(1);
});

test('an error leaves the position where it was', () => {
  const { machine, fd } = withFile();
  machine.run((task) => lseek(task, fd, 2, SEEK_SET));
  machine.tree.before = function* () {
    throw EIO;
  };
  expect(machine.failureOf((task) => read(task, fd, new Uint8Array(1)))).toBe(EIO);
  expect(machine.failureOf((task) => write(task, fd, new Uint8Array(1)))).toBe(EIO);
  expect(machine.run((task) => lseek(task, fd, 0, SEEK_CUR))).toBe(2);
});

describe('two at a time', () => {
  function slow(operation: string) {
    const machine = new Machine();
    const fd = machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644));
    machine.run((task) => write(task, fd, Uint8Array.of(1, 2, 3, 4)));
    machine.run((task) => lseek(task, fd, 0, SEEK_SET));
    const queue = new WaitQueue();
    let ready = false;
    machine.tree.before = function* (task, name) {
      if (name.startsWith(operation)) yield* sleep(task, queue, () => ready, 'the test');
    };
    const go = () => {
      ready = true;
      queue.wake();
      machine.scheduler.run();
    };
    return { machine, fd, go };
  }

  test('reads of one open file get different bytes', () => {
    const { machine, fd, go } = slow('read');
    const [one, two] = [new Uint8Array(2), new Uint8Array(2)];
    machine.start((task) => read(task, fd, one));
    machine.start((task) => read(task, fd, two));
    go();
    expect([...one, ...two]).toEqual([1, 2, 3, 4]);
  });

  test('pread does not wait for read', () => {
    const { machine, fd, go } = slow('read 0');
    const reading = machine.start((task) => read(task, fd, new Uint8Array(1)));
    expect(machine.run((task) => pread(task, fd, new Uint8Array(1), 1))).toBe(1);
    go();
    expect(reading.end()).toBe(1);
  });

  test('writes of one file do not mix', () => {
    const { machine, fd, go } = slow('write');
    machine.start((task) => pwrite(task, fd, new Uint8Array(2), 0));
    machine.start((task) => pwrite(task, fd, new Uint8Array(2), 2));
    expect(machine.tree.log.filter((line) => line.startsWith('write'))).toEqual(['write 0 4', 'write 0 2']);
    go();
    expect(machine.tree.log.at(-1)).toBe('write 2 2');
  });

  test('a file that is closed meanwhile lives until the read has ended', () => {
    const { machine, fd, go } = slow('read');
    const reading = machine.start((task) => read(task, fd, new Uint8Array(4)));
    machine.run((task) => close(task, fd));
    expect(machine.tree.log.at(-1)).toBe('flush');
    go();
    expect(reading.end()).toBe(4);
    expect(machine.tree.log.at(-1)).toBe('release');
    expect(machine.failureOf((task) => read(task, fd, new Uint8Array(4)))).toBe(EBADF);
  });

  test('a killed task that waits for the position gets EINTR', () => {
    const { machine, fd, go } = slow('read');
    const other = machine.run((task) => dup(task, fd));
    machine.start((task) => read(task, fd, new Uint8Array(1)));
    const waiting = machine.start((task) => lseek(task, other, 0, SEEK_END));
    expect(waiting.task.sleep?.why).toContain('the position of descriptor');
    waiting.task.signal('killed');
    machine.scheduler.run();
    expect(waiting.end()).toBe(EINTR);
    go();
    expect(machine.run((task) => lseek(task, fd, 0, SEEK_CUR))).toBe(1);
  });

  test('reading a file that was opened twice does not wait', () => {
    const { machine, fd, go } = slow('read 0 4');
    const second = machine.run((task) => open(task, '/f', O_RDONLY));
    machine.start((task) => read(task, fd, new Uint8Array(4)));
    expect(machine.run((task) => read(task, second, new Uint8Array(3)))).toBe(3);
    go();
  });
});
