import { Errno } from '../../src/abi/errno.ts';
import { decodeRequest, setUnique } from '../../src/abi/message.ts';
import { allNotifyCodes } from '../../src/abi/notify.ts';
import { Rig } from '../../src/fuse/testing/rig.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { mutated, withTrueLength } from '../chance/mutate.ts';
import type { Random } from '../chance/random.ts';
import { anyExchange, type Corpus } from './corpus.ts';
import { must, type Target } from './target.ts';

type State = 'before INIT' | 'INIT unanswered' | 'connected' | 'pending' | 'aborted' | 'unmounted' | 'closed';
const STATES: readonly State[] = [
  ...(['before INIT', 'INIT unanswered', 'connected', 'pending', 'pending'] as const),
  ...(['aborted', 'unmounted', 'closed'] as const),
];
const WRITES = 100;
const MOST_PENDING = 12;
const LONGEST = 200; // bytes
const EVERYTHING = { flags: 0xffffffff, flags2: 0xffffffff };

/** What is written to a device in any state: noise, replies to nobody, notifications of all kinds with something wrong. */
export const device: Target = {
  name: 'device',
  weight: 5,
  attack(random, corpus) {
    const rig = new Rig();
    const superblock = new FuseSuperblock(rig.connection, 42);
    bring(rig, superblock, random.pick(STATES), { random, corpus });
    for (let count = 0; count < WRITES; count++) write(rig, anything(random, corpus, rig), random);
    rig.connection.abort();
    rig.scheduler.run();
    const { waiting, device: ended, notificationsWaiting } = rig.connection;
    must(waiting + ended.completions.size + ended.slots.used === 0, () => 'requests are left');
    must(notificationsWaiting === 0, () => 'notifications are left');
    must([...rig.scheduler.tasks].length === 0, () => 'tasks are left');
    return WRITES;
  },
};

interface Means {
  readonly random: Random;
  readonly corpus: Corpus;
}

function bring(rig: Rig, superblock: FuseSuperblock, state: State, { random, corpus }: Means): void {
  if (state === 'before INIT') return;
  rig.connection.start();
  if (state === 'INIT unanswered') {
    if (random.chance(0.5)) rig.receive();
    return;
  }
  rig.receive();
  rig.answerInit(EVERYTHING);
  if (state !== 'connected') {
    for (let count = 1 + random.below(MOST_PENDING); count > 0; count--) {
      const { opcode, request } = anyExchange(random, corpus);
      const { body, names, data } = decodeRequest(opcode, request, corpus.protocol);
      rig.prepare((task) => rig.connection.ask(task, opcode, 1n, { body, names, data, room: random.below(5000) }));
    }
    rig.scheduler.run();
    for (let count = random.below(MOST_PENDING); count > 0; count--) rig.receive();
  }
  if (state === 'aborted') rig.connection.abort();
  if (state === 'unmounted') superblock.kill();
  if (state === 'closed') rig.file.close();
}

function anything(random: Random, corpus: Corpus, { connection }: Rig): Uint8Array {
  switch (random.below(4)) {
    case 0:
      return noise(random, random.below(LONGEST));
    case 1: {
      const code = random.pick(allNotifyCodes);
      const message = noise(random, 16 + (code.body?.size ?? 0) + random.below(40));
      const view = new DataView(message.buffer);
      view.setInt32(4, code.code, true);
      view.setBigUint64(8, 0n, true);
      if (random.chance(0.7) && message.length >= 32) smallNumbers(view, random);
      return withTrueLength(message);
    }
    default: {
      const reply = mutated(anyExchange(random, corpus).reply, random);
      const uniques = [...connection.device.completions.keys(), 2];
      if (reply.length >= 16) setUnique(reply, random.pick(uniques) + (random.chance(0.1) ? 1 : 0));
      return reply;
    }
  }
}

/** What looks like nodeids and lengths, so that more of the message is believed. */
function smallNumbers(view: DataView, random: Random): void {
  for (let at = 16; at + 8 <= view.byteLength; at += 8) view.setBigUint64(at, BigInt(random.below(40)), true);
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function write(rig: Rig, message: Uint8Array, random: Random): void {
  const { length } = message;
  try {
    const taken = rig.file.write(message, random.pick(['borrowed', 'given'] as const));
    must(taken === length, () => `a write of ${length} bytes gave ${taken}`);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  rig.scheduler.run();
}
