import { ok, type Reply } from './replies.ts';
import type { Moves } from './scenario.ts';
import { asked } from './scenario.ts';
import { type Fields, pack } from './wire-format.ts';

/** INIT flags that servers of scenarios accept. */
export const POSIX_LOCKS = 1 << 1;
export const ATOMIC_O_TRUNC = 1 << 3;
export const BIG_WRITES = 1 << 5;
export const DO_READDIRPLUS = 1 << 13;
export const FLOCK_LOCKS = 1 << 10;
export const PARALLEL_DIROPS = 1 << 18;
export const ABORT_ERROR = 1 << 21;
export const MAX_PAGES = 1 << 22;
/** The second word of flags counts. */
export const INIT_EXT = 1 << 30;

/** Flags of the second word. */
export const SECURITY_CTX = 1 << 0;
export const CREATE_SUPP_GROUP = 1 << 2;
export const REQUEST_TIMEOUT = 1 << (42 - 32);

/** What INIT is answered when a scenario does not say. */
const ANSWER: Fields = {
  major: 7,
  minor: 45,
  max_readahead: 131_072,
  flags: BIG_WRITES | MAX_PAGES,
  max_write: 131_072,
  max_pages: 32,
  time_gran: 1,
};

/** struct fuse_init_out: 7.45 and large requests, but for these fields. */
export const initOut = (fields: Fields = {}): Uint8Array => pack('init_out', { ...ANSWER, ...fields });

/** The first request of every connection, answered; for scenarios whose INIT is 'told'. */
export const initAsked = (reply: Reply): Moves => asked('INIT', 0, {}, reply);

/** INIT answered as usual. */
export const initDone = (fields: Fields = {}): Moves => initAsked(ok(initOut(fields)));
