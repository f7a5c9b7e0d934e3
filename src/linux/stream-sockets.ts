import { fchmodSync } from 'node:fs';
import { EAGAIN, EINPROGRESS, EINTR, EINVAL, ENOBUFS, type Errno, errnoOf } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/linux.ts';
import { check, fail, libc } from './libc.ts';
import { closeDescriptor, unixAddress } from './sockets.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** Connections that may wait to be accepted. */
const BACKLOG = 64;

type Address = (fd: number, address: Uint8Array, length: number) => number;
type Transfer = (fd: number, bytes: Uint8Array, length: number, flags: number) => number;
type Option = (fd: number, level: number, name: number, value: Int32Array, length: number) => number;
type ReadOption = (fd: number, level: number, name: number, value: Int32Array, length: Uint32Array) => number;

const libcSocket = libc.func('int socket(int, int, int)') as (domain: number, type: number, protocol: number) => number;
const libcBind = libc.func('int bind(int, void *, uint32_t)') as unknown as Address;
const libcConnect = libc.func('int connect(int, void *, uint32_t)') as unknown as Address;
const libcListen = libc.func('int listen(int, int)') as (fd: number, backlog: number) => number;
const libcSend = libc.func('long send(int, void *, size_t, int)') as unknown as Transfer;
const libcRecv = libc.func('long recv(int, void *, size_t, int)') as unknown as Transfer;
const libcSetsockopt = libc.func('int setsockopt(int, int, int, void *, uint32_t)') as unknown as Option;
const libcGetsockopt = libc.func('int getsockopt(int, int, int, void *, void *)') as unknown as ReadOption;
const libcInetPton = libc.func('int inet_pton(int, const char *, void *)') as unknown as (
  family: number,
  text: string,
  address: Uint8Array,
) => number;

/** Where a stream socket leads: a path of this machine, or a numeric address and a port. */
export type StreamAddress = { readonly path: string } | { readonly ip: string; readonly port: number };

/**
 * A listening stream socket at a path which only this user, and root, may connect to: it is never there with other
 * permissions.
 *
 * @throws RangeError when the path is too long; EADDRINUSE when there is something; ENOENT, EACCES for its directory.
 */
export function listenPrivately(path: string): number {
  const address = unixAddress(path);
  const fd = check(libcSocket(AF_UNIX, SOCK_STREAM | O_CLOEXEC | O_NONBLOCK, 0));
  try {
    // Before bind(2): Linux makes the file with the socket's own mode.
    fchmodSync(fd, 0o600);
    check(libcBind(fd, address, address.length));
    check(libcListen(fd, BACKLOG));
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

/** A socket on its way: once it is writable, {@link connectError} tells what became of it. */
export interface Connecting {
  /** Non-blocking and close-on-exec. */
  readonly fd: number;
  readonly state: 'connected' | 'under way';
}

/**
 * Begins to connect a stream socket.
 *
 * @throws RangeError when the path is too long, EINVAL for no numeric address; ENOENT, EACCES, ECONNREFUSED, EAGAIN when
 *   too many wait there already, EPROTOTYPE when it is no stream socket; ENETUNREACH and others of the network.
 */
export function beginConnect(to: StreamAddress): Connecting {
  const { family, address } = encodeAddress(to);
  const fd = check(libcSocket(family, SOCK_STREAM | O_CLOEXEC | O_NONBLOCK, 0));
  if (family !== AF_UNIX) setTcpOptions(fd);
  if (libcConnect(fd, address, address.length) === 0) return { fd, state: 'connected' };
  const error = fail();
  if (error === EINPROGRESS) return { fd, state: 'under way' };
  closeDescriptor(fd);
  throw error;
}

/** Requests go out at once, and a peer that vanished is noticed some day. */
function setTcpOptions(fd: number): void {
  const on = Int32Array.of(1);
  check(libcSetsockopt(fd, IPPROTO_TCP, TCP_NODELAY, on, 4));
  check(libcSetsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, on, 4));
}

function encodeAddress(to: StreamAddress): { readonly family: number; readonly address: Uint8Array } {
  if ('path' in to) return { family: AF_UNIX, address: unixAddress(to.path) };
  const isV6 = to.ip.includes(':');
  const family = isV6 ? AF_INET6 : AF_INET;
  const address = new Uint8Array(isV6 ? 28 : 16);
  const view = new DataView(address.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, to.port, false);
  if (libcInetPton(family, to.ip, address.subarray(isV6 ? 8 : 4)) !== 1) throw EINVAL;
  return { family, address };
}

/** How a connection that was under way turned out: null when it stands. */
export function connectError(fd: number): Errno | null {
  const value = new Int32Array(1);
  check(libcGetsockopt(fd, SOL_SOCKET, SO_ERROR, value, Uint32Array.of(4)));
  return value[0] === 0 ? null : errnoOf(value[0] as number);
}

/**
 * Sends as much as finds room, without waiting and without SIGPIPE: how many bytes went, 0 when the socket is full.
 *
 * @throws EPIPE, ECONNRESET, ETIMEDOUT when the other end is gone.
 */
export function trySendSome(fd: number, bytes: Uint8Array): number | 'no memory' {
  for (;;) {
    const sent = libcSend(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    const error = fail();
    if (error === EAGAIN) return 0;
    if (error === ENOBUFS) return 'no memory';
    if (error !== EINTR) throw error;
  }
}

/** Takes what is there without waiting: how many bytes, 0 at the end; null when there is nothing. @throws ECONNRESET, ETIMEDOUT. */
export function tryReceiveSome(fd: number, buffer: Uint8Array): number | null {
  for (;;) {
    const length = libcRecv(fd, buffer, buffer.length, MSG_DONTWAIT);
    if (length >= 0) return length;
    const error = fail();
    if (error === EAGAIN) return null;
    if (error !== EINTR) throw error;
  }
}
