import { expect, test } from 'vitest';
import { EINVAL, EIO, ENOSYS, ENXIO, ESPIPE } from '../abi/errno.ts';
import { FOPEN_NONSEEKABLE } from '../abi/fuse.ts';
import { O_RDONLY, SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE } from '../abi/linux.ts';
import { open } from '../syscalls/open.ts';
import { lseek } from '../syscalls/read-write.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

/** A machine with an open file of 10 bytes, whose attributes hold unless the script says otherwise. */
function withFile(script: Partial<Script> = {}): { m: Scenario; fd: number } {
  const m = new Scenario({ entryValid: 100, attrValid: 100, ...script });
  m.server.tree.file('f', new Uint8Array(10));
  const { result } = m.trace((t) => open(t, '/f', O_RDONLY));
  return { m, fd: result as number };
}

test('the server is asked where data and holes are, and its answer is the position', () => {
  const { m, fd } = withFile({ answers: { LSEEK: { body: { offset: 7 } } } });
  expect(m.does((t) => lseek(t, fd, 3, SEEK_DATA), 'LSEEK n=2 fh=101 off=3 whence=3')).toBe(7);
  expect(m.does((t) => lseek(t, fd, 5, SEEK_HOLE), 'LSEEK n=2 fh=101 off=5 whence=4')).toBe(7);
  expect(m.does((t) => lseek(t, fd, 0, SEEK_CUR))).toBe(7);
});

test('an offset outside of the file is the matter of the server, as is its errno', () => {
  const { m, fd } = withFile({ errors: { LSEEK: ENXIO } });
  m.fails(ENXIO, (t) => lseek(t, fd, -5, SEEK_DATA), 'LSEEK n=2 fh=101 off=-5 whence=3');
  m.fails(ENXIO, (t) => lseek(t, fd, 99, SEEK_HOLE), 'LSEEK n=2 fh=101 off=99 whence=4');
  m.server.script.errors = { LSEEK: EIO };
  m.fails(EIO, (t) => lseek(t, fd, 0, SEEK_HOLE), 'LSEEK n=2 fh=101 off=0 whence=4');
});

test('an answer behind the end is believed, one that no file can have is EINVAL and does not move', () => {
  const { m, fd } = withFile({ answers: { LSEEK: { body: { offset: 4096 } } } });
  expect(m.does((t) => lseek(t, fd, 0, SEEK_HOLE), 'LSEEK n=2 fh=101 off=0 whence=4')).toBe(4096);
  m.server.script.answers = { LSEEK: { body: { offset: 2 ** 63 } } };
  m.fails(EINVAL, (t) => lseek(t, fd, 0, SEEK_DATA), 'LSEEK n=2 fh=101 off=0 whence=3');
  expect(m.does((t) => lseek(t, fd, 0, SEEK_CUR))).toBe(4096);
});

test('without LSEEK, which is asked for once, all of a file is data up to its size', () => {
  const { m, fd } = withFile({ attrValid: 0, errors: { LSEEK: ENOSYS } });
  const size = 'GETATTR n=2 flags=1 fh=101';
  expect(m.does((t) => lseek(t, fd, 3, SEEK_DATA), 'LSEEK n=2 fh=101 off=3 whence=3', size)).toBe(3);
  expect(m.does((t) => lseek(t, fd, 3, SEEK_HOLE), size)).toBe(10);
  m.fails(ENXIO, (t) => lseek(t, fd, 10, SEEK_DATA), size);
  m.fails(ENXIO, (t) => lseek(t, fd, -1, SEEK_HOLE), size);
});

test('SEEK_END goes by the size, which is asked for when it is stale', () => {
  const { m, fd } = withFile({ attrValid: 0 });
  expect(m.does((t) => lseek(t, fd, -1, SEEK_END), 'GETATTR n=2 flags=1 fh=101')).toBe(9);
});

test('a directory has neither data nor holes behind the size last known, and nobody is asked', () => {
  const { m } = withFile();
  const fd = m.does((t) => open(t, '/', O_RDONLY), 'OPENDIR n=1 flags=0x8000 open_flags=0x0');
  m.fails(ENXIO, (t) => lseek(t, fd, 1 << 20, SEEK_DATA));
});

test('what is not seekable is not asked about', () => {
  const { m, fd } = withFile({ openFlags: FOPEN_NONSEEKABLE });
  m.fails(ESPIPE, (t) => lseek(t, fd, 0, SEEK_DATA));
});
