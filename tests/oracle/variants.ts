import type { InitFlag } from '../../src/abi/init-flags.ts';

/** How the server is set up and mounted, the same for both kernels. */
export interface Variant {
  readonly name: string;
  /** Whether the short form of the oracle runs all hand-written scripts in it; default: no, a part of them. */
  readonly isInShortForm?: boolean;
  /** Modes are checked by the kernel; the server has none of its own. Default: yes. */
  readonly defaultPermissions?: boolean;
  /** How many seconds the kernel may believe names and attributes; default for ever. */
  readonly timeout?: number;
  /** The most bytes of one WRITE, and of one READ; default the protocol's. */
  readonly maxData?: number;
  /** Files are opened with FOPEN_DIRECT_IO. */
  readonly directIo?: boolean;
  /** Files are cached, but what the server is asked is compared all the same. */
  readonly isInOrder?: boolean;
  /** Files are opened with FOPEN_KEEP_CACHE. Default: yes. */
  readonly keepsCache?: boolean;
  /** Directories are opened with FOPEN_CACHE_DIR, and with FOPEN_KEEP_CACHE if files are. */
  readonly keepsListings?: boolean;
  /** Methods that the server has not: it answers ENOSYS. */
  readonly without?: readonly string[];
  /** The server has READDIRPLUS. */
  readonly readdirplus?: boolean;
  /** INIT flags that the server does not take, and such that it takes without doing anything for them. */
  readonly refused?: readonly InitFlag[];
  readonly taken?: readonly InitFlag[];
  /** The server takes WRITEBACK_CACHE: the kernel's own clock tells when files were changed, and is not compared. */
  readonly writeback?: boolean;
  /** The server keeps locks itself: it has methods for them, and takes POSIX_LOCKS and FLOCK_LOCKS. */
  readonly locks?: boolean;
  /** How many inodes the server has, the root among them; default more than any script makes. */
  readonly maxInodes?: number;
  /** The server answers POLL and IOCTL too, as device-answers.ts says. */
  readonly actsAsDevice?: boolean;
  /** The server takes POSIX_ACL and keeps access control lists itself; the kernel then checks modes in any case. */
  readonly acl?: boolean;
  /** Only who mounted it may enter: root, with all ids. Default: everybody. */
  readonly isPrivate?: boolean;
  /** What changes after the set-up, by remounting. */
  readonly remount?: Partial<Remount>;
  /** The server shows all it can, also what only one of the kernels makes use of: requests cannot be compared. */
  readonly everything?: boolean;
}

/** How something is mounted that was mounted for the set-up without these. */
export interface Remount {
  readonly readOnly: boolean;
  readonly noexec: boolean;
  /** Devices may be opened. */
  readonly dev: boolean;
}

const missing = (...without: string[]): Variant => ({ name: `without-${without.join('+')}`, without, directIo: true });

