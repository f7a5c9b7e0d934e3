import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Garbled } from './garbled.ts';
import { Reassembly } from './reassembly.ts';

const LARGEST = 200_000;

/** A reply of so many bytes whose content tells them apart. */
function reply(length: number, seed = 1): Uint8Array {
  const message = new Uint8Array(length);
  for (let i = 16; i < length; i++) message[i] = (i * 31 + seed) & 0xff;
  new DataView(message.buffer).setUint32(0, length, true);
  return message;
}

/** A header that says it has so many bytes, with so many behind it. */
function lying(says: number, length: number): Uint8Array {
  const packet = new Uint8Array(length);
  new DataView(packet.buffer).setUint32(0, says, true);
  return packet;
}

const isSame = (a: Uint8Array | null | undefined, b: Uint8Array): boolean =>
  a instanceof Uint8Array && Buffer.compare(a, b) === 0;

test('a reply in one packet is that packet, not a copy', () => {
  const packet = reply(4112);
  expect(new Reassembly(LARGEST).push(packet)).toBe(packet);
});

test('the pieces that libfuse splices a READ of 128 KiB into make one reply', () => {
  const whole = reply(16 + 131_072);
  const reassembly = new Reassembly(LARGEST);
  expect(reassembly.push(whole.subarray(0, 61_456))).toBeNull();
  expect(reassembly.push(whole.subarray(61_456, 126_992))).toBeNull();
  expect(isSame(reassembly.push(whole.subarray(126_992)), whole)).toBe(true);
});

test('replies cut anywhere behind their headers come out as they went in', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 20 });
  const replies = fc.array(fc.record({ length: fc.integer({ min: 16, max: 20_000 }), cuts }), { maxLength: 8 });
  fc.assert(
    fc.property(replies, (all) => {
      const reassembly = new Reassembly(LARGEST);
      for (const [index, { length, cuts }] of all.entries()) {
        const whole = reply(length, index);
        const pieces = cut(whole, cuts);
        const results = pieces.map((piece) => reassembly.push(piece));
        expect(results.slice(0, -1).every((result) => result === null)).toBe(true);
        expect(isSame(results.at(-1), whole)).toBe(true);
      }
    }),
  );
});

test('any packets at all either make replies of the length they say, or are refused', () => {
  const packet = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc
      .tuple(fc.nat(100), fc.nat(100))
      .map(([says, length]) => (length < 4 ? new Uint8Array(length) : lying(says, length))),
  );
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 20 }), (packets) => {
      const reassembly = new Reassembly(1000);
      for (const each of packets) {
        try {
          const whole = reassembly.push(each);
          if (whole !== null)
            expect(new DataView(whole.buffer, whole.byteOffset).getUint32(0, true)).toBe(whole.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Garbled);
          return;
        }
      }
    }),
  );
});

test.each([
  ['too short for a header', new Uint8Array(15), 'a packet of 15 bytes is too short for a reply'],
  ['shorter than it is', lying(16, 24), 'a packet of 24 bytes holds a reply that says it has 16'],
  ['without any length', lying(0, 16), 'a packet of 16 bytes holds a reply that says it has 0'],
  ['of 4 GiB', lying(0xffff_ffff, 100), 'a reply says it has 4294967295 bytes; at most 200000 can be'],
  ['one byte too long', reply(LARGEST + 1), 'a reply says it has 200001 bytes; at most 200000 can be'],
])('a reply %s is refused', (_, packet, message) => {
  expect(() => new Reassembly(LARGEST).push(packet)).toThrow(new Garbled(message));
});

test('pieces that are longer together than their reply are refused', () => {
  const reassembly = new Reassembly(LARGEST);
  reassembly.push(lying(100, 90));
  expect(() => reassembly.push(new Uint8Array(11))).toThrow('the pieces of a reply of 100 bytes are longer than that');
});

/** Cuts at the given distances; the first piece keeps a whole header. */
function cut(whole: Uint8Array, distances: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const distance of distances) {
    const to = Math.max(at + distance, 16);
    if (to >= whole.length) break;
    pieces.push(whole.subarray(at, to));
    at = to;
  }
  return [...pieces, whole.subarray(at)];
}
