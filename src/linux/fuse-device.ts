import { writevSync } from 'node:fs';
import { EAGAIN, EINTR, ENOENT, errnoOf } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK, O_RDWR } from '../abi/linux.ts';
import { check, checkUninterrupted, fail, libc } from './libc.ts';
import { closeDescriptor } from './sockets.ts';

/** Most pieces in one writev(2). */
export const IOV_MAX = 1024;

const FUSE_DEV_IOC_CLONE = 0x8004e500;

type Transfer = (fd: number, bytes: Uint8Array, length: number) => number;
type Later<F extends (...args: never[]) => unknown> = {
  async(...args: [...Parameters<F>, (error: unknown, result: ReturnType<F>) => void]): void;
};

const libcOpen = libc.func('int open(const char *, int)') as (path: string, flags: number) => number;
const libcIoctl = libc.func('int ioctl(int, unsigned long, void *)') as unknown as (
  fd: number,
  request: number,
  argument: Uint32Array,
) => number;
const libcRead = libc.func('long read(int, void *, size_t)') as unknown as Transfer;
const libcWrite = libc.func('long write(int, void *, size_t)') as unknown as Transfer & Later<Transfer>;

/** The Linux kernel's FUSE device: fuse(4). It never blocks and is closed on exec. @throws ENOENT, EACCES, ENODEV, EMFILE */
export const openFuseDevice = (): number => check(libcOpen('/dev/fuse', O_RDWR | O_NONBLOCK | O_CLOEXEC));

/** One more reader of the connection that a mounted device belongs to. @throws as {@link openFuseDevice}; EPERM, EINVAL when that is not mounted */
export function cloneFuseDevice(source: number): number {
  const fd = openFuseDevice();
  if (libcIoctl(fd, FUSE_DEV_IOC_CLONE, Uint32Array.of(source)) >= 0) return fd;
  const error = fail();
  closeDescriptor(fd);
  throw error;
}

/**
 * Takes one request without waiting: its length, or null when there is none.
 *
 * @throws ENODEV, ECONNABORTED when the connection is over; EINVAL for a buffer smaller than the connection wants;
 *   EPERM before the device is mounted
 */
export function tryReadRequest(fd: number, buffer: Uint8Array): number | null {
  for (;;) {
    const length = libcRead(fd, buffer, buffer.length);
    if (length >= 0) return length;
    const error = fail();
    if (error === EAGAIN) return null;
    // ENOENT: a request was interrupted while it was being read.
    if (error !== EINTR && error !== ENOENT) throw error;
  }
}

/** Writes one reply. @throws ENOENT when nobody waits for it any more; EINVAL when it is not what the request wants. */
export function writeReply(fd: number, message: Uint8Array): void {
  checkUninterrupted(() => libcWrite(fd, message, message.length));
}

/**
 * As {@link writeReply}, of a reply in at most {@link IOV_MAX} pieces. Node knows where they lie: for koffi to ask takes
 * longer than to copy them.
 */
export function writeReplyInPieces(fd: number, pieces: readonly Uint8Array[]): void {
  try {
    writevSync(fd, pieces);
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    throw errno === undefined ? error : errnoOf(-errno);
  }
}

/**
 * Writes a notification from another thread: it may wait for locks that a request holds which this thread is to answer.
 *
 * @throws what the notification's effect is, as Linux's fuse_notify(): ENOENT, ENOTDIR, EINVAL and others
 */
export function writeNotification(fd: number, message: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    libcWrite.async(fd, message, message.length, (error, result) => {
      if (error !== null || result < 0) reject(error ?? fail());
      else resolve();
    });
  });
}
