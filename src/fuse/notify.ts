import { EINVAL } from '../abi/errno.ts';
import type { Connection } from './connection.ts';

/** What a connection does with one kind of notification; it returns nothing or throws what write(2) is to give. */
export type NotifyHandler = (message: Uint8Array) => void;

/**
 * Hands a notification to whoever has taken on its kind. Returns the message's length.
 *
 * @throws EINVAL for a kind that nobody handles, as a kernel without it answers; what the handler throws
 * @see Linux fs/fuse/dev.c, fuse_notify()
 */
export function notify(connection: Connection, message: Uint8Array, code: number): number {
  const handler = connection.notifyHandlers.get(code);
  if (handler === undefined) throw EINVAL;
  handler(message);
  return message.length;
}
