import { describe, expect, test } from 'vitest';
import { readDirents } from '../abi/dirent.ts';
import { S_IFDIR, S_IFREG } from '../abi/linux.ts';
import * as op from '../abi/opcodes.ts';
import { listDirents } from './list-dirents.ts';
import { absentReply, attrOf, attrReply, entryReply } from './replies.ts';
import { TestClient } from './testing/client.ts';

describe('attributes', () => {
  test('left out are 0, but for one link, and blocks by the size', () => {
    const none = { uid: 0, gid: 0, rdev: 0, flags: 0, atime: 0, mtime: 0, ctime: 0 };
    const attr = attrOf({ ino: 5n, mode: S_IFREG | 0o644, size: 513 });
    expect(attr).toMatchObject({ ...none, ino: 5n, size: 513, blocks: 2, nlink: 1, blksize: 4096 });
  });

  test.each([
    [new Date(1500), 1, 500_000_000],
    [new Date(-1), -1, 999_000_000],
    [{ seconds: 5, nanoseconds: 6 }, 5, 6],
  ])('%o is %i s and %i ns', (mtime, seconds, nanoseconds) => {
    expect(attrOf({ ino: 1n, mode: 0, mtime })).toMatchObject({ mtime: seconds, mtimensec: nanoseconds, atime: 0 });
  });

  test('a statfs of a file before 1970 travels as it is', () => {
    const client = TestClient.of({ getattr: () => attrReply({ ino: 1n, mode: S_IFDIR, mtime: new Date(-1) }, 1.5) });
    const reply = client.get(op.GETATTR, { body: { getattr_flags: 0, fh: 0n } });
    expect(reply).toMatchObject({ attr_valid: 1, attr_valid_nsec: 500_000_000, attr: { mtime: -1 } });
  });
});

test('an entry is believed as long as it is told', () => {
  const forever = entryReply(7n, { ino: 8n, mode: S_IFREG }, { entry: Infinity, attr: 0.25 });
  expect(forever).toMatchObject({ nodeid: 7n, attr: { ino: 8n } });
  expect(forever).toMatchObject({ entry_valid: Infinity, attr_valid: 0, attr_valid_nsec: 250_000_000 });
  expect(entryReply(7n, { ino: 8n, mode: 0 })).toMatchObject({ entry_valid: 0, attr_valid: 0 });
  expect(absentReply(2)).toEqual({ nodeid: 0n, entry_valid: 2, entry_valid_nsec: 0 });
});

test('a directory is listed in parts, each from where the last ended', () => {
  const names = Array.from({ length: 20 }, (_, i) => `name ${i}`);
  const entries = names.map((name, i) => ({ name, ino: BigInt(i), mode: i === 0 ? S_IFDIR : S_IFREG }));
  const seen: string[] = [];
  for (let offset = 0n; ; ) {
    const { entries: part, error } = readDirents(listDirents(entries, { offset, size: 100 }));
    expect(error).toBeNull();
    const last = part.at(-1);
    if (last === undefined) break;
    seen.push(...part.map(({ name }) => name));
    offset = last.off;
  }
  expect(seen).toEqual(names);
  const [first, second] = readDirents(listDirents(entries, { offset: 0n, size: 0xffffffff })).entries;
  expect([first?.type, second?.type]).toEqual([4, 8]);
});
