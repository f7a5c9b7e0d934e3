import { PAGE_SIZE } from '../abi/linux.ts';

/** What client and server have agreed on besides flags; the defaults hold until INIT is answered. */
export interface Limits {
  /** The server's protocol minor, as it said. */
  readonly minor: number;
  /** The most bytes one READ may ask for; a ceiling of the transport. */
  readonly maxRead: number;
  /** The most bytes one WRITE may carry, as the server said, no less than 4096. */
  readonly maxWrite: number;
  /** The most pages one request or reply may carry. */
  readonly maxPages: number;
  readonly maxReadahead: number; // bytes, whole pages
  /** The longest name in bytes. */
  readonly nameMax: number;
  /** The granularity of times in nanoseconds. */
  readonly timeGran: number;
}

/** What a transport can carry: limits are never above these. */
export interface Ceilings {
  readonly maxRead: number; // bytes
  readonly maxWrite: number; // bytes
  readonly maxPages: number;
}

/** Linux's own: the default of fs.fuse.max_pages_limit, and else what the field holds. */
export const LINUX_CEILINGS: Ceilings = { maxRead: 0xffffffff, maxWrite: 0xffffffff, maxPages: 256 };

const NAME_MAX_SMALL = 1024;
const NAME_MAX_LARGE = 4095;
const PAGES_WITHOUT_FLAG = 32;

/** The limits before INIT is answered. @see Linux fs/fuse/inode.c, fuse_conn_init() */
export const limitsBeforeInit = (ceilings: Ceilings, minor: number): Limits => ({
  minor,
  maxRead: ceilings.maxRead,
  maxWrite: PAGE_SIZE,
  maxPages: Math.min(PAGES_WITHOUT_FLAG, ceilings.maxPages),
  maxReadahead: 0,
  nameMax: NAME_MAX_SMALL,
  timeGran: 1,
});

/** The name limit and pages that a reply's max_pages gives; null when the flag was not agreed on. */
export function pageLimits(maxPages: number | null, ceilings: Ceilings): Pick<Limits, 'maxPages' | 'nameMax'> {
  const pages = Math.min(maxPages === null ? PAGES_WITHOUT_FLAG : Math.max(1, maxPages), ceilings.maxPages);
  return { maxPages: pages, nameMax: maxPages !== null && pages > 1 ? NAME_MAX_LARGE : NAME_MAX_SMALL };
}
