import { Errno } from '../abi/errno.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor, sendBlocking, tryReceive } from '../linux/sockets.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { Session } from '../server/session.ts';

const LARGEST_REQUEST = (1 << 20) + 8192; // bytes: 256 pages and their headers

/**
 * Serves an inherited SOCK_SEQPACKET descriptor until its other end closes, on this process's event loop: a server may
 * answer at once or later. The descriptor is closed at the end.
 */
export async function serveDescriptor(server: FuseServer, fd: number): Promise<void> {
  const reactor = new NodeReactor();
  const session = new Session(server, { send: (reply) => sendIfOpen(fd, reply) });
  const buffer = new Uint8Array(LARGEST_REQUEST);
  await new Promise<void>((resolve) => {
    const watch = reactor.watch(fd, { readable: true, writable: false }, () => {
      for (;;) {
        const length = receive(fd, buffer);
        if (length === null) return;
        if (length === 0) break;
        session.receive(buffer.slice(0, length));
      }
      watch.close();
      resolve();
    });
  });
  session.close();
  closeDescriptor(fd);
}

/** As tryReceive; a connection that was reset is at its end. */
function receive(fd: number, buffer: Uint8Array): number | null {
  try {
    return tryReceive(fd, buffer);
  } catch (error) {
    if (error instanceof Errno) return 0;
    throw error;
  }
}

/** Sends a reply; when the other side is gone by now, nobody waits for it. */
function sendIfOpen(fd: number, reply: Uint8Array): void {
  try {
    sendBlocking(fd, reply);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}
