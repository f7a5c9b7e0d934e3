import { decodeReplyHeader, decodeRequestHeader } from '../../src/abi/message.ts';
import { opcodeOf } from '../../src/abi/opcodes.ts';
import type { FuseServer } from '../../src/server/fuse-server.ts';
import { memory } from '../../src/server/memory.ts';
import { Session } from '../../src/server/session.ts';
import { mutated } from '../chance/mutate.ts';
import { must, type Target } from './target.ts';

const REQUESTS = 200;
const MAX_BYTES = 2 ** 20;
const IN_HEADER = 40; // bytes
/** What may be said of requests that are wrong; anything else is a mistake of the server's. */
const COMPLAINTS =
  /^(?:ignored \d+ bytes that are no request|[A-Z_0-9]+ (?:lacks a part|came twice|came before INIT)|BATCH_FORGET has|NOTIFY_REPLY \d+: nobody)/;

/** The server library: requests of the corpus come changed. Each that wants a reply gets one, and nothing breaks. */
export const session: Target = {
  name: 'session',
  weight: 6,
  attack(random, { requests }) {
    const complaints: string[] = [];
    let sent: Uint8Array[] = [];
    const server: FuseServer = memory({
      maxBytes: MAX_BYTES,
      maxInodes: 1000,
      now: () => ({ seconds: 1, nanoseconds: 0 }),
    });
    const made = new Session(server, { send: (reply) => sent.push(reply), log: (line) => complaints.push(line) });
    const init = requests[0]?.[0] as Uint8Array;
    made.receive(random.chance(0.9) ? init : mutated(init, random, IN_HEADER));
    for (let count = 0; count < REQUESTS; count++) {
      sent = [];
      const message = mutated(random.pick(random.pick(requests)), random, random.chance(0.7) ? IN_HEADER : 4);
      made.receive(message);
      answeredOnce(message, sent);
      const bad = complaints.find((line) => !COMPLAINTS.test(line));
      must(bad === undefined, () => `the server says: ${bad}`);
      complaints.length = 0;
      if (made.protocol === null) made.receive(init);
    }
    made.close();
    return REQUESTS;
  },
};

function answeredOnce(message: Uint8Array, sent: readonly Uint8Array[]): void {
  const header = headerOf(message);
  const opcode = header === null ? undefined : opcodeOf(header.opcode);
  const wanted = header === null || (opcode !== undefined && opcode.reply !== 'required') ? 0 : 1;
  must(sent.length === wanted, () => `${opcode?.name ?? header?.opcode} got ${sent.length} replies`);
  for (const reply of sent) {
    const { unique, error } = decodeReplyHeader(reply);
    // A client counts its requests; what no counter reaches need not come back to the bit.
    must(
      unique === header?.unique || !Number.isSafeInteger(header?.unique),
      () => `the reply to ${header?.unique} is to ${unique}`,
    );
    must(error <= 0 && error > -512, () => `the reply has error ${error}`);
  }
}

function headerOf(message: Uint8Array): ReturnType<typeof decodeRequestHeader> | null {
  try {
    return decodeRequestHeader(message);
  } catch {
    return null;
  }
}
