import { Errno } from '../abi/errno.ts';
import { FUSE_KERNEL_MINOR_VERSION, FUSE_KERNEL_VERSION } from '../abi/fuse.ts';
import { type Features, featuresOf, flagWords, type InitFlag } from '../abi/init-flags.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import type { Reply } from '../abi/message.ts';
import type { fuse_init_in, fuse_init_out } from '../abi/structs.ts';
import { type Ceilings, type Limits, limitsBeforeInit, pageLimits } from './limits.ts';

/** What this client offers: every flag that it honours, and none that it does not. */
export const DEFAULT_OFFER: readonly InitFlag[] = [
  'ASYNC_READ', // READs ahead in the background
  'ASYNC_DIO', // READs and WRITEs of one call with O_DIRECT side by side
  'AUTO_INVAL_DATA', // another time of change drops cached data
  'EXPLICIT_INVAL_DATA', // another size does not
  'POSIX_LOCKS', // GETLK, SETLK and SETLKW for fcntl(2)
  'FLOCK_LOCKS', // and for flock(2)
  'ATOMIC_O_TRUNC', // O_TRUNC in OPEN
  'EXPORT_SUPPORT', // LOOKUP of "." finds a file by its nodeid, for file handles
  'BIG_WRITES', // WRITEs of more than a page
  'DONT_MASK', // the umask can be the server's business
  'HAS_IOCTL_DIR', // IOCTL for directories too
  'NO_OPEN_SUPPORT', // ENOSYS to OPEN is understood
  'NO_OPENDIR_SUPPORT', // and to OPENDIR
  'DO_READDIRPLUS', // listings may come with what LOOKUP would tell
  'READDIRPLUS_AUTO', // where that is worth it
  'PARALLEL_DIROPS', // LOOKUP and READDIR of one directory side by side
  'POSIX_ACL', // access control lists are enforced, and modes with them
  'SETXATTR_EXT', // SETXATTR tells whether a list takes set-group-ID away
  'ABORT_ERROR', // device reads tell a user's abort from an unmount
  'CACHE_SYMLINKS', // targets of symlinks are kept
  'MAX_PAGES', // requests of more than 32 pages
  'HANDLE_KILLPRIV', // the server takes set-id bits and capabilities away
  'HANDLE_KILLPRIV_V2', // and is told when
  'HAS_EXPIRE_ONLY', // names can expire by NOTIFY_INVAL_ENTRY without being dropped
  'NO_EXPORT_SUPPORT', // file handles can be made, and not opened
  'HAS_RESEND', // NOTIFY_RESEND is understood
  'SECURITY_CTX', // requests that make files have room for the labels of security modules
  'CREATE_SUPP_GROUP', // and tell the group that the new file may have
  'REQUEST_TIMEOUT', // the server says how long it may take
  'INIT_EXT', // the second word of flags counts
];

const MAX_READAHEAD = 131_072; // bytes, the default of Linux's block devices
const MAX_TIME_GRAN = 1_000_000_000; // nanoseconds
const MINOR_WITH_MAX_WRITE = 5;
const MINOR_WITH_FLAGS = 6;
const MINOR_WITH_EXPORT = 9;
const MINOR_WITH_BACKGROUND = 13;
const MINOR_WITH_FLOCK = 17;

/** The body of the INIT request. */
export function initRequest(offer: Iterable<InitFlag>): fuse_init_in {
  const { flags, flags2 } = flagWords(offer);
  return {
    major: FUSE_KERNEL_VERSION,
    minor: FUSE_KERNEL_MINOR_VERSION,
    max_readahead: MAX_READAHEAD,
    flags,
    flags2,
  };
}

/** What the reply to INIT settles. */
export interface Negotiated {
  readonly limits: Limits;
  readonly features: Features;
  /** The server's wish; null: keep the default. */
  readonly maxBackground: number | null;
  readonly congestionThreshold: number | null;
  /** Seconds that a request may take, as the server said; 0 when it did not. */
  readonly requestTimeout: number;
}

/**
 * What comes of the reply to INIT; null when the server cannot be used: an error, or another major version.
 * Flags count only if they were offered, unlike in Linux, which takes most of them unasked.
 *
 * @see Linux fs/fuse/inode.c, process_init_reply()
 */
export function negotiate(
  result: Reply<fuse_init_out> | Errno,
  offer: ReadonlySet<InitFlag>,
  ceilings: Ceilings,
): Negotiated | null {
  if (result instanceof Errno) return null;
  const { body } = result;
  if (body.major !== FUSE_KERNEL_VERSION) return null;
  const { minor } = body;
  const hasFlags = minor >= MINOR_WITH_FLAGS;
  const features = featuresAgreed(body, offer);
  const maxWrite = minor < MINOR_WITH_MAX_WRITE ? PAGE_SIZE : Math.max(PAGE_SIZE, body.max_write);
  const hasBackground = minor >= MINOR_WITH_BACKGROUND;
  return {
    features,
    limits: {
      ...limitsBeforeInit(ceilings, minor),
      ...pageLimits(features.MAX_PAGES ? body.max_pages : null, ceilings),
      maxWrite: Math.min(maxWrite, ceilings.maxWrite),
      maxReadahead: wholePages(Math.min(MAX_READAHEAD, hasFlags ? body.max_readahead : ceilings.maxRead)),
      timeGran: hasFlags && body.time_gran >= 1 && body.time_gran <= MAX_TIME_GRAN ? body.time_gran : 1,
    },
    maxBackground: hasBackground && body.max_background > 0 ? body.max_background : null,
    congestionThreshold: hasBackground && body.congestion_threshold > 0 ? body.congestion_threshold : null,
    requestTimeout: features.REQUEST_TIMEOUT ? body.request_timeout : 0,
  };
}

/** The flags in the reply that were offered, read as its minor means them. */
function featuresAgreed({ minor, flags, flags2 }: fuse_init_out, offer: ReadonlySet<InitFlag>): Features {
  const said = minor >= MINOR_WITH_FLAGS ? featuresOf(flags, flags2) : featuresOf(0, 0);
  const meant: Features = {
    ...said,
    EXPORT_SUPPORT: said.EXPORT_SUPPORT && minor >= MINOR_WITH_EXPORT,
    FLOCK_LOCKS: minor >= MINOR_WITH_FLOCK ? said.FLOCK_LOCKS : said.POSIX_LOCKS,
  };
  const agreed = Object.entries(meant).map(([name, set]) => [name, set && offer.has(name as InitFlag)]);
  return Object.fromEntries(agreed) as Features;
}

const wholePages = (bytes: number): number => bytes - (bytes % PAGE_SIZE);
