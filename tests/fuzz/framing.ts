import { Garbled } from '../../src/transport/garbled.ts';
import { Reassembly } from '../../src/transport/reassembly.ts';
import { Frames } from '../../src/transport/stream/frames.ts';
import { readAnswer, readHello } from '../../src/transport/stream/hello.ts';
import { mutated } from '../chance/mutate.ts';
import type { Random } from '../chance/random.ts';
import { anyExchange, type Corpus } from './corpus.ts';
import { must, type Target } from './target.ts';

const MESSAGES = 40;
const LARGEST = 1 << 17; // bytes
const LIMITS = { what: 'reply', least: 16, largest: LARGEST } as const;

/** What puts a stream's bytes, and pieces of packets, together to messages again. */
export const framing: Target = {
  name: 'framing',
  weight: 2,
  attack(random, corpus) {
    stream(random, corpus);
    packets(random, corpus);
    greetings(random);
    return 2 * MESSAGES;
  },
};

function messagesOf(random: Random, corpus: Corpus): Uint8Array[] {
  const spoils = random.chance(0.5);
  return Array.from({ length: MESSAGES }, () => {
    const { reply } = anyExchange(random, corpus);
    return spoils && random.chance(0.1) ? mutated(reply, random, 0) : reply;
  });
}

/** The messages as one stream, in chunks of any length: whole messages come out, or it is garbled. */
function stream(random: Random, corpus: Corpus): void {
  const bytes = Buffer.concat(messagesOf(random, corpus));
  const frames = new Frames(LIMITS);
  let out = 0;
  ignoringGarbled(() => {
    for (let at = 0; at < bytes.length; ) {
      const chunk = bytes.subarray(at, at + 1 + random.below(300));
      at += chunk.length;
      frames.push(chunk);
      for (let message = frames.next(); message !== null; message = frames.next()) {
        must(
          new DataView(message.buffer, message.byteOffset).getUint32(0, true) === message.length,
          () => 'a cut message',
        );
        must(Buffer.compare(message, bytes.subarray(out, out + message.length)) === 0, () => 'other bytes came out');
        out += message.length;
      }
      must((frames.rest?.length ?? 0) <= LARGEST, () => 'it waits for more than there may be');
    }
  });
}

function packets(random: Random, corpus: Corpus): void {
  const reassembly = new Reassembly(LARGEST);
  ignoringGarbled(() => {
    for (const message of messagesOf(random, corpus)) {
      const cut = random.chance(0.3) ? 16 + random.below(Math.max(1, message.length - 16)) : message.length;
      for (const piece of [message.subarray(0, cut), message.subarray(cut)]) {
        if (piece.length > 0) must((reassembly.push(piece)?.length ?? 0) <= LARGEST, () => 'a message too large');
      }
    }
  });
}

function greetings(random: Random): void {
  const line = Buffer.from(`FUSEWIRE/1 ${random.pick(['ok', 'refused why', 'token'])}\n`);
  const text = Buffer.from(mutated(line, random, 0)).toString('latin1');
  readHello(text);
  readAnswer(text);
}

function ignoringGarbled(code: () => void): void {
  try {
    code();
  } catch (error) {
    if (!(error instanceof Garbled)) throw error;
  }
}
