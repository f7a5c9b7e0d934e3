import { decodeRequest, decodeRequestHeader, NEWEST } from '../../src/abi/message.ts';
import { BATCH_FORGET } from '../../src/abi/opcodes.ts';
import { stepsOf } from '../oracle/script.ts';
import { concatenated } from '../scenarios/wire-format.ts';
import { packed } from './moves.ts';
import type { Change, Deed } from './trace.ts';
import { rawReply } from './trace-server.ts';

const PRUNE = 9;
const FIRST_NODEID = 2;

const nameOf = (at: number): string => `f${at}`;

/** So many files that the client has made, and knows. */
export const made = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `~\nopen /${nameOf(at)} O_CREAT|O_RDWR 0777 -> $made\nclose $made`);

/** So many, which it has forgotten. */
export const forgotten = (count: number, forgets: (name: string) => Change): (string | Change)[] => [
  ...made(count),
  ...Array.from({ length: count }, (_, at) => forgets(nameOf(at))),
];

/** FUSE_NOTIFY_PRUNE of so many files: it waits for no lock that a LOOKUP holds, as INVAL_ENTRY would. */
function prunes(count: number): Uint8Array {
  const nodeids = Array.from({ length: count }, (_, at) => packed('Q', at + FIRST_NODEID));
  return rawReply(0, PRUNE, concatenated([packed('IIQ', count, 0, 0), ...nodeids]));
}

/**
 * Nothing is read while each task looks a name up and so many files are forgotten: the order that all of it is read in
 * then. L is LOOKUP, F FORGET, and B with a number BATCH_FORGET of so many.
 */
export const inOrder =
  (lookups: number, forgets: number): Deed['act'] =>
  async ({ world, server }) => {
    for (let task = 0; task < lookups; task++) {
      for (const call of stepsOf(`@${task} stat /zz${task}`)) world.start(call);
      await world.asleep(task);
    }
    world.write(0, prunes(forgets));
    let order = '';
    for (;;) {
      const message = world.tryRead(0, server.settings.room);
      if (message === null) break;
      order += letterOf(message);
      server.receive(message);
    }
    for (let task = 0; task < lookups; task++) await world.end(task);
    return order;
  };

function letterOf(message: Uint8Array): string {
  if (decodeRequestHeader(message).opcode !== BATCH_FORGET.number) {
    return decodeRequestHeader(message).opcode === 1 ? 'L' : 'F';
  }
  return `B${decodeRequest(BATCH_FORGET, message, NEWEST).body.count}`;
}
