import { address } from 'koffi';
import { EINTR, EINVAL, ENOENT, ENOSYS, type Errno } from '../abi/errno.ts';
import { O_CLOEXEC } from '../abi/linux.ts';
import { ownArchitecture } from './architecture.ts';
import { check, fail, libc } from './libc.ts';

const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
const SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
const SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;
const SECCOMP_IOCTL_NOTIF_ID_VALID = 0x40082102;
const SECCOMP_IOCTL_NOTIF_ADDFD = 0x40182103;
const SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1;
const SECCOMP_ADDFD_FLAG_SEND = 2;
const POLLIN = 0x1;
const POLLHUP = 0x10;

/** Sizes of struct seccomp_notif, seccomp_notif_resp and seccomp_notif_addfd. */
const NOTIFICATION_SIZE = 80;
const RESPONSE_SIZE = 24;
const ADDFD_SIZE = 24;

const calls = {
  prctl: libc.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)'),
  syscall: libc.func('long syscall(long, unsigned long, unsigned long, void *)'),
  ioctl: libc.func('int ioctl(int, unsigned long, void *)'),
  poll: libc.func('int poll(void *, unsigned long, int)'),
} as unknown as {
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  syscall(number: number, operation: number, flags: number, program: Uint8Array): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  poll(fds: Int32Array, count: number, timeoutMs: number): number;
};

/**
 * Puts this thread, and all that it will ever start, under a filter, and gives up the privileges of set-user-ID
 * programs, which Linux demands. There is no way back. Returns the listener, close-on-exec, at which stopped calls arrive.
 *
 * @throws ENOSYS on an unknown architecture; EINVAL when the machine has no filters or listeners (Linux 5.0); EBUSY when there
 *   is a listener already; what a filter above makes of the call: EPERM, mostly.
 * @see seccomp(2)
 */
export function installFilter(program: Uint8Array): number {
  const number = ownArchitecture()?.numbers.seccomp ?? null;
  if (number === null) throw ENOSYS;
  check(calls.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  view.setUint16(0, program.length / 8, true);
  view.setBigUint64(8, address(program), true);
  return check(calls.syscall(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, header));
}

/** A call that stopped, and waits for its answer: struct seccomp_notif. */
export interface Notification {
  readonly id: bigint;
  /** The thread that calls, as this process sees it; 0 when it cannot. */
  readonly pid: number;
  readonly number: number;
  readonly args: readonly bigint[];
}

/**
 * Takes one notification without waiting; null when there is none, 'over' when nobody is left who could call.
 *
 * The ioctl would wait where there is none; poll(2) says so first. A caller that dies in between makes it fail, not wait.
 */
export function tryReceiveNotification(listener: number): Notification | null | 'over' {
  const polled = Int32Array.of(listener, POLLIN);
  if (calls.poll(polled, 1, 0) < 0) return null;
  const events = (polled[1] as number) >>> 16;
  if ((events & POLLIN) === 0) return (events & POLLHUP) === 0 ? null : 'over';
  const block = new Uint8Array(NOTIFICATION_SIZE);
  if (calls.ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, block) < 0) {
    const error = fail();
    if (error === ENOENT || error === EINTR) return null;
    throw error;
  }
  const view = new DataView(block.buffer);
  return {
    id: view.getBigUint64(0, true),
    pid: view.getUint32(8, true),
    number: view.getInt32(16, true),
    args: [0, 1, 2, 3, 4, 5].map((index) => view.getBigUint64(32 + 8 * index, true)),
  };
}

/**
 * What a stopped call gets: its result, an error, a descriptor of this process as a new one of its own, or its way on
 * to Linux.
 */
export type Answer =
  | { readonly result: number }
  | { readonly error: Errno }
  | { readonly descriptor: number; readonly closeOnExec: boolean }
  | 'continue';

/**
 * Answers a stopped call. Returns false when nobody waits for it any more: the caller died, or a signal came and it will
 * call again.
 *
 * @throws EMFILE and others when the caller cannot be given a descriptor; it still waits.
 */
export function answerNotification(listener: number, id: bigint, answer: Answer): boolean {
  const block = new Uint8Array(Math.max(RESPONSE_SIZE, ADDFD_SIZE));
  const view = new DataView(block.buffer);
  view.setBigUint64(0, id, true);
  if (answer !== 'continue' && 'descriptor' in answer) {
    view.setUint32(8, SECCOMP_ADDFD_FLAG_SEND, true);
    view.setInt32(12, answer.descriptor, true);
    view.setUint32(20, answer.closeOnExec ? O_CLOEXEC : 0, true);
    return succeeded(listener, SECCOMP_IOCTL_NOTIF_ADDFD, block);
  }
  if (answer === 'continue') view.setUint32(20, SECCOMP_USER_NOTIF_FLAG_CONTINUE, true);
  else if ('error' in answer) view.setInt32(16, -answer.error.number, true);
  else view.setBigInt64(8, BigInt(answer.result), true);
  return succeeded(listener, SECCOMP_IOCTL_NOTIF_SEND, block);
}

/** Whether a stopped call still waits: what was read of its process before was really read of it. */
export function isWaiting(listener: number, id: bigint): boolean {
  const block = new Uint8Array(8);
  new DataView(block.buffer).setBigUint64(0, id, true);
  return succeeded(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, block);
}

/** Whether Linux can answer a call with a descriptor in one step, as it can since 5.14. */
export function canAnswerWithDescriptors(listener: number): boolean {
  try {
    return !answerNotification(listener, 0n, { descriptor: listener, closeOnExec: true });
  } catch (error) {
    if (error === EINVAL) return false;
    throw error;
  }
}

function succeeded(listener: number, request: number, block: Uint8Array): boolean {
  while (calls.ioctl(listener, request, block) < 0) {
    const error = fail();
    if (error === ENOENT) return false;
    if (error !== EINTR) throw error;
  }
  return true;
}
