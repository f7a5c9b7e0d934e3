import { expect, test } from 'vitest';
import { toBytes as bytes } from '../abi/bytes.ts';
import { EIO, ENOSPC, ENOSYS, EOPNOTSUPP, EXDEV } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO } from '../abi/fuse.ts';
import { O_DIRECT, O_RDONLY, O_RDWR, S_IFDIR } from '../abi/linux.ts';
import { copyFileRange } from '../syscalls/copy-file-range.ts';
import { open } from '../syscalls/open.ts';
import { fstat } from '../syscalls/stat.ts';
import { Mount } from '../vfs/mount.ts';
import { walk } from '../vfs/walk.ts';
import { FuseSuperblock } from './superblock.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const PROBE = "GETXATTR n=3 size=0 'security.capability'";
const RANGE = 'n=2 fh=101 off=1 to n=3 fh=102 off=20 len=4 flags=0';

interface Files {
  readonly m: Scenario;
  readonly f: number;
  readonly g: number;
}

/** A machine with two open files, `hello` to be copied from and an empty one. */
function withFiles(script: Partial<Script> = {}, extra = 0): Files {
  const m = new Scenario({ entryValid: 100, attrValid: 100, ...script });
  m.server.tree.file('f', bytes('hello'));
  m.server.tree.file('g', new Uint8Array(0));
  const f = m.trace((t) => open(t, '/f', O_RDONLY | extra)).result as number;
  const g = m.trace((t) => open(t, '/g', O_RDWR | extra)).result as number;
  return { m, f, g };
}

/** An answer of both opcodes. */
const copied = (count: number): Partial<Script['answers']> => ({
  COPY_FILE_RANGE_64: { body: { bytes_copied: count } },
  COPY_FILE_RANGE: { body: { size: count } },
});

test('the server is asked to copy, and what was known of the target grows and is stale', () => {
  const { m, f, g } = withFiles({ answers: copied(3) });
  const count = m.does((t) => copyFileRange(t, f, 1, g, 20, 100, 0), PROBE, `COPY_FILE_RANGE_64 ${RANGE}`);
  expect(count).toBe(3);
  expect(m.superblock.inodeWith(3n)?.size).toBe(23);
  m.does((t) => fstat(t, f));
  m.does((t) => fstat(t, g), 'GETATTR n=3 flags=0 fh=0');
});

test('without COPY_FILE_RANGE_64, which is asked for once, it is COPY_FILE_RANGE', () => {
  const { m, f, g } = withFiles({ answers: copied(4), errors: { COPY_FILE_RANGE_64: ENOSYS } });
  const copy = () => (t: ReturnType<Scenario['thread']>) => copyFileRange(t, f, 1, g, 20, 4, 0);
  expect(m.does(copy(), PROBE, `COPY_FILE_RANGE_64 ${RANGE}`, `COPY_FILE_RANGE ${RANGE}`)).toBe(4);
  expect(m.does(copy(), PROBE, `COPY_FILE_RANGE ${RANGE}`)).toBe(4);
});

test('COPY_FILE_RANGE is never asked for more than 32 bits of whole pages', () => {
  const { m, f, g } = withFiles({ answers: copied(4), errors: { COPY_FILE_RANGE_64: ENOSYS } });
  m.superblock.inodeWith(2n)?.attributes.wrote(2 ** 33, 1);
  const { log } = m.trace((t) => copyFileRange(t, f, 0, g, 0, 2 ** 33, 0));
  expect(log.map((line) => /^(COPY\w+).* len=(\d+)/.exec(line)?.slice(1)).filter(Boolean)).toEqual([
    ['COPY_FILE_RANGE_64', String(2 ** 33)],
    ['COPY_FILE_RANGE', String(0xffff_f000)],
  ]);
});

test('without either, pages are read and what is asked for is written', () => {
  const { m, f, g } = withFiles({ errors: { COPY_FILE_RANGE_64: ENOSYS, COPY_FILE_RANGE: ENOSYS } });
  const byHand = [
    'READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000',
    PROBE,
    'WRITE n=3 fh=102 off=20 size=4 write_flags=0x0 lo=0 flags=0x8002',
  ];
  const copy = () => (t: ReturnType<Scenario['thread']>) => copyFileRange(t, f, 1, g, 20, 100, 0);
  expect(m.does(copy(), PROBE, `COPY_FILE_RANGE_64 ${RANGE}`, `COPY_FILE_RANGE ${RANGE}`, ...byHand)).toBe(4);
  expect(m.does(copy(), ...byHand.slice(1))).toBe(4);
  expect(m.server.tree.node(3n).data).toEqual(bytes(`${'\0'.repeat(20)}ello`));
});

