import { receiveDescriptor, sendDescriptor } from '../linux/descriptor-passing.ts';
import { connectTo, sendBlocking } from '../linux/sockets.ts';

/** The environment variable that tells the stand-in where to ask for the device. */
export const DOOR = 'FUSEWIRE_STAND_IN';

/** Bytes of an answer; there is little to say. */
const ANSWER_ROOM = 256;

/**
 * What runs in place of fusermount3: asks whoever started the daemon for its device and hands that to the daemon, over
 * the socket that the daemon left in _FUSE_COMMFD. An unmount is only reported.
 */
export function standIn(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const door = env[DOOR];
  if (door === undefined) throw new Error(`fusermount stand-in: ${DOOR} is not set`);
  const socket = connectTo(door);
  sendBlocking(socket, Buffer.from(JSON.stringify(args)));
  const { fd } = receiveDescriptor(socket, ANSWER_ROOM);
  if (fd === null) return;
  const commfd = Number(env._FUSE_COMMFD);
  if (!Number.isInteger(commfd)) throw new Error('fusermount stand-in: _FUSE_COMMFD is not set');
  sendDescriptor(commfd, fd, Buffer.from([0]));
}
