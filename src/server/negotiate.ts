import { EPROTO } from '../abi/errno.ts';
import { FUSE_KERNEL_MINOR_VERSION, FUSE_KERNEL_VERSION } from '../abi/fuse.ts';
import { type Features, featuresOf, flagWords, type InitFlag } from '../abi/init-flags.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import type { Protocol } from '../abi/message.ts';
import type { fuse_init_in, fuse_init_out } from '../abi/structs.ts';
import type { Client } from './client.ts';
import type { FuseServer, Wishes } from './fuse-server.ts';

/** What the way between client and server can carry, and how new a protocol to speak. */
export interface Limits {
  /** Most bytes of file data in one message; default 1 MiB, Linux's own limit. */
  readonly maxData?: number;
  /** Newest protocol 7 minor to agree to; default the newest there is. */
  readonly minor?: number;
}

/** The reply to an INIT, and what it settles; null when the client must come again with another major version. */
export interface Negotiation {
  readonly body: Partial<fuse_init_out>;
  readonly protocol: Protocol | null;
}

/** The least that a client accepts as max_write. */
const LEAST_DATA = PAGE_SIZE;

/** Flags that sessions honour by themselves, whatever the server is. */
const ours: readonly InitFlag[] = [
  'BIG_WRITES',
  'MAX_PAGES',
  'INIT_EXT',
  'SETXATTR_EXT',
  'NO_OPEN_SUPPORT',
  'NO_OPENDIR_SUPPORT',
  'HAS_EXPIRE_ONLY',
  'HAS_RESEND',
];
/** Flags that make the client use a method, so that having it says that they are wanted. */
const byMethod = { readdirplus: ['DO_READDIRPLUS', 'READDIRPLUS_AUTO'], setlk: ['POSIX_LOCKS'] } as const;

/**
 * Answers an INIT: of the flags that the server wants, those that the client offers; the smaller of all limits.
 *
 * @throws EPROTO when the client's major version is older than ours; whatever the server's `init` throws.
 */
export function negotiate(server: FuseServer, asked: fuse_init_in, limits: Limits, client: Client): Negotiation {
  if (asked.major < FUSE_KERNEL_VERSION) throw EPROTO;
  const newest = limits.minor ?? FUSE_KERNEL_MINOR_VERSION;
  if (asked.major > FUSE_KERNEL_VERSION) {
    return { body: { major: FUSE_KERNEL_VERSION, minor: newest }, protocol: null };
  }
  const minor = Math.min(asked.minor, newest);
  const offered = featuresOf(asked.flags, asked.flags2);
  const wishes = server.init?.({ minor, features: offered, maxReadahead: asked.max_readahead }, client) ?? {};
  const words = flagWords(wanted(server, wishes).filter((flag) => offered[flag]));
  const maxData = Math.max(LEAST_DATA, Math.min(wishes.maxData ?? Infinity, limits.maxData ?? 2 ** 20));
  return {
    body: {
      major: FUSE_KERNEL_VERSION,
      minor,
      ...words,
      max_readahead: Math.min(asked.max_readahead, wishes.maxReadahead ?? Infinity),
      max_background: wishes.maxBackground ?? 0,
      congestion_threshold: wishes.congestionThreshold ?? 0,
      max_write: maxData,
      time_gran: wishes.timeGran ?? 1,
      max_pages: Math.min(0xffff, Math.ceil(maxData / PAGE_SIZE)),
      max_stack_depth: wishes.maxStackDepth ?? 0,
      request_timeout: wishes.requestTimeout ?? 0,
    },
    protocol: { minor, features: featuresOf(words.flags, words.flags2) as Features },
  };
}

function wanted(server: FuseServer, wishes: Wishes): InitFlag[] {
  const flags: InitFlag[] = [...ours, ...(wishes.flags ?? [])];
  for (const [method, implied] of Object.entries(byMethod)) {
    if (method in server) flags.push(...implied);
  }
  if (wishes.requestTimeout !== undefined) flags.push('REQUEST_TIMEOUT');
  return flags;
}
