import { type ByteString, fromBytes, putBytes, viewOf } from './bytes.ts';
import { EINVAL, ENAMETOOLONG } from './errno.ts';
import { type AnyNotifyCode, type NotifyCode, type NotifyTail, notifyCodeOf } from './notify.ts';
import { fuse_out_header } from './structs.ts';

interface Tails {
  none: undefined;
  name: ByteString;
  data: Uint8Array;
  nodeids: readonly bigint[];
  anything: undefined;
}

type Content<Code> =
  Code extends NotifyCode<infer Name, infer Body, infer Tail> ? { name: Name; body: Body; tail: Tails[Tail] } : never;

/** A notification; `name` tells what its body and its tail are. */
export type Notification = Content<AnyNotifyCode>;

/**
 * The notification in a message whose header {@link decodeReplyHeader} has read. STORE's data is a part of the
 * message, not a copy.
 *
 * @throws EINVAL for an unknown code and for a message too short for its struct; ENAMETOOLONG for a name of more than
 * `nameMax` bytes; EINVAL when the rest is not exactly as long as the struct says.
 * @see Linux fs/fuse/dev.c, fuse_notify()
 */
export function decodeNotification(message: Uint8Array, code: number, nameMax: number): Notification {
  const row = notifyCodeOf(code);
  if (row === undefined) throw EINVAL;
  if (row.body === null) return { name: row.name, body: undefined, tail: undefined } as Notification;

  const view = viewOf(message);
  const start = fuse_out_header.size + row.body.size;
  if (message.length < start) throw EINVAL;
  const body = row.body.read(view, fuse_out_header.size);
  const tail = readTail(row.tail, { message, view, start, body: body as Lengths, nameMax });
  return { name: row.name, body, tail } as Notification;
}

/** The fields that say how long a tail is; which of them there is depends on the kind of tail. */
interface Lengths {
  readonly namelen: number;
  readonly size: number;
  readonly count: number;
}

interface TailPlace {
  readonly message: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly body: Lengths;
  readonly nameMax: number;
}

function readTail(tail: NotifyTail, { message, view, start, body, nameMax }: TailPlace): Tails[NotifyTail] {
  const length = message.length - start;
  switch (tail) {
    case 'name':
      if (body.namelen > nameMax) throw ENAMETOOLONG;
      if (length !== body.namelen + 1) throw EINVAL;
      return fromBytes(message, start, start + body.namelen);
    case 'data':
      if (length !== body.size) throw EINVAL;
      return message.subarray(start);
    case 'nodeids':
      if (length !== 8 * body.count) throw EINVAL;
      return Array.from({ length: body.count }, (_, i) => view.getBigUint64(start + 8 * i, true));
    case 'none':
      if (length !== 0) throw EINVAL;
      return undefined;
    case 'anything':
      return undefined;
  }
}

/** Encodes a notification, for servers. The body's namelen, size or count must be that of the tail. */
export function encodeNotification<Name extends string, Body, Tail extends NotifyTail>(
  code: NotifyCode<Name, Body, Tail>,
  { body, tail }: { readonly body: Body; readonly tail: Tails[Tail] },
): Uint8Array {
  const bodySize = code.body === null ? 0 : code.body.size;
  const bytes = tailBytes(tail);
  const len = fuse_out_header.size + bodySize + bytes.length;
  const message = new Uint8Array(len);
  const view = viewOf(message);
  fuse_out_header.write(view, 0, { len, error: code.code, unique: 0 });
  code.body?.write(view, fuse_out_header.size, body);
  message.set(bytes, fuse_out_header.size + bodySize);
  return message;
}

function tailBytes(tail: Tails[NotifyTail]): Uint8Array {
  if (tail === undefined) return new Uint8Array(0);
  if (tail instanceof Uint8Array) return tail;
  if (typeof tail === 'string') {
    const name = new Uint8Array(tail.length + 1);
    putBytes(name, 0, tail);
    return name;
  }
  const nodeids = new Uint8Array(8 * tail.length);
  const view = viewOf(nodeids);
  for (const [i, nodeid] of tail.entries()) view.setBigUint64(8 * i, nodeid, true);
  return nodeids;
}
