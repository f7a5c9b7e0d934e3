import { EAGAIN, EINTR, EMSGSIZE, ENOBUFS, ENOTCONN } from '../abi/errno.ts';
import { F_DUPFD_CLOEXEC, F_SETFL, O_CLOEXEC, O_NONBLOCK } from '../abi/linux.ts';
import { check, checkUninterrupted, fail, libc } from './libc.ts';

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_SNDBUF = 7;
const SO_SNDBUFFORCE = 32;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SHUT_WR = 1;
const POLLHUP = 0x10;

/** Bytes of sun_path, with the final NUL: unix(7). */
const SUN_PATH_MAX = 108;

/** What the kernel keeps of SO_SNDBUF for itself in unix_dgram_sendmsg(). */
const PACKET_OVERHEAD = 32;

type Descriptors = (domain: number, type: number, protocol: number, pair: Int32Array) => number;
type Send = (fd: number, packet: Uint8Array, length: number, flags: number) => number;
type Address = (fd: number, address: Uint8Array, length: number) => number;
type Option = (fd: number, level: number, name: number, value: Int32Array, length: number) => number;
type Poll = (fds: Int32Array, count: number, timeoutMs: number) => number;
type ReadOption = (fd: number, level: number, name: number, value: Int32Array, length: Uint32Array) => number;

const libcSocketpair = libc.func('int socketpair(int, int, int, void *)') as unknown as Descriptors;
const libcSocket = libc.func('int socket(int, int, int)') as (domain: number, type: number, protocol: number) => number;
const libcBind = libc.func('int bind(int, void *, uint32_t)') as unknown as Address;
const libcConnect = libc.func('int connect(int, void *, uint32_t)') as unknown as Address;
const libcListen = libc.func('int listen(int, int)') as (fd: number, backlog: number) => number;
const libcAccept4 = libc.func('int accept4(int, void *, void *, int)') as (
  fd: number,
  address: null,
  length: null,
  flags: number,
) => number;
const libcSend = libc.func('long send(int, void *, size_t, int)') as unknown as Send;
const libcRecv = libc.func('long recv(int, void *, size_t, int)') as unknown as Send;
const libcSetsockopt = libc.func('int setsockopt(int, int, int, void *, uint32_t)') as unknown as Option;
const libcGetsockopt = libc.func('int getsockopt(int, int, int, void *, void *)') as unknown as ReadOption;
const libcGetpeername = libc.func('int getpeername(int, void *, void *)') as unknown as (
  fd: number,
  address: Uint8Array,
  length: Uint32Array,
) => number;
const libcShutdown = libc.func('int shutdown(int, int)') as (fd: number, how: number) => number;
const libcFcntl = libc.func('int fcntl(int, int, int)') as (fd: number, command: number, argument: number) => number;
const libcPoll = libc.func('int poll(void *, unsigned long, int)') as unknown as Poll;
const libcClose = libc.func('int close(int)') as (fd: number) => number;

/** A connected pair of SOCK_SEQPACKET sockets, both close-on-exec and blocking: whoever does not want to wait says so a call. */
export function seqpacketPair(): readonly [number, number] {
  const pair = new Int32Array(2);
  check(libcSocketpair(AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0, pair));
  return [pair[0] as number, pair[1] as number];
}

/**
 * A listening SOCK_SEQPACKET socket at a path, for use with {@link tryAccept}.
 *
 * @throws RangeError when the path does not fit into an address.
 */
