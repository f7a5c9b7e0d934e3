import { EIO, Errno } from '../../src/abi/errno.ts';
import { decodeRequest, setUnique } from '../../src/abi/message.ts';
import { Rig } from '../../src/fuse/testing/rig.ts';
import { mutated } from '../chance/mutate.ts';
import type { Random } from '../chance/random.ts';
import { anyExchange, type Corpus, type Exchange } from './corpus.ts';
import { must, type Target } from './target.ts';

const IN_A_ROW = 200;
const MOST_ROOM = 8192; // bytes

/** The decoder of each opcode's replies: requests of the corpus are asked again, and their replies come changed. */
export const replies: Target = {
  name: 'replies',
  weight: 40,
  attack(random, corpus) {
    const rig = Rig.connected({}, { flags: 0xffffffff, flags2: 0xffffffff });
    for (let count = 0; count < IN_A_ROW; count++) ask(rig, random, anyExchange(random, corpus), corpus);
    const last = rig.readlink(1n);
    const received = rig.receive();
    must(received !== null, () => 'the connection sends nothing any more');
    rig.answer(received, { data: new Uint8Array(3) });
    must(last.end !== undefined && !(last.end instanceof Errno), () => 'the connection is of no use any more');
    const { device, waiting } = rig.connection;
    must(waiting + device.completions.size + device.slots.used === 0, () => 'requests are left');
    return IN_A_ROW;
  },
};

function ask(rig: Rig, random: Random, { opcode, request, reply }: Exchange, { protocol }: Corpus): void {
  const { body, names, data } = decodeRequest(opcode, request, protocol);
  const room = random.chance(0.2) ? random.below(MOST_ROOM) : Math.max(0, reply.length - 16);
  const running = rig.begin((task) => rig.connection.ask(task, opcode, 1n, { body, names, data, room }));
  const received = rig.receive();
  must(received !== null, () => `${opcode.name} was not sent`);
  const message = mutated(reply, random);
  if (message.length >= 16 && random.chance(0.98)) setUnique(message, received.header.unique);
  try {
    rig.file.write(message);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  rig.scheduler.run();
  if (running.end === undefined) rig.answer(received, EIO);
  must(running.end !== undefined, () => `${opcode.name} never ends`);
}
