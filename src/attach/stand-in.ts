import { Errno } from '../abi/errno.ts';
import { receiveDescriptor, sendDescriptor } from '../linux/descriptor-passing.ts';
import { closeDescriptor, connectTo, sendBlocking } from '../linux/sockets.ts';

/** The door's answer to an unmount, and what goes along with a device; any other text says why there is none. */
export const DONE = 'done';

/** Bytes of an answer; there is little to say. */
const ANSWER_ROOM = 4096;

/**
 * What runs in place of fusermount3: asks at the door of whoever started the daemon for its device and hands that to
 * the daemon, over the socket that the daemon left in _FUSE_COMMFD. An unmount is only reported.
 *
 * @throws Error in words for the daemon's output
 */
export function standIn(door: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const socket = knock(door);
  try {
    sendBlocking(socket, Buffer.from(JSON.stringify(args)));
    const { packet, fd } = receiveDescriptor(socket, ANSWER_ROOM);
    const answer = Buffer.from(packet).toString();
    if (answer !== DONE) throw new Error(answer === '' ? 'there is no answer' : answer);
    if (fd === null) return;
    const commfd = Number(env._FUSE_COMMFD ?? Number.NaN);
    if (!Number.isInteger(commfd)) throw new Error('_FUSE_COMMFD does not say where to send the device');
    sendDescriptor(commfd, fd, Buffer.from([0]));
  } finally {
    closeDescriptor(socket);
  }
}

function knock(door: string): number {
  try {
    return connectTo(door);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Error(`whoever started this daemon does not listen any more (${error.code})`);
  }
}