export function listenAt(path: string): number {
  const address = unixAddress(path);
  const fd = check(libcSocket(AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC | O_NONBLOCK, 0));
  try {
    check(libcBind(fd, address, address.length));
    check(libcListen(fd, 8));
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
  return fd;
}

/**
 * A blocking SOCK_SEQPACKET socket, close-on-exec, connected to the one that listens at a path.
 *
 * @throws RangeError as {@link listenAt}; ENOENT, ECONNREFUSED when nobody listens.
 */
export function connectTo(path: string): number {
  const address = unixAddress(path);
  const fd = check(libcSocket(AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0));
  if (libcConnect(fd, address, address.length) === 0) return fd;
  const error = fail();
  closeDescriptor(fd);
  throw error;
}

/** A struct sockaddr_un. @throws RangeError when the path does not fit. */
export function unixAddress(path: string): Uint8Array {
  const bytes = Buffer.from(path);
  if (bytes.length >= SUN_PATH_MAX)
    throw new RangeError(`the path of a socket has at most ${SUN_PATH_MAX - 1} bytes: ${path}`);
  const address = new Uint8Array(2 + SUN_PATH_MAX);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(bytes, 2);
  return address;
}

/** The next connection to a listening socket, close-on-exec; null when nobody waits. */
export function tryAccept(fd: number): number | null {
  const accepted = libcAccept4(fd, null, null, O_CLOEXEC);
  if (accepted >= 0) return accepted;
  const error = fail();
  if (error === EAGAIN || error === EINTR) return null;
  throw error;
}

/** What became of a packet: on its way, no room in the socket, or no memory in the host for its size. */
export type Sent = 'sent' | 'full' | 'no memory';

/**
 * Sends one packet without waiting and without SIGPIPE.
 *
 * @throws EMSGSIZE for a packet that can never fit; EPIPE, ECONNRESET when the other end is gone.
 */
export const trySend = (fd: number, packet: Uint8Array): Sent =>
  sentBy(() => libcSend(fd, packet, packet.length, MSG_DONTWAIT | MSG_NOSIGNAL));

/** What became of a packet that `send` sends, for {@link trySend} and its like. @throws as there */
export function sentBy(send: () => number): Sent {
  for (;;) {
    if (send() >= 0) return 'sent';
    const error = fail();
    if (error === EAGAIN) return 'full';
    if (error === ENOBUFS) return 'no memory';
    if (error !== EINTR) throw error;
  }
}

/**
 * Takes one packet without waiting: its length, more than the buffer's when it was cut; 0 at the end; null when there is none.
 *
 * @throws ECONNRESET, once, when the other end closed with packets unread; what it had sent can still be received.
 */
export function tryReceive(fd: number, buffer: Uint8Array): number | null {
  for (;;) {
    const length = libcRecv(fd, buffer, buffer.length, MSG_DONTWAIT | MSG_TRUNC);
    if (length >= 0) return length;
    const error = fail();
    if (error === EAGAIN) return null;
    if (error !== EINTR) throw error;
  }
}

/** Sends one packet, blocking this thread while the socket is full. @throws as {@link trySend}. */
export function sendBlocking(fd: number, packet: Uint8Array): void {
  checkUninterrupted(() => libcSend(fd, packet, packet.length, MSG_NOSIGNAL));
}

/**
 * Asks for a send buffer of that many bytes, past the limit of net.core.wmem_max where this process may.
 * A socket of AF_UNIX has no other buffer: SO_RCVBUF has no effect, unix(7).
 */
export function raiseSendBuffer(fd: number, bytes: number): void {
  const value = Int32Array.of(bytes);
  if (libcSetsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, value, 4) < 0) {
    check(libcSetsockopt(fd, SOL_SOCKET, SO_SNDBUF, value, 4));
  }
}

/** Whether a descriptor is a socket that keeps the bounds of packets. @throws EBADF; ENOTSOCK. */
export const isSeqpacket = (fd: number): boolean => option(fd, SO_TYPE) === SOCK_SEQPACKET;

/** Whether a socket has another end, be it closed. @throws EBADF; ENOTSOCK. */
export function isConnected(fd: number): boolean {
  if (libcGetpeername(fd, new Uint8Array(2), Uint32Array.of(2)) === 0) return true;
  const error = fail();
  if (error === ENOTCONN) return false;
  throw error;
}

/** Bytes of the largest packet that a socket's send buffer lets through, memory permitting. */
export const packetCeiling = (fd: number): number => option(fd, SO_SNDBUF) - PACKET_OVERHEAD;

function option(fd: number, name: number): number {
  const value = new Int32Array(1);
  check(libcGetsockopt(fd, SOL_SOCKET, name, value, Uint32Array.of(4)));
  return value[0] as number;
}

/**
 * The largest packet, up to `wanted` bytes, that went from one end of an idle pair to the other when tried.
 *
 * @throws EMSGSIZE when not even 4 KiB pass.
 */
export function largestPacket([from, to]: readonly [number, number], wanted: number): number {
  let size = Math.min(wanted, packetCeiling(from));
  const scratch = new Uint8Array(Math.max(size, 0));
  for (; size >= 4096; size >>>= 1) {
    const length = libcSend(from, scratch, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (length === size) return check(libcRecv(to, scratch, scratch.length, MSG_DONTWAIT));
  }
  throw EMSGSIZE;
}

/** Another descriptor of the same socket, close-on-exec. */
export const duplicate = (fd: number): number => check(libcFcntl(fd, F_DUPFD_CLOEXEC, 0));

/** From here on nobody waits at this socket, whichever descriptor of it they use. */
export function setNonBlocking(fd: number): void {
  check(libcFcntl(fd, F_SETFL, O_NONBLOCK));
}

/** Sends nothing more, whoever else holds descriptors of the socket: the other end reads what is left, then the end. */
export function hangUp(fd: number): void {
  libcShutdown(fd, SHUT_WR);
}

/** Whether nobody holds the other end any more. */
export function isAbandoned(fd: number): boolean {
  const polled = Int32Array.of(fd, 0);
  // Even a poll(2) that does not wait is interrupted, by the SIGCHLD of a daemon that ends just now for example.
  checkUninterrupted(() => libcPoll(polled, 1, 0));
  return ((polled[1] as number) & (POLLHUP << 16)) !== 0;
}

/** Closes a descriptor of this process. */
export function closeDescriptor(fd: number): void {
  libcClose(fd);
}
