import { viewOf } from '../../src/abi/bytes.ts';
import type { Random } from './random.ts';

const LIMITS = [
  0n,
  1n,
  2n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const SIZES = [1, 2, 4, 8];
const MOST_ADDED = 64; // bytes

/** Sets the length that the header of a message says to the one it has. */
export function withTrueLength(message: Uint8Array): Uint8Array {
  if (message.length >= 4) viewOf(message).setUint32(0, message.length, true);
  return message;
}

/**
 * A message with something wrong in it: bytes changed, cut off or added, numbers at their limits. Mostly its header says the
 * length that it has, since nothing else is looked at in one that does not. The header's other fields stay, mostly.
 */
export function mutated(original: Uint8Array, random: Random, headerSize = 16): Uint8Array {
  let message: Uint8Array = original.slice();
  for (let count = 1 + random.below(3); count > 0; count--) message = mutatedOnce(message, random, headerSize);
  return random.chance(0.95) ? withTrueLength(message) : message;
}

function mutatedOnce(message: Uint8Array, random: Random, headerSize: number): Uint8Array {
  const from = random.chance(0.9) ? Math.min(headerSize, message.length) : 0;
  const at = from + random.below(Math.max(1, message.length - from));
  switch (random.below(6)) {
    case 0:
      message[at] = random.below(256);
      return message;
    case 1:
      message[at] = (message[at] ?? 0) ^ (1 << random.below(8));
      return message;
    case 2:
      return message.slice(0, at);
    case 3:
      return extended(message, random);
    case 4:
      return spliced(message, at, random);
    default:
      return limited(message, from, random);
  }
}

function extended(message: Uint8Array, random: Random): Uint8Array {
  const longer = new Uint8Array(message.length + 1 + random.below(MOST_ADDED));
  longer.set(message);
  if (random.chance(0.5)) longer.fill(random.below(256), message.length);
  return longer;
}

/** Repeats a part of the message somewhere else in it. */
function spliced(message: Uint8Array, at: number, random: Random): Uint8Array {
  const start = random.below(Math.max(1, message.length));
  message.set(
    message.subarray(start, Math.min(message.length, start + random.below(16), start + message.length - at)),
    at,
  );
  return message;
}

/** Puts a number that is a limit of its type where a field may be. */
function limited(message: Uint8Array, from: number, random: Random): Uint8Array {
  const size = random.pick(SIZES);
  const places = Math.floor((message.length - from) / size);
  if (places < 1) return message;
  const view = viewOf(message);
  let value = random.pick(LIMITS);
  const at = from + size * random.below(places);
  for (let byte = 0; byte < size; byte++, value >>= 8n) view.setUint8(at + byte, Number(value & 0xffn));
  return message;
}
