import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Garbled } from '../garbled.ts';
import { Frames } from './frames.ts';

const limits = { what: 'reply', least: 16, largest: 5000 } as const;

/** A message of so many bytes whose content tells it apart. */
function message(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length).map((_, i) => (i * 31 + seed) & 0xff);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
}

function drain(frames: Frames): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let next = frames.next(); next !== null; next = frames.next()) found.push(next.slice());
  return found;
}

test('messages are found again however the stream was cut, pushed or received into the rest', () => {
  const lengths = fc.array(fc.integer({ min: 16, max: 300 }), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.record({ size: fc.integer({ min: 1, max: 400 }), direct: fc.boolean() }), { minLength: 1 });
  fc.assert(
    fc.property(lengths, cuts, (sizes, pieces) => {
      const messages = sizes.map((size, seed) => message(size, seed));
      const stream = Buffer.concat(messages);
      const frames = new Frames(limits);
      const found: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const { size, direct } = pieces[turn % pieces.length] as (typeof pieces)[number];
        const { rest } = frames;
        const count = Math.min(size, direct && rest !== null ? rest.length : stream.length - at);
        const chunk = stream.subarray(at, at + count);
        if (direct && rest !== null) {
          rest.set(chunk.subarray(0, count));
          frames.filled(count);
        } else frames.push(chunk);
        found.push(...drain(frames));
        at += count;
      }
      expect(found.map((one) => Buffer.from(one).toString('hex'))).toEqual(
        messages.map((one) => Buffer.from(one).toString('hex')),
      );
    }),
  );
});

test('a message that is whole in its chunk is a part of it, and one in pieces has memory of its own', () => {
  const frames = new Frames(limits);
  const chunk = Buffer.concat([message(20), message(30).subarray(0, 10)]);
  frames.push(chunk);
  expect(frames.next()?.buffer).toBe(chunk.buffer);
  expect(frames.next()).toBeNull();
  frames.push(message(30).subarray(10));
  expect(frames.next()).toEqual(message(30));
});

test.each([
  [0, 'a reply says it has 0 bytes; the shortest has 16'],
  [15, 'a reply says it has 15 bytes; the shortest has 16'],
  [5001, 'a reply says it has 5001 bytes; at most 5000 can be'],
  [0xffffffff, 'a reply says it has 4294967295 bytes; at most 5000 can be'],
])('a length of %d is refused as soon as it is there, whole or in pieces', (length, sentence) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length, true);
  const whole = new Frames(limits);
  whole.push(bytes);
  expect(() => whole.next()).toThrow(new Garbled(sentence));
  const pieces = new Frames(limits);
  pieces.push(bytes.subarray(0, 3));
  expect(pieces.next()).toBeNull();
  pieces.push(bytes.subarray(3));
  expect(() => pieces.next()).toThrow(new Garbled(sentence));
});
