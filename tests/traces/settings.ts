import type { InitFlag } from '../../src/abi/init-flags.ts';

/** What every server of the traces agrees to, if nothing else is said. */
export const BASE: readonly InitFlag[] = ['ASYNC_READ', 'BIG_WRITES', 'PARALLEL_DIROPS', 'MAX_PAGES'];

/** An answer in place of the server's own: these bytes behind the header. */
export interface RawAnswer {
  /** As it stands in the header. */
  readonly error: number;
  readonly body: Uint8Array;
}

/** How a trace's server behaves. It may be changed between two steps. */
export interface Settings {
  readonly flags: readonly InitFlag[];
  readonly major: number;
  readonly minor: number;
  /** Bytes of the reply to INIT; null for those of the minor. */
  readonly initLength: number | null;
  readonly maxReadahead: number; // bytes
  readonly maxBackground: number;
  readonly congestionThreshold: number;
  readonly maxWrite: number; // bytes
  readonly maxPages: number;
  readonly timeGran: number; // nanoseconds
  /** Bytes of room for each read of the device. */
  readonly room: number;
  /** Seconds that names are believed, perhaps with a fraction. */
  readonly entryValid: number;
  readonly attrValid: number; // seconds, likewise
  /** Seconds that the absence of a name is believed; null: ENOENT, which nobody keeps. */
  readonly negativeValid: number | null;
  /** FOPEN_* of files, and of directories. */
  readonly openFlags: number;
  readonly opendirFlags: number;
  readonly backingId: number;
  /** By opcode: the errno that it is answered. */
  readonly errors: Readonly<Record<string, number>>;
  /** By opcode: the bytes that it is answered, right or wrong. */
  readonly raw: Readonly<Record<string, RawAnswer>>;
  /** Opcodes that are not answered before they are released. */
  readonly held: readonly string[];
  readonly accessAllowed: boolean;
  readonly hasTmpfile: boolean;
  /** The STATX_* that are told; null: no STATX. */
  readonly statxMask: number | null;
  /** What POLL is answered; null: no POLL. */
  readonly revents: number | null;
  readonly shortWrite: number; // bytes, at most
  /** In place of the bytes that were written. */
  readonly writeResult: number | null;
  /** Whether a WRITE changes mtime. */
  readonly writesChangeTimes: boolean;
  /** FUSE_ATTR_* of every file. */
  readonly attrFlags: number;
  /** Nodeids and generations that are told in place of a file's own. */
  readonly nodeids: Readonly<Record<number, number>>;
  readonly generations: Readonly<Record<number, number>>;
}

/** A server that nothing more is said of. */
export const DEFAULTS: Settings = {
  flags: BASE,
  major: 7,
  minor: 45,
  initLength: null,
  maxReadahead: 131_072,
  maxBackground: 0,
  congestionThreshold: 0,
  maxWrite: 131_072,
  maxPages: 32,
  timeGran: 1,
  room: 1 << 18,
  entryValid: 0,
  attrValid: 0,
  negativeValid: null,
  openFlags: 0,
  opendirFlags: 0,
  backingId: 0,
  errors: {},
  raw: {},
  held: [],
  accessAllowed: false,
  hasTmpfile: false,
  statxMask: null,
  revents: null,
  shortWrite: Number.POSITIVE_INFINITY,
  writeResult: null,
  writesChangeTimes: true,
  attrFlags: 0,
  nodeids: {},
  generations: {},
};