/** Every way that a server is set up. */
export const variants: readonly Variant[] = [
  { name: 'direct', isInShortForm: true, directIo: true },
  { name: 'cached' },
  { name: 'direct-no-timeouts', directIo: true, timeout: 0 },
  { name: 'cached-no-timeouts', timeout: 0 },
  { name: 'cached-in-order', isInShortForm: true, isInOrder: true, keepsListings: true },
  { name: 'cached-in-order-forgetful', keepsCache: false, isInOrder: true },
  { name: 'cached-in-order-no-timeouts', timeout: 0, isInOrder: true },
  { name: 'cached-in-order-small', maxData: 4096, isInOrder: true },
  { name: 'cached-in-order-page-by-page', isInOrder: true, refused: ['BIG_WRITES'] },
  { name: 'cached-in-order-no-killpriv', isInOrder: true, refused: ['HANDLE_KILLPRIV', 'HANDLE_KILLPRIV_V2'] },
  { name: 'writeback', isInShortForm: true, writeback: true },
  { name: 'writeback-in-order', writeback: true, isInOrder: true },
  { name: 'writeback-in-order-no-timeouts', writeback: true, isInOrder: true, timeout: 0 },
  { name: 'writeback-in-order-forgetful', writeback: true, isInOrder: true, keepsCache: false },
  { name: 'writeback-in-order-small', writeback: true, isInOrder: true, maxData: 4096 },
  { name: 'writeback-in-order-no-atomic-trunc', writeback: true, isInOrder: true, refused: ['ATOMIC_O_TRUNC'] },
  {
    name: 'writeback-in-order-no-killpriv',
    writeback: true,
    isInOrder: true,
    refused: ['HANDLE_KILLPRIV', 'HANDLE_KILLPRIV_V2'],
  },
  { name: 'writeback-direct', writeback: true, directIo: true },
  { name: 'listings', directIo: true, keepsListings: true },
  { name: 'listings-no-timeouts', directIo: true, keepsListings: true, timeout: 0 },
  { name: 'listings-forgetful', directIo: true, keepsListings: true, keepsCache: false },
  { name: 'listings-by-time', directIo: true, keepsListings: true, taken: ['AUTO_INVAL_DATA'], timeout: 0 },
  { name: 'listings-readdirplus', directIo: true, keepsListings: true, readdirplus: true },
  { name: 'listings-small', directIo: true, keepsListings: true, maxData: 4096 },
  { name: 'direct-links-not-kept', directIo: true, refused: ['CACHE_SYMLINKS'] },
  { name: 'direct-server-permissions', directIo: true, defaultPermissions: false },
  { name: 'cached-server-permissions', defaultPermissions: false },
  { name: 'direct-small', directIo: true, maxData: 4096 },
  { name: 'cached-small', maxData: 4096 },
  { name: 'direct-no-killpriv', directIo: true, refused: ['HANDLE_KILLPRIV_V2'] },
  { name: 'cached-no-killpriv', refused: ['HANDLE_KILLPRIV_V2'] },
  { name: 'direct-killpriv-1', directIo: true, refused: ['HANDLE_KILLPRIV_V2'], taken: ['HANDLE_KILLPRIV'] },
  { name: 'cached-killpriv-1', refused: ['HANDLE_KILLPRIV_V2'], taken: ['HANDLE_KILLPRIV'] },
  { name: 'direct-no-atomic-trunc-no-killpriv', directIo: true, refused: ['ATOMIC_O_TRUNC', 'HANDLE_KILLPRIV_V2'] },
  { name: 'direct-no-atomic-trunc', directIo: true, refused: ['ATOMIC_O_TRUNC'] },
  { name: 'server-locks', directIo: true, locks: true },
  { ...missing('getlk', 'setlk', 'setlkw'), name: 'without-locks', locks: true },
  { name: 'direct-device', directIo: true, actsAsDevice: true },
  { name: 'direct-readdirplus', directIo: true, readdirplus: true },
  { name: 'direct-readdirplus-no-timeouts', directIo: true, readdirplus: true, timeout: 0 },
  { name: 'direct-acl', directIo: true, acl: true, defaultPermissions: false },
  { name: 'direct-acl-no-timeouts', directIo: true, acl: true, timeout: 0 },
  { name: 'direct-acl-no-extension', directIo: true, acl: true, refused: ['SETXATTR_EXT'] },
  { name: 'direct-private', directIo: true, isPrivate: true },
  { name: 'direct-private-server-permissions', directIo: true, isPrivate: true, defaultPermissions: false },
  { name: 'direct-read-only', directIo: true, remount: { readOnly: true } },
  {
    name: 'direct-read-only-server-permissions',
    directIo: true,
    defaultPermissions: false,
    remount: { readOnly: true, noexec: true },
  },
  { name: 'direct-noexec-dev', directIo: true, remount: { noexec: true, dev: true } },
  { name: 'everything', everything: true },
  { name: 'everything-no-timeouts', everything: true, timeout: 0 },
  { ...missing('access'), defaultPermissions: false },
  missing('flush'),
  missing('fsync', 'fsyncdir'),
  missing('create'),
  missing('open', 'release', 'opendir', 'releasedir'),
  missing('getxattr', 'setxattr', 'listxattr', 'removexattr'),
  missing('link'),
  missing('tmpfile'),
  missing('rename'),
  missing('mknod'),
  missing('mkdir', 'rmdir', 'unlink'),
  missing('symlink', 'readlink'),
  missing('setattr'),
  missing('statfs'),
  missing('statx'),
  missing('lseek'),
  missing('fallocate'),
  missing('copyFileRange'),
  missing('read', 'write'),
];

/** A server in which nothing more can be made: for who names it, and not one of those that all scripts run in. */
const full: Variant = { name: 'full', directIo: true, maxInodes: 2 };

/** @throws Error when there is none of that name */
export function variantNamed(name: string): Variant {
  const found = [...variants, full].find((variant) => variant.name === name);
  if (found === undefined)
    throw new Error(`no variant ${name}; there are ${variants.map((each) => each.name).join(', ')}`);
  return found;
}

/**
 * Whether what the server is asked can be compared message by message. It does not take ASYNC_READ then, so that pages
 * are read by requests that somebody waits for.
 */
export const comparesRequests = ({ directIo, isInOrder, everything }: Variant): boolean =>
  everything !== true && (directIo === true || isInOrder === true);

/**
 * Whether scripts get what they expect: the server has all methods, permissions are those that modes tell, everybody may
 * enter and write, locks are the kernel's, and data are not found at the server later than they were written.
 */
export const isPlain = (variant: Variant): boolean =>
  variant.without === undefined &&
  (variant.defaultPermissions !== false || variant.acl === true) &&
  variant.locks !== true &&
  variant.writeback !== true &&
  variant.isPrivate !== true &&
  variant.remount === undefined;
