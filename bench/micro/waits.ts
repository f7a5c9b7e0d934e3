import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bench, group } from 'mitata';
import { libc } from '../../src/linux/libc.ts';
import { Linger } from '../../src/linux/linger.ts';
import { NodeReactor } from '../../src/linux/reactor.ts';
import { closeDescriptor, seqpacketPair, tryReceive, trySend } from '../../src/linux/sockets.ts';

type Poll = (fds: Int32Array, count: number, timeoutMs: number) => number;
const libcPoll = libc.func('int poll(void *, unsigned long, int)') as unknown as Poll;
const POLLIN = 1;

const REQUEST = new Uint8Array(64);
const reply = new Uint8Array(4096);

/** Another process that sends back what it gets, and our end of the socket to it. */
interface Echo {
  readonly child: ChildProcess;
  readonly fd: number;
  close(): Promise<void>;
}

/** cat(1) is as small a server as there can be. */
function echo(): Echo {
  const [ours, theirs] = seqpacketPair();
  const child = spawn('cat', [], { stdio: [theirs, theirs, 'inherit'] });
  closeDescriptor(theirs);
  const close = async (): Promise<void> => {
    closeDescriptor(ours);
    await once(child, 'close');
  };
  return { child, fd: ours, close };
}

/** What waiting for another process's answer costs in the ways that there are. Returns what ends that process. */
export function waitBenches(): () => Promise<void> {
  const { fd, close } = echo();
  const reactor = new NodeReactor();
  const linger = new Linger(fd);
  const polled = Int32Array.of(fd, POLLIN);
  let told = (): void => {};
  const watch = reactor.watch(fd, { readable: true, writable: false }, () => told());
  const answered = (): boolean => tryReceive(fd, reply) !== null;

  group('a round trip to another process', () => {
    bench('asleep in poll(2)', () => {
      trySend(fd, REQUEST);
      while (!answered()) libcPoll(polled, 1, -1);
    });
    bench('looking, then asleep in poll(2)', () => {
      trySend(fd, REQUEST);
      while (!answered()) reactor.wait(null);
    });
    bench('looking, then the event loop', async () => {
      trySend(fd, REQUEST);
      if (!(linger.isWorthIt() && answered())) await byEventLoop();
    });
    bench('the event loop', async () => {
      trySend(fd, REQUEST);
      await byEventLoop();
    });
  });

  const byEventLoop = (): Promise<void> =>
    new Promise((resolve) => {
      told = () => {
        if (answered()) resolve();
      };
    });

  return async () => {
    watch.close();
    await close();
  };
}
