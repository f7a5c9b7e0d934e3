import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBytes, fromText, isText, putBytes, toBytes, toText, viewOf } from './bytes.ts';

const codePoint = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

test('any bytes survive a round trip through a string of as many chars', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(fromBytes(bytes)).toHaveLength(bytes.length);
      expect(toBytes(fromBytes(bytes))).toEqual(bytes);
    }),
  );
});

test('bytes of several pieces survive too', () => {
  const bytes = Uint8Array.from({ length: 20_001 }, (_, i) => i % 251);
  expect(toBytes(fromBytes(bytes))).toEqual(bytes);
});

test('fromBytes takes a part of the bytes, however long', () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i % 256);
  expect(fromBytes(bytes, 97, 100)).toBe('abc');
  expect(fromBytes(bytes, 5, 9_000)).toBe(fromBytes(bytes).slice(5, 9_000));
  expect(fromBytes(bytes, 50, 50)).toBe('');
});

test('text becomes the bytes of its UTF-8 form and comes back', () => {
  expect(toBytes(fromText('\u00e9'))).toEqual(Uint8Array.of(0xc3, 0xa9));
  fc.assert(
    fc.property(fc.string({ unit: codePoint }), (text) => {
      expect(toText(fromText(text))).toBe(text);
      expect(isText(fromText(text))).toBe(true);
    }),
  );
});

test('bytes that are no UTF-8 are no text, and show as U+FFFD', () => {
  expect(isText('a\xff')).toBe(false);
  expect(toText('a\xff')).toBe('a\ufffd');
});

test('a byte order mark is a part of the name', () => {
  expect(toText(fromText('\ufeffa'))).toBe('\ufeffa');
});

test('putBytes writes in place and tells where it ends', () => {
  const target = new Uint8Array(5);
  expect(putBytes(target, 1, 'a\xff')).toBe(3);
  expect([...target]).toEqual([0, 97, 255, 0, 0]);
});

test('viewOf begins and ends where the bytes do', () => {
  const view = viewOf(Uint8Array.of(1, 2, 3, 4).subarray(1, 3));
  expect(view.getUint16(0)).toBe(0x0203);
  expect(() => view.getUint8(2)).toThrow(RangeError);
});