test.each([
  ['EOPNOTSUPP', EOPNOTSUPP],
  ['EXDEV', EXDEV],
])('%s of the server means to copy by hand, this time', (_name, errno) => {
  const { m, f, g } = withFiles({ errors: { COPY_FILE_RANGE_64: errno } });
  const copy = () => (t: ReturnType<Scenario['thread']>) => copyFileRange(t, f, 1, g, 20, 4, 0);
  expect(m.trace(copy()).result).toBe(4);
  expect(m.trace(copy()).log).toContain(`COPY_FILE_RANGE_64 ${RANGE}`);
});

test('with FOPEN_DIRECT_IO pages are read as if they were cached, and the write is direct', () => {
  const { m, f, g } = withFiles({ openFlags: FOPEN_DIRECT_IO, errors: { COPY_FILE_RANGE_64: EXDEV } });
  m.does(
    (t) => copyFileRange(t, f, 1, g, 20, 4, 0),
    PROBE,
    `COPY_FILE_RANGE_64 ${RANGE}`,
    'READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000',
    'WRITE n=3 fh=102 off=20 size=4 write_flags=0x2 lo=Y flags=0x8002',
  );
});

test('with O_DIRECT just the range is read', () => {
  const { m, f, g } = withFiles({ errors: { COPY_FILE_RANGE_64: EXDEV } }, O_DIRECT);
  const { log } = m.trace((t) => copyFileRange(t, f, 1, g, 20, 3, 0));
  expect(log).toContain('READ n=2 fh=101 off=1 size=3 read_flags=0x2 lo=Y flags=0xc000');
});

test('a source that turns out to be shorter ends the copy', () => {
  const { m, f, g } = withFiles({ errors: { COPY_FILE_RANGE_64: EXDEV } });
  m.server.tree.node(2n).data = bytes('he');
  expect(m.trace((t) => copyFileRange(t, f, 0, g, 0, 100, 0)).result).toBe(2);
  expect(m.superblock.inodeWith(2n)?.size).toBe(2);
});

test('an answer that is more than was asked for is EIO, and what is known stays', () => {
  const { m, f, g } = withFiles({ answers: copied(5) });
  m.fails(EIO, (t) => copyFileRange(t, f, 1, g, 20, 4, 0), PROBE, `COPY_FILE_RANGE_64 ${RANGE}`);
  m.does((t) => fstat(t, g));
  m.server.script.errors = { COPY_FILE_RANGE_64: ENOSYS };
  m.fails(
    EIO,
    (t) => copyFileRange(t, f, 1, g, 20, 4, 0),
    PROBE,
    `COPY_FILE_RANGE_64 ${RANGE}`,
    `COPY_FILE_RANGE ${RANGE}`,
  );
});

test('other errors of the server are passed on', () => {
  const { m, f, g } = withFiles({ errors: { COPY_FILE_RANGE_64: ENOSPC } });
  m.fails(ENOSPC, (t) => copyFileRange(t, f, 1, g, 20, 4, 0), PROBE, `COPY_FILE_RANGE_64 ${RANGE}`);
});

test('between two file systems bytes are read and written, and no server is asked to copy', () => {
  const { m, f } = withFiles();
  m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
  const at = m.run((t) => walk(t, m.process, null, '/d', { follow: true }));
  const other = new FuseSuperblock(m.connection, 43);
  at.mount.mounted.set(at.dentry, new Mount(other, other.root.hold(), at));
  at.dentry.covers++;
  const there = m.trace((t) => open(t, '/d/g', O_RDWR)).result as number;
  m.does(
    (t) => copyFileRange(t, f, 1, there, 20, 4, 0),
    'READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000',
    PROBE,
    'WRITE n=3 fh=103 off=20 size=4 write_flags=0x0 lo=0 flags=0x8002',
  );
});
