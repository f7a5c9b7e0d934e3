import { Errno } from '../../src/abi/errno.ts';
import { decodeRequestHeader, encodeReply, NEWEST } from '../../src/abi/message.ts';
import { INIT, READLINK } from '../../src/abi/opcodes.ts';
import type { fuse_init_out } from '../../src/abi/structs.ts';
import { Rig } from '../../src/fuse/testing/rig.ts';
import { mutated } from '../chance/mutate.ts';
import type { Random } from '../chance/random.ts';
import { must, type Target } from './target.ts';

const U16 = [0, 1, 2, 12, 0x7fff, 0xffff];
const U32 = [0, 1, 2, 4095, 4096, 4097, 131_072, 0x7fffffff, 0x80000000, 0xffffffff];

/** A connection's first reply, with any numbers in it: it can be used afterwards, or is refused. */
export const init: Target = {
  name: 'init',
  weight: 2,
  attack(random) {
    const rig = new Rig();
    rig.connection.start();
    rig.receive();
    const waiting = rig.readlink(1n);
    const whole = encodeReply(INIT, { unique: 2, body: bodyOf(random) }, NEWEST);
    const reply = random.chance(0.5) ? whole : mutated(whole, random);
    try {
      rig.file.write(reply);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
    rig.scheduler.run();
    if (rig.connection.state === 'connected') use(rig);
    else rig.connection.abort();
    rig.scheduler.run();
    must(waiting.end !== undefined, () => `who waited for INIT still waits: ${waiting.task.sleep?.why}`);
    return 1;
  },
};

function bodyOf(random: Random): fuse_init_out {
  const u32 = (): number => (random.chance(0.5) ? random.pick(U32) : random.next());
  const u16 = (): number => (random.chance(0.5) ? random.pick(U16) : random.below(0x10000));
  return {
    major: random.chance(0.9) ? 7 : u32(),
    minor: random.chance(0.8) ? random.below(60) : u32(),
    max_readahead: u32(),
    flags: u32(),
    max_background: u16(),
    congestion_threshold: u16(),
    max_write: u32(),
    time_gran: u32(),
    max_pages: u16(),
    map_alignment: u16(),
    flags2: u32(),
    max_stack_depth: u32(),
    request_timeout: u16(),
  };
}

/** The limits make sense, and who waited is served. */
function use(rig: Rig): void {
  const { limits, background } = rig.connection;
  const { maxWrite, maxPages, maxReadahead, nameMax, timeGran } = limits;
  const sane =
    maxWrite >= 4096 &&
    maxPages >= 1 &&
    maxPages <= 256 &&
    maxReadahead % 4096 === 0 &&
    nameMax >= 1024 &&
    timeGran >= 1;
  must(sane, () => `limits ${JSON.stringify(limits)}`);
  must(background.maximum >= 1, () => 'no background request is let through');
  // Not by read(2), whose buffer must be as large as the largest WRITE.
  const message = rig.file.take(Number.POSITIVE_INFINITY);
  must(message !== null, () => 'who waited for INIT asks nothing');
  const { unique } = decodeRequestHeader(message);
  rig.file.write(encodeReply(READLINK, { unique, data: new Uint8Array(1) }, rig.connection.protocol));
}
