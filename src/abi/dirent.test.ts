import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { viewOf } from './bytes.ts';
import { type Dirent, DirentWriter, readDirents, readDirentsPlus } from './dirent.ts';
import { EIO } from './errno.ts';
import { fuse_dirent, fuse_direntplus, fuse_entry_out } from './structs.ts';

const named = (name: string, i = 1): Dirent => ({ ino: BigInt(i), off: BigInt(i), type: 8, name });
const noEntry = fuse_entry_out.read(viewOf(new Uint8Array(128)), 0);

function plain(...dirents: Dirent[]): Uint8Array {
  const writer = new DirentWriter(65536);
  for (const dirent of dirents) writer.add(dirent);
  return writer.bytes;
}

/** A record whose `namelen` is as told, whatever the name. */
function withNamelen(namelen: number): Uint8Array {
  const bytes = plain(named('12345678'));
  viewOf(bytes).setUint32(16, namelen, true);
  return bytes;
}

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const dirents = fc.array(
  fc.record({
    ino: fc.bigInt(0n, 2n ** 64n - 1n),
    off: fc.bigInt(0n, 2n ** 64n - 1n),
    type: fc.nat(15),
    name: fc
      .uint8Array({ minLength: 1, maxLength: 255 })
      .map((bytes) => String.fromCharCode(...bytes).replaceAll('/', '\0')),
  }),
);

test('a written entry is a struct, a name and padding', () => {
  expect([...plain({ ino: 5n, off: 2n ** 63n, type: 4, name: 'ab\xff' })]).toEqual([
    ...[5, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0x80],
    ...[3, 0, 0, 0, 4, 0, 0, 0],
    ...[97, 98, 255, 0, 0, 0, 0, 0],
  ]);
});

test('entries survive a round trip, cookies of 64 bits and NULs in names too', () => {
  fc.assert(
    fc.property(dirents, (entries) => {
      expect(readDirents(plain(...entries))).toEqual({ entries, error: null });
    }),
  );
});

test('entries with what LOOKUP would reply survive a round trip', () => {
  const writer = new DirentWriter(4096, 'plus');
  const entry = { ...noEntry, nodeid: 7n, generation: 8n };
  writer.add(named('a', 1), entry);
  writer.add(named('listed-only', 2));
  expect(readDirentsPlus(writer.bytes)).toEqual({
    entries: [
      { ...named('a', 1), entry },
      { ...named('listed-only', 2), entry: noEntry },
    ],
    error: null,
  });
});

test('the writer refuses what does not fit, padding included, and stays as it was', () => {
  const writer = new DirentWriter(71);
  expect(writer.add(named('12345678'))).toBe(true);
  expect(writer.add(named('123456789'))).toBe(false);
  expect(writer.add(named('12345678'))).toBe(true);
  expect(writer.bytes).toHaveLength(64);
  expect(writer.add(named('1'))).toBe(false);
  expect(readDirents(writer.bytes).entries).toHaveLength(2);
});

test('only the low four bits of a type count', () => {
  expect(readDirents(plain({ ...named('a'), type: 0xf4 })).entries[0]?.type).toBe(4);
});

describe('a faulty record ends the listing with EIO, behind the entries before it', () => {
  test.each([
    ['an empty name', withNamelen(0)],
    ['a name of 4096 bytes', withNamelen(4096)],
    ['a name of 4 GiB', withNamelen(0xffffffff)],
    ['a slash in the name', plain(named('a/b'))],
    ['a name that is a slash', plain(named('/'))],
  ])('%s', (_, bytes) => {
    expect(readDirents(joined(plain(named('before')), bytes, plain(named('after'))))).toEqual({
      entries: [named('before')],
      error: EIO,
    });
    expect(readDirents(bytes)).toEqual({ entries: [], error: EIO });
  });

  test('a slash in the name of a plus record', () => {
    const writer = new DirentWriter(4096, 'plus');
    writer.add(named('before'));
    writer.add(named('a/b'));
    expect(readDirentsPlus(writer.bytes)).toEqual({ entries: [{ ...named('before'), entry: noEntry }], error: EIO });
  });
});

describe('a last record that is cut off is dropped without an error', () => {
  test.each([
    ['inside its struct', 23],
    ['inside its name', 28],
    ['inside its padding', 31],
  ])('%s', (_, length) => {
    const last = plain(named('12345')).subarray(0, length);
    expect(readDirents(joined(plain(named('before')), last))).toEqual({ entries: [named('before')], error: null });
  });

  test('even when its name has a slash', () => {
    expect(readDirents(plain(named('12/45')).subarray(0, 31))).toEqual({ entries: [], error: null });
  });

  test('but not when its length alone is a fault', () => {
    expect(readDirents(withNamelen(0).subarray(0, 24)).error).toBe(EIO);
  });
});

test('a name of 4095 bytes is accepted', () => {
  const name = 'n'.repeat(4095);
  expect(readDirents(plain(named(name))).entries).toEqual([named(name)]);
});

test('no bytes are the end of a directory', () => {
  expect(readDirents(new Uint8Array(0))).toEqual({ entries: [], error: null });
});

test('whatever a server sends, the readers give entries that lie in it and at most EIO', () => {
  const namelens = fc.oneof(fc.constantFrom(0, 1, 8, 9, 4095, 4096), fc.nat(0xffffffff));
  const hostile = fc.tuple(fc.uint8Array({ maxLength: 1000 }), namelens, fc.boolean()).map(([bytes, namelen, plus]) => {
    const at = plus ? 144 : 16;
    if (bytes.length >= at + 4) viewOf(bytes).setUint32(at, namelen, true);
    return bytes;
  });
  fc.assert(
    fc.property(hostile, (bytes) => {
      for (const [size, { entries, error }] of [
        [fuse_dirent.size, readDirents(bytes)],
        [fuse_direntplus.size, readDirentsPlus(bytes)],
      ] as const) {
        expect(error === null || error === EIO).toBe(true);
        const used = entries.reduce((sum, { name }) => sum + size + name.length, 0);
        expect(used).toBeLessThanOrEqual(bytes.length);
        for (const { name } of entries) expect(name).toMatch(/^[^/]+$/);
      }
    }),
  );
});
