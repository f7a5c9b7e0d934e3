import { allErrnos, EDQUOT, EIO, ENOMEM, ENOSPC, EREMOTEIO, errnoOf } from '../../src/abi/errno.ts';
import { FUSE_EXPIRE_ONLY } from '../../src/abi/fuse.ts';
import * as notify from '../../src/abi/notify.ts';
import { encodeNotification } from '../../src/abi/notify-message.ts';
import type { Connection } from '../../src/fuse/connection.ts';
import type { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import type { Thread } from '../../src/process/thread.ts';
import { mutated } from '../chance/mutate.ts';
import type { Random } from '../chance/random.ts';
import type { Mode } from './plan.ts';
import type { SlowServer } from './server.ts';

/** What faults are done to. */
export interface Victim {
  readonly random: Random;
  readonly server: SlowServer;
  readonly connection: Connection;
  readonly superblock: FuseSuperblock;
  /** Threads that still make calls. */
  readonly threads: readonly Thread[];
  /** Ends every thread of a thread's process by a fatal signal. */
  kill(thread: Thread): void;
  log(line: string): void;
}

/** Errnos that no call has for another reason. */
const FAILURES = [ENOSPC, EDQUOT, EREMOTEIO, EIO, ENOMEM, errnoOf(511)];
const NAMES = ['a', 'b', 'c', 'd', 's'];

type Fault = (victim: Victim) => void;

const signal: Fault = ({ random, threads, log }) => {
  if (threads.length === 0) return;
  const thread = random.pick(threads);
  log(`signal for ${thread.tid}`);
  thread.signal('signal');
};

const kill: Fault = ({ random, threads, kill: end, log }) => {
  if (threads.length === 0) return;
  const thread = random.pick(threads);
  log(`fatal signal for ${thread.tid}`);
  end(thread);
};

/** A nodeid that the server has given out, mostly. */
function nodeidOf({ random, server }: Victim): bigint {
  const known = [...server.ledger.lookups.keys(), 1n];
  return random.chance(0.9) ? random.pick(known) : BigInt(random.below(1000));
}

/** Says truly that something may have changed. */
const notifyTruly: Fault = (victim) => {
  const { random, server } = victim;
  switch (random.below(5)) {
    case 0:
      return server.notify(
        encodeNotification(notify.NOTIFY_INVAL_INODE, {
          body: { ino: nodeidOf(victim), off: random.pick([0, 0, -1]), len: 0 },
          tail: undefined,
        }),
      );
    case 1: {
      const tail = random.pick(NAMES);
      const body = { parent: nodeidOf(victim), namelen: tail.length, flags: random.pick([0, FUSE_EXPIRE_ONLY]) };
      return server.notify(encodeNotification(notify.NOTIFY_INVAL_ENTRY, { body, tail }));
    }
    case 2:
      return server.notify(encodeNotification(notify.NOTIFY_INC_EPOCH, { body: undefined, tail: undefined }));
    case 3: {
      const tail = [nodeidOf(victim), nodeidOf(victim)];
      return server.notify(encodeNotification(notify.NOTIFY_PRUNE, { body: { count: tail.length }, tail }));
    }
    default:
      return resend(victim);
  }
};

/** As a server does that was restarted: it has lost what it had read, and asks for it again. */
const resend: Fault = ({ server }) => {
  if (server.outbox.length > 0) return;
  server.loseInbox();
  server.notify(encodeNotification(notify.NOTIFY_RESEND, { body: undefined, tail: undefined }));
};

/** Says of a name that its file is gone, or of all that it comes again, though nothing is true of it. */
const notifyFalsely: Fault = (victim) => {
  const { random, server } = victim;
  const tail = random.pick(NAMES);
  const body = { parent: nodeidOf(victim), child: nodeidOf(victim), namelen: tail.length };
  if (random.chance(0.3)) server.notify(encodeNotification(notify.NOTIFY_RESEND, { body: undefined, tail: undefined }));
  else server.notify(encodeNotification(notify.NOTIFY_DELETE, { body, tail }));
};

/** Any notification with something wrong in it. */
const notifyBadly: Fault = (victim) => {
  const { random, server } = victim;
  const code = random.pick([...notify.allNotifyCodes]);
  const message = new Uint8Array(16 + (code.body?.size ?? 0) + random.below(32));
  new DataView(message.buffer).setInt32(4, code.code, true);
  server.notify(mutated(message, random, 16));
};

const refuse: Fault = ({ server }) => server.refuse(FAILURES);

const faults: Readonly<Record<Mode, readonly (readonly [weight: number, fault: Fault])[]>> = {
  orderly: [
    [2, signal],
    [3, notifyTruly],
  ],
  failing: [
    [2, signal],
    [1, kill],
    [2, notifyTruly],
    [5, refuse],
    [2, ({ server }) => server.giveIn()],
  ],
  hostile: [
    [3, signal],
    [2, kill],
    [2, notifyTruly],
    [2, notifyFalsely],
    [2, notifyBadly],
    [4, ({ server }) => server.refuse(allErrnos())],
    [3, ({ server }) => server.ignore()],
    [8, ({ server, random }) => server.deliver((reply) => mutated(reply, random))],
    [1, ({ server }) => server.giveIn()],
    [1, ({ server }) => server.close('one')],
    [1, ({ server, random }) => random.chance(0.3) && server.close('all')],
    [1, ({ connection, random }) => random.chance(0.3) && connection.abort('user')],
    [
      1,
      ({ superblock, connection, random, log }) => {
        if (!random.chance(0.2)) return;
        log('unmounted');
        superblock.kill();
        connection.abort('unmount');
      },
    ],
    [
      1,
      ({ connection, random }) => {
        connection.background.maximum = 1 + random.below(3);
      },
    ],
  ],
};

/** Does something that the mode allows, or tries to. */
export function doSomethingBad(mode: Mode, victim: Victim): void {
  const rows = faults[mode];
  const index = victim.random.weighted(Object.fromEntries(rows.map(([weight], at) => [String(at), weight])));
  rows[Number(index)]?.[1](victim);
}
