import { describe, expect, test } from 'vitest';
import { EIO, EISDIR, ENOTDIR, ESPIPE } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO, FOPEN_NONSEEKABLE } from '../abi/fuse.ts';
import { O_RDONLY, O_RDWR, S_IFDIR, SEEK_END, SEEK_SET } from '../abi/linux.ts';
import { close } from '../syscalls/descriptors.ts';
import { getdents } from '../syscalls/getdents.ts';
import { open } from '../syscalls/open.ts';
import { lseek, read } from '../syscalls/read-write.ts';
import { fdatasync, fsync } from '../syscalls/sync.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

/** A root with f0 to f4 in it, open as descriptor 3 (fh 101). */
function withDirectory(script: Partial<Script> = {}): Scenario {
  const m = new Scenario({ entryValid: 100, attrValid: 100, ...script });
  for (let i = 0; i < 5; i++) m.server.tree.file(`f${i}`, new Uint8Array(0));
  m.trace((t) => open(t, '/', O_RDONLY));
  return m;
}

const READDIR = (off: number | bigint, size: number) =>
  `READDIR n=1 fh=101 off=${off} size=${size} read_flags=0x0 lo=0 flags=0x8000`;

const names = (m: Scenario, size: number, ...requests: string[]): string[] =>
  m.does((t) => getdents(t, 3, size), ...requests).map(({ name }) => name);

describe('reading a directory', () => {
  test('asks once a call, and goes on behind the last entry that fitted', () => {
    const m = withDirectory();
    expect(names(m, 100, READDIR(0, 4096))).toEqual(['.', '..', 'f0', 'f1']);
    expect(names(m, 100, READDIR(4, 4096))).toEqual(['f2', 'f3', 'f4']);
    expect(names(m, 1000, READDIR(7, 4096))).toEqual([]);
    expect(names(m, 1000, READDIR(7, 4096))).toEqual([]);
  });

  test.each([
    [24, 4096, 1],
    [4096, 4096, 7],
    [5000, 5000, 7],
    [32_768, 16_384, 7],
    [200_000, 16_384, 7],
  ])('with room for %d bytes asks for %d', (size, asked, count) => {
    const m = withDirectory({ init: { max_pages: 4 } });
    expect(names(m, size, READDIR(0, asked))).toHaveLength(count);
  });

  test('goes on where lseek says', () => {
    const m = withDirectory();
    names(m, 64, READDIR(0, 4096));
    expect(m.does((t) => lseek(t, 3, 5, SEEK_SET))).toBe(5);
    expect(names(m, 4096, READDIR(5, 4096))).toEqual(['f3', 'f4']);
    expect(m.does((t) => lseek(t, 3, 0, SEEK_SET))).toBe(0);
    expect(names(m, 64, READDIR(0, 4096))).toEqual(['.', '..']);
  });

  test('with every bit of a cookie goes back to the server', () => {
    const m = withDirectory();
    const record = new Uint8Array(32);
    const view = new DataView(record.buffer);
    const cookie = 0xfedc_ba98_7654_3210n;
    view.setBigUint64(8, cookie, true);
    view.setUint32(16, 1, true);
    record[24] = 0x61;
    m.server.script.answers.READDIR = { data: record };
    expect(m.does((t) => getdents(t, 3, 4096), READDIR(0, 4096))).toEqual([
      { ino: 0n, off: cookie, type: 0, name: 'a' },
    ]);
    names(m, 4096, READDIR(cookie, 4096));
  });

  test('throws what the server answers', () => {
    const m = withDirectory({ errors: { READDIR: EIO } });
    m.fails(EIO, (t) => getdents(t, 3, 4096), READDIR(0, 4096));
  });
});

test('a directory is opened, synced and closed by requests of its own, without FLUSH', () => {
  const m = new Scenario();
  const fd = m.does((t) => open(t, '/', O_RDONLY), 'OPENDIR n=1 flags=0x8000 open_flags=0x0');
  m.does((t) => fsync(t, fd), 'FSYNCDIR n=1 fh=101 flags=0');
  m.does((t) => fdatasync(t, fd), 'FSYNCDIR n=1 fh=101 flags=1');
  m.does((t) => close(t, fd), 'RELEASEDIR n=1 fh=101 flags=0x8000 release_flags=0 lo=0');
});

test('a directory is not read as a file, nor a file as a directory', () => {
  const m = withDirectory();
  m.fails(EISDIR, (t) => read(t, 3, new Uint8Array(10)));
  m.fails(EISDIR, (t) => open(t, '/', O_RDWR));
  m.trace((t) => open(t, '/f0', O_RDONLY));
  m.fails(ENOTDIR, (t) => getdents(t, 4, 4096));
});

test('the end of a directory is the size last known', () => {
  const m = withDirectory();
  expect(m.does((t) => lseek(t, 3, 0, SEEK_END))).toBe(0);
});

test('OPENDIR can forbid seeking; that it wants direct I/O means nothing', () => {
  const m = withDirectory({ opendirFlags: FOPEN_NONSEEKABLE | FOPEN_DIRECT_IO });
  m.fails(ESPIPE, (t) => lseek(t, 3, 0, SEEK_SET));
  expect(names(m, 4096, READDIR(0, 4096))).toHaveLength(7);
});

test('without PARALLEL_DIROPS a directory is read by one at a time', () => {
  const m = withDirectory({ features: [] });
  m.trace((t) => open(t, '/', O_RDONLY));
  m.server.script.hold = ['READDIR'];
  const ends = [3, 4].map((fd) => m.start((t) => getdents(t, fd, 4096)));
  expect(m.server.takeLog()).toHaveLength(1);
  m.server.letGo();
  m.settle();
  expect(ends.map(({ end }) => (end() as unknown[]).length)).toEqual([7, 7]);
  expect(m.server.takeLog()).toHaveLength(1);
});

test('opening a directory below needs its name alone', () => {
  const m = new Scenario({ entryValid: 100, attrValid: 100 });
  m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
  m.does((t) => open(t, '/d', O_RDONLY), "LOOKUP n=1 'd'", 'OPENDIR n=2 flags=0x8000 open_flags=0x0');
});
