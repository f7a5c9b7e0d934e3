import { isIPv6 } from 'node:net';

/** Where a server can be reached: `unix:PATH`, `tcp:HOST:PORT`, or `tcp:PORT` for this machine alone. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** How addresses are written, for usage lines. */
export const ADDRESS_FORMS = 'unix:PATH|tcp:HOST:PORT|tcp:PORT';

const LOOPBACK = '127.0.0.1';

/**
 * Reads an address. An IPv6 host stands in brackets; without a host it is the loopback interface.
 *
 * @throws TypeError when it is none
 */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix:') && text.length > 5 && !text.includes('\0')) return { kind: 'unix', path: text.slice(5) };
  const match = /^tcp:(?:(?<host>[^[\]:\s]+|\[[^\]\s]+\]):)?(?<port>\d{1,5})$/.exec(text);
  const { host = LOOPBACK, port = '' } = match?.groups ?? {};
  if (match === null || Number(port) > 0xffff) throw new TypeError(`${text}: no address; it is ${ADDRESS_FORMS}`);
  return { kind: 'tcp', host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** Writes an address as it is read. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `tcp:${isIPv6(address.host) ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether an address is for programs of this machine alone. */
export const isLocal = (address: Address): boolean =>
  address.kind === 'unix' || /^(127(\.\d+){3}|::1|localhost)$/.test(address.host);
