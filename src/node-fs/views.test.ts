import { afterAll, beforeAll, expect, test } from 'vitest';
import { O_DIRECT, O_RDONLY } from '../abi/linux.ts';
import { type Booted, bootTestFs } from './testing/boot.ts';
import type { NodeFs } from './types.ts';

const SIZE = 200_000; // bytes: four pieces of the page cache, the last one not full

let booted: Booted;
let fs: NodeFs;

beforeAll(async () => {
  booted = await bootTestFs();
  fs = booted.fs;
  fs.writeFileSync('/file', content(0));
});

afterAll(async () => {
  expect(booted.openDescriptors()).toBe(0);
  await booted.close();
});

const content = (seed: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: SIZE }, (_, at) => (at * 7 + seed) % 251));

/** Runs `body` with a file open that is all in the page cache. */
function opened<T>(body: (fd: number) => T, flags: string | number = 'r+'): T {
  fs.writeFileSync('/file', content(0));
  fs.readFileSync('/file');
  const fd = fs.openSync('/file', flags);
  try {
    return body(fd);
  } finally {
    fs.closeSync(fd);
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

test('a view of what is cached is the same memory each time', () =>
  opened((fd) => {
    const view = fs.viewSync(fd, 10, 5);
    expect(text(view)).toBe(content(0).toString('latin1', 10, 15));
    expect(fs.viewSync(fd, 10, 5).buffer).toBe(view.buffer);
    expect(fs.viewSync(fd, 4000, 20_000).buffer).toBe(view.buffer);
  }));

test('views one behind the other give the whole file, each up to a multiple of 64 KiB', () =>
  opened((fd) => {
    const parts: Uint8Array[] = [];
    for (let at = 0; ; ) {
      const view = fs.viewSync(fd, at, SIZE);
      if (view.length === 0) break;
      parts.push(view);
      at += view.length;
    }
    expect(parts.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, SIZE - 3 * 65_536]);
    expect(Buffer.concat(parts).equals(content(0))).toBe(true);
  }));

const changes: Record<string, (fd: number) => void> = {
  'is written to': (fd) => fs.writeSync(fd, content(1), 0, SIZE, 0),
  'is written to in part': (fd) => fs.writeSync(fd, 'hello', 20),
  'is cut': (fd) => fs.ftruncateSync(fd, 15),
  'is cut and made longer again': (fd) => {
    fs.ftruncateSync(fd, 5);
    fs.ftruncateSync(fd, SIZE);
    fs.viewSync(fd, 0, SIZE);
  },
  'is written anew and read again': () => {
    fs.writeFileSync('/file', content(2));
    fs.readFileSync('/file');
  },
  'is removed': () => fs.unlinkSync('/file'),
};

for (const [what, change] of Object.entries(changes)) {
  test(`a view never changes, even when the file ${what}`, () =>
    opened((fd) => {
      const view = fs.viewSync(fd, 0, 60_000);
      const seen = text(view);
      change(fd);
      expect(text(view)).toBe(seen);
      const now = Buffer.alloc(60_000);
      const count = fs.readSync(fd, now, 0, now.length, 0);
      expect(text(fs.viewSync(fd, 0, 60_000))).toBe(
        text(now.subarray(0, count)).slice(0, fs.viewSync(fd, 0, 60_000).length),
      );
    }));
}

test('at the end of a file and behind it a view is empty, and so is one of no bytes', () =>
  opened((fd) => {
    expect(fs.viewSync(fd, SIZE - 3, 100)).toHaveLength(3);
    expect(
      [fs.viewSync(fd, SIZE, 10), fs.viewSync(fd, 2 * SIZE, 10), fs.viewSync(fd, 0, 0)].map((view) => view.length),
    ).toEqual([0, 0, 0]);
  }));

test('a view does not move the position', () =>
  opened((fd) => {
    fs.viewSync(fd, 100, 100);
    const first = Buffer.alloc(3);
    fs.readSync(fd, first);
    expect(text(first)).toBe(content(0).toString('latin1', 0, 3));
  }));

test('what does not go through the page cache is read into memory of its own', () =>
  opened((fd) => {
    const view = fs.viewSync(fd, 4096, 8192);
    expect(text(view)).toBe(content(0).toString('latin1', 4096, 4096 + 8192));
    expect(fs.viewSync(fd, 4096, 8192).buffer).not.toBe(view.buffer);
  }, O_RDONLY | O_DIRECT));

test('a view is refused as a read is', () => {
  expect(() => fs.viewSync(99, 0, 1)).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'view' }));
  const directory = fs.openSync('/', 'r');
  expect(() => fs.viewSync(directory, 0, 1)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  fs.closeSync(directory);
  opened((fd) => expect(() => fs.viewSync(fd, 0, 1)).toThrow(expect.objectContaining({ code: 'EBADF' })), 'w');
  expect(() => fs.viewSync(3, -1, 1)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  expect(() => fs.viewSync(3, 0, 1.5)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
});

test('a FileHandle gives views, and a callback gets one', async () => {
  fs.writeFileSync('/file', content(0));
  const handle = await fs.promises.open('/file');
  try {
    expect(text(await handle.view(5, 5))).toBe(content(0).toString('latin1', 5, 10));
    const given = await new Promise((resolve) => fs.view(handle.fd, 5, 5, (...results) => resolve(results)));
    expect(given).toEqual([null, new Uint8Array(content(0).subarray(5, 10))]);
  } finally {
    await handle.close();
  }
});
