import { expect, test } from 'vitest';
import { EINVAL, ENOENT, ENOMEM, type Errno } from '../abi/errno.ts';
import { O_RDONLY } from '../abi/linux.ts';
import { NOTIFY_RETRIEVE, NOTIFY_STORE } from '../abi/notify.ts';
import { open } from '../syscalls/open.ts';
import { pread } from '../syscalls/read-write.ts';
import { fstat } from '../syscalls/stat.ts';
import { Scenario } from './testing/scenario.ts';

const PAGE = 4096;

/** /f of two pages and a half, open as descriptor 3 (nodeid 2). */
function withFile(): Scenario {
  const m = new Scenario({ entryValid: 1000, attrValid: 1000 });
  m.server.tree.file('f', new Uint8Array(2.5 * PAGE).fill(1));
  m.trace((t) => open(t, '/f', O_RDONLY));
  return m;
}

type Told = Errno | 'waits' | null;

const store = (m: Scenario, offset: number, data: Uint8Array, nodeid = 2n): Told =>
  m.server.notify(NOTIFY_STORE, { body: { nodeid, offset, size: data.length }, tail: data });

const retrieve = (m: Scenario, offset: number, size: number, nodeid = 2n): Told =>
  m.server.notify(NOTIFY_RETRIEVE, { body: { notify_unique: 77n, nodeid, offset, size }, tail: undefined });

const READ = (page: number, pages: number) =>
  `READ n=2 fh=101 off=${page * PAGE} size=${pages * PAGE} read_flags=0x0 lo=0 flags=0x8000`;

test('whole pages that are stored are read without the server, others are not kept', () => {
  const m = withFile();
  expect(store(m, PAGE, new Uint8Array(PAGE + 10).fill(2))).toBeNull();
  const buffer = new Uint8Array(1);
  m.does((t) => pread(t, 3, buffer, PAGE));
  expect(buffer[0]).toBe(2);
  m.does((t) => pread(t, 3, buffer, 2 * PAGE), READ(2, 1));
  expect(buffer[0]).toBe(1);
});

test('a page that is stored up to the end of the file is whole, and a longer file it may become', () => {
  const m = withFile();
  expect(store(m, 2 * PAGE, new Uint8Array(3000).fill(3))).toBeNull();
  expect(m.superblock.inodeWith(2n)?.size).toBe(2 * PAGE + 3000);
  const buffer = new Uint8Array(3000);
  expect(m.does((t) => pread(t, 3, buffer, 2 * PAGE))).toBe(3000);
  expect(buffer.every((byte) => byte === 3)).toBe(true);
  m.does((t) => fstat(t, 3), 'GETATTR n=2 flags=0 fh=0');
});

test('STORE waits for a page that is being read, and has its own copy of the data meanwhile', () => {
  const m = withFile();
  m.server.script.hold = ['READ'];
  const { end } = m.start((t) => pread(t, 3, new Uint8Array(1), 0));
  const data = new Uint8Array(PAGE).fill(4);
  expect(store(m, 0, data)).toBe('waits');
  m.server.letGo();
  m.settle();
  expect(end()).toBe(1);
  const buffer = new Uint8Array(1);
  m.does((t) => pread(t, 3, buffer, 0));
  expect(buffer[0]).toBe(4);
});

test('what is retrieved ends at the first page that is not cached, and at the end of the file', () => {
  const m = withFile();
  m.trace((t) => pread(t, 3, new Uint8Array(10), 0));
  m.superblock.inodeWith(2n)?.mapping.drop(1, 2);
  const sizes = [retrieve(m, 100, 2 * PAGE), retrieve(m, 2 * PAGE, PAGE), retrieve(m, PAGE, 10)];
  expect(sizes).toEqual([null, null, null]);
  expect(m.server.takeLog()).toEqual([
    `NOTIFY_REPLY n=2 off=100 size=${PAGE - 100}`,
    `NOTIFY_REPLY n=2 off=${2 * PAGE} size=${PAGE / 2}`,
    `NOTIFY_REPLY n=2 off=${PAGE} size=0`,
  ]);
});

test('a server that does not read what it asks for is not told more than there is room for', () => {
  const m = withFile();
  m.server.tree.node(2n).data = new Uint8Array(40 * PAGE);
  store(m, 0, new Uint8Array(32 * PAGE));
  let count = 0;
  while (retrieve(m, 0, 32 * PAGE) === null && count < 1000) count++;
  expect(count).toBe(128);
  expect(retrieve(m, 0, 32 * PAGE)).toBe(ENOMEM);
  m.settle();
  expect(retrieve(m, 0, 32 * PAGE)).toBeNull();
});

test('an unknown inode is ENOENT, a directory EINVAL', () => {
  const m = withFile();
  expect([store(m, 0, new Uint8Array(1), 99n), retrieve(m, 0, 1, 99n)]).toEqual([ENOENT, ENOENT]);
  expect([store(m, 0, new Uint8Array(1), 1n), retrieve(m, 0, 1, 1n)]).toEqual([EINVAL, EINVAL]);
});
