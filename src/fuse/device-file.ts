import { EAGAIN, EINVAL, EIO, ENOENT, ENOSYS, EPERM, errnoOf } from '../abi/errno.ts';
import { FUSE_MIN_READ_BUFFER } from '../abi/fuse.ts';
import { decodeReply, decodeReplyHeader } from '../abi/message.ts';
import { fuse_in_header, fuse_out_header, fuse_write_in } from '../abi/structs.ts';
import { interruptedUnique, isInterruptUnique } from '../abi/unique.ts';
import type { WaitQueue } from '../task/wait-queue.ts';
import type { Device } from './device.ts';
import { type Notified, notify } from './notify.ts';
import { Request } from './request.ts';

/** An error in a reply lies in -511 to 0. */
const MAX_ERROR = 511;

const UNHEARD: Notified = () => {};

/** What poll(2) would say of a device file. */
export interface Readiness {
  readonly readable: boolean;
  readonly writable: boolean;
  readonly error: boolean;
}

/** What becomes of the bytes given to {@link DeviceFile.write}: 'given' ones are kept, 'borrowed' ones copied if needed. */
export type Ownership = 'borrowed' | 'given';

/**
 * One open of /dev/fuse: where a server reads requests and writes replies. A request is answered through the file that
 * delivered it and no other.
 */
export class DeviceFile {
  #device: Device | 'unattached' | 'closed' = 'unattached';

  /** Ties the file to a connection, as mount(2) does. @throws EINVAL when it is tied already */
  attach(device: Device): void {
    if (this.#device !== 'unattached') throw EINVAL;
    this.#device = device;
    device.entered(this);
  }

  /**
   * FUSE_DEV_IOC_CLONE: ties this file to the connection of another.
   *
   * @throws EINVAL when this file is attached already, EPERM when the other is not
   * @see Linux fs/fuse/dev.c, fuse_dev_ioctl_clone()
   */
  cloneFrom(source: DeviceFile): void {
    if (this.#device !== 'unattached') throw EINVAL;
    if (typeof source.#device === 'string') throw EPERM;
    this.attach(source.#device);
  }

  /** Where a reader waits for something to read. @throws EPERM when unattached */
  get readable(): WaitQueue {
    return this.#attached().waitQueue;
  }

  get hasWork(): boolean {
    return typeof this.#device !== 'string' && this.#device.hasWork;
  }

  /**
   * The next whole message, if it has no more than `room` bytes, without a copy unless data are lent; null when there is
   * none.
   *
   * @throws EPERM when unattached, ENODEV or ECONNABORTED when the connection is gone
   */
  take(room: number): Uint8Array | null {
    const next = this.takeAsItIs(room);
    return next instanceof Request ? next.wholeMessage : next;
  }

  /** As {@link take}, but of a message with data that are lent the request: it must not be read once it has ended. */
  takeAsItIs(room: number): Uint8Array | Request | null {
    return this.#attached().next(this, room);
  }

  /**
   * read(2), without waiting. Returns the bytes read: one whole message.
   *
   * @throws EPERM when unattached, EINVAL for a buffer that is too small, ENODEV or ECONNABORTED, EAGAIN
   * @see Linux fs/fuse/dev.c, fuse_dev_do_read()
   */
  read(buffer: Uint8Array): number {
    const { connection } = this.#attached();
    const maxWrite = connection.state === 'starting' ? 0 : connection.limits.maxWrite;
    const least = Math.max(FUSE_MIN_READ_BUFFER, fuse_in_header.size + fuse_write_in.size + maxWrite);
    if (buffer.length < least) throw EINVAL;
    const message = this.take(buffer.length);
    if (message === null) throw EAGAIN;
    buffer.set(message);
    return message.length;
  }

  /**
   * write(2): a reply, or a notification. Returns its length. Where Linux would let the writer of a notification sleep,
   * this returns, and `told` hears later what came of it; of one that succeeded at once it hears at once.
   *
   * @throws EPERM when unattached; EINVAL for a wrong length or error; ENOENT when no such request waits here; EINVAL,
   *   with the request ending in EIO, when the reply is not as long as it must be
   * @see Linux fs/fuse/dev.c, fuse_dev_do_write()
   */
  write(message: Uint8Array, ownership: Ownership = 'borrowed', told: Notified = UNHEARD): number {
    const device = this.#attached();
    const { error, unique } = decodeReplyHeader(message);
    if (unique === 0) return notify(device.connection, message, { code: error, told });
    if (error > 0 || error < -MAX_ERROR) throw EINVAL;
    if (isInterruptUnique(unique)) return this.#interruptAnswered(device, message, unique, error);
    const request = this.#deliveredHere(device, unique);
    this.#answer(device, request, message, error, ownership);
    return message.length;
  }

  /** poll(2). */
  poll(): Readiness {
    if (typeof this.#device === 'string' || this.#device.connection.state === 'aborted') {
      return { readable: false, writable: false, error: true };
    }
    return { readable: this.#device.hasWork, writable: true, error: false };
  }

  /** close(2): requests that were read here fail with ECONNABORTED; the last file to close aborts the connection. */
  close(): void {
    const device = this.#device;
    this.#device = 'closed';
    if (typeof device !== 'string') device.left(this);
  }

  #attached(): Device {
    if (typeof this.#device === 'string') throw EPERM;
    return this.#device;
  }

  #deliveredHere(device: Device, unique: number): Request {
    const request = device.completions.get(Math.abs(unique));
    if (request === undefined || request.unique !== unique || request.file !== this) throw ENOENT;
    return request;
  }

  #answer(device: Device, request: Request, message: Uint8Array, error: number, ownership: Ownership): void {
    const { connection } = device;
    const expected = { protocol: connection.protocol, room: request.call.room ?? 0 };
    const body = error === 0 ? decodeReply(request.opcode, message, expected) : null;
    if (error === 0 ? body === null : message.length !== fuse_out_header.size) {
      connection.end(request, EIO);
      throw EINVAL;
    }
    request.replySize = message.length;
    connection.events.emit('replied', request);
    if (body === null) connection.end(request, errnoOf(-error));
    else connection.end(request, mustCopy(request, ownership) ? { body: body.body, data: body.data.slice() } : body);
  }

  /** The answer to an INTERRUPT: ask again, never ask again, or nothing. */
  #interruptAnswered(device: Device, message: Uint8Array, unique: number, error: number): number {
    const request = this.#deliveredHere(device, interruptedUnique(unique));
    if (message.length !== fuse_out_header.size) throw EINVAL;
    if (error === -EAGAIN.number && !request.interrupted) throw EINVAL;
    if (error === -ENOSYS.number) device.refusesInterrupts = true;
    else if (error === -EAGAIN.number) device.interrupt(request);
    return message.length;
  }
}

/** Whether the reply's data must be copied: a task looks at them later, what is called back at once. */
const mustCopy = ({ kind }: Request, ownership: Ownership): boolean =>
  ownership === 'borrowed' && kind === 'foreground';
