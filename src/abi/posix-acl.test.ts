import { describe, expect, test } from 'vitest';
import { EINVAL, EOPNOTSUPP } from './errno.ts';
import { type AclEntry, checkAcl, decodeAcl, encodeAcl } from './posix-acl.ts';

const NOBODY = 0xffff_ffff;
const tags = { u: 1, U: 2, g: 4, G: 8, m: 0x10, o: 0x20 };

/** A list by its tags' letters; users and groups have the id 5. */
const listOf = (letters: string, permissions = 7): AclEntry[] =>
  [...letters].map((letter) => ({
    tag: tags[letter as keyof typeof tags],
    permissions,
    id: 'UG'.includes(letter) ? 5 : NOBODY,
  }));

function thrownBy(code: () => unknown): unknown {
  try {
    return code();
  } catch (error) {
    return error;
  }
}

describe('a list as bytes', () => {
  test('is a version, and eight bytes for each line', () => {
    const value = encodeAcl([{ tag: 2, permissions: 6, id: 0x01020304 }]);
    expect([...value]).toEqual([2, 0, 0, 0, 2, 0, 6, 0, 4, 3, 2, 1]);
    expect(decodeAcl(value)).toEqual([{ tag: 2, permissions: 6, id: 0x01020304 }]);
  });

  test('has no id where the tag names nobody, whatever was there', () => {
    const value = encodeAcl([{ tag: tags.u, permissions: 6, id: 9 }]);
    expect(decodeAcl(value)).toEqual([{ tag: tags.u, permissions: 6, id: NOBODY }]);
  });

  test('is none without lines', () => {
    expect(decodeAcl(encodeAcl([]))).toBeNull();
  });

  test('is read where it lies in a larger buffer', () => {
    const value = encodeAcl(listOf('ugo'));
    const buffer = new Uint8Array(value.length + 3);
    buffer.set(value, 3);
    expect(decodeAcl(buffer.subarray(3))).toEqual(listOf('ugo'));
  });

  test.each([
    ['nothing', [], EINVAL],
    ['half a version', [2, 0], EINVAL],
    ['version 1', [1, 0, 0, 0], EOPNOTSUPP],
    ['half a line', [2, 0, 0, 0, 1, 0, 7, 0], EINVAL],
    ['an unknown tag', [...encodeAcl([{ tag: 3, permissions: 7, id: NOBODY }])], EINVAL],
    ['a user without an id', [...encodeAcl([{ tag: tags.U, permissions: 7, id: NOBODY }])], EINVAL],
  ])('is %s: refused', (_name, value, errno) => {
    expect(thrownBy(() => decodeAcl(Uint8Array.from(value)))).toBe(errno);
  });
});

describe('a list to set', () => {
  test.each(['ugo', 'ugmo', 'uUgmo', 'uUUgGGmo', 'ugGmo'])('may be %s', (letters) => {
    expect(checkAcl(listOf(letters))).toBeUndefined();
  });

  test.each(['u', 'ug', 'uo', 'uug', 'uUgo', 'ugGo', 'uGgmo', 'ugom', 'ugoo', 'Uugmo', 'guo'])(
    'may not be %s',
    (letters) => {
      expect(thrownBy(() => checkAcl(listOf(letters)))).toBe(EINVAL);
    },
  );

  test('may not have other permissions than rwx', () => {
    expect(thrownBy(() => checkAcl(listOf('ugo', 8)))).toBe(EINVAL);
  });
});
