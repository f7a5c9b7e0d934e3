import { EACCES, ENOSYS } from '../../src/abi/errno.ts';
import { FOPEN_CACHE_DIR, FOPEN_DIRECT_IO, FOPEN_KEEP_CACHE } from '../../src/abi/fuse.ts';
import type { Features, InitFlag } from '../../src/abi/init-flags.ts';
import { W_OK } from '../../src/abi/linux.ts';
import { DEFAULT_OFFER } from '../../src/fuse/init.ts';
import type { FuseServer, Offer, RequestOf, Wishes } from '../../src/server/fuse-server.ts';
import { memory } from '../../src/server/memory.ts';
import type { Limits } from '../../src/server/negotiate.ts';
import type { Time } from '../../src/server/time.ts';
import { deviceAnswers } from './device-answers.ts';
import { keepLocks } from './server-locks.ts';
import { comparesRequests, type Variant } from './variants.ts';

type Method = (...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

/** What both kernels have: the rest of what Linux offers is no part of the comparison. */
const common = new Set<InitFlag>(DEFAULT_OFFER);

/** A server for one script. */
export interface VariantServer {
  readonly server: FuseServer;
  /** The script's set-up is over: methods that the variant has not fail from now on. */
  begin(): void;
}

/** The server that a variant is about, new and empty. */
export function serverOf(variant: Variant): VariantServer {
  const clock = new ChangeClock();
  const timeouts = variant.timeout === undefined ? {} : timeoutsOf(variant.timeout);
  const room = variant.maxInodes === undefined ? {} : { maxInodes: variant.maxInodes };
  const server = memory({ ...timeouts, ...room, mode: 0o777, acl: variant.acl ?? false, now: () => clock.now() });
  const methods = methodsOf(server);
  if (methods.write !== undefined) methods.write = clock.counted(methods.write);
  const { init } = methods;
  if (init !== undefined) methods.init = (offer) => wishes(init, offer as Offer, variant);
  if (variant.everything !== true) {
    if (variant.readdirplus !== true) delete methods.readdirplus;
    if (variant.keepsListings !== true) openWith(methods, ['opendir'], (flags) => flags & ~FOPEN_CACHE_DIR);
  }
  if (variant.directIo === true) openWith(methods, OPENING_FILES, (flags) => flags | FOPEN_DIRECT_IO);
  if (variant.keepsCache === false) {
    openWith(methods, [...OPENING_FILES, 'opendir'], (flags) => flags & ~FOPEN_KEEP_CACHE);
  }
  if (variant.acl !== true) keepLists(methods);
  methods.access = (request) => deniesSome(request as RequestOf<'ACCESS'>);
  methods.statfs = withFreeCounts(methods.statfs);
  for (const name of ['flush', 'fsync', 'fsyncdir']) methods[name] = () => {};
  if (variant.locks === true) keepLocks(methods);
  if (variant.actsAsDevice === true) Object.assign(methods, deviceAnswers());
  let hasBegun = false;
  for (const name of variant.without ?? []) {
    const method = methods[name];
    if (method === undefined) throw new Error(`the server has no ${name}`);
    methods[name] = (...args) => {
      if (hasBegun) throw ENOSYS;
      return method(...args);
    };
  }
  return {
    server: methods as FuseServer,
    begin: () => {
      hasBegun = true;
    },
  };
}

/** The moment at which each server begins. */
const EPOCH = 1_500_000_000; // seconds since 1970

/**
 * A clock that counts changes, a second each, so that times are the same every time. Writes of one file in a row are one
 * change: into how many requests the bytes of one system call are cut is told by comparing requests, not by times.
 */
class ChangeClock {
  #seconds = EPOCH;
  #writing: bigint | null = null;
  #written: bigint | null = null;

  now(): Time {
    if (this.#writing === null || this.#writing !== this.#written) this.#seconds++;
    this.#written = this.#writing;
    return { seconds: this.#seconds, nanoseconds: 0 };
  }

  /** A server's method for WRITE, which tells this clock what it is about. */
  counted(write: Method): Method {
    return (...args) => {
      this.#writing = (args[0] as RequestOf<'WRITE'>).nodeid;
      try {
        return write(...args);
      } finally {
        this.#writing = null;
      }
    };
  }
}

/** A server's own judgement, which no mode bits explain: user 1001 may write nothing. */
function deniesSome({ uid, body }: RequestOf<'ACCESS'>): void {
  if (uid === 1001 && (body.mask & W_OK) !== 0) throw EACCES;
}

/** What is free, in numbers that do not tell whether the server has read a FORGET yet: Linux sends those when it likes. */
const withFreeCounts =
  (statfs: Method | undefined): Method =>
  (...args) => ({ ...(statfs?.(...args) as object), bfree: 1001, bavail: 1000, ffree: 999 });

/** What the session of a variant agrees to at most. */
export const limitsOf = ({ maxData }: Variant): Limits => (maxData === undefined ? {} : { maxData });

const timeoutsOf = (seconds: number) => ({ entryTimeout: seconds, negativeTimeout: seconds, attrTimeout: seconds });

/** The methods of a server, each bound to it. */
function methodsOf(server: FuseServer): Methods {
  const methods: Methods = {};
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(server))) {
    const method = (server as Record<string, unknown>)[name];
    if (name !== 'constructor' && typeof method === 'function') methods[name] = method.bind(server) as Method;
  }
  return methods;
}

function wishes(init: Method, offer: Offer, variant: Variant): Wishes {
  const isHidden = (name: string): boolean =>
    variant.refused?.includes(name as InitFlag) === true ||
    (name === 'ASYNC_READ' && comparesRequests(variant)) ||
    (variant.everything !== true && !common.has(name as InitFlag));
  const features = Object.fromEntries(
    Object.entries(offer.features).map(([name, isSet]) => [name, isSet && !isHidden(name)]),
  ) as Features;
  const own = init({ ...offer, features }) as Wishes;
  return { ...own, flags: [...(own.flags ?? []).filter((flag) => !isHidden(flag)), ...(variant.taken ?? [])] };
}

/** The methods that open regular files. */
const OPENING_FILES = ['open', 'create', 'tmpfile'];

/** Has these methods open with other flags, those that there are. */
function openWith(methods: Methods, names: readonly string[], change: (flags: number) => number): void {
  for (const name of names) {
    const open = methods[name];
    if (open === undefined) continue;
    methods[name] = (...args) => {
      const answer = open(...args) as OpenAnswer | { open: OpenAnswer };
      if ('open' in answer) return { ...answer, open: { ...answer.open, open_flags: change(answer.open.open_flags) } };
      return { ...answer, open_flags: change(answer.open_flags) };
    };
  }
}

interface OpenAnswer {
  readonly open_flags: number;
}

/** Access control lists are kept as attributes that memory() takes. */
function keepLists(methods: Methods): void {
  for (const call of ['getxattr', 'setxattr', 'removexattr']) {
    const method = methods[call];
    if (method === undefined) throw new Error(`the server has no ${call}`);
    methods[call] = (request, name, ...rest) =>
      method(request, String(name).replace(/^system\.posix_acl_/, 'security.acl_'), ...rest);
  }
}
