/**
 * Files that change by themselves, and the three ways in which a client can learn of it:
 *
 * - `/ticks` gets a line more each second. The client may believe its attributes for no time at all, so it asks before
 *   each read, and drops the content that it keeps when size or mtime have changed.
 * - `/now` shows the present second. The client may keep everything about it for ever, and asks for nothing, until
 *   the server tells it to forget: a notification. This is the cheapest for files that are read more often than they change.
 * - `/opens` counts how often it was opened. No two opens see the same content, and nobody knows its size before, so the
 *   client keeps no pages of it and does not look at its size: direct I/O.
 */
import {
  attrReply,
  EACCES,
  ENOENT,
  entryReply,
  FOPEN_DIRECT_IO,
  FOPEN_KEEP_CACHE,
  FUSE_ROOT_ID,
  type FuseServer,
  listDirents,
  O_ACCMODE,
  O_RDONLY,
  S_IFDIR,
  S_IFREG,
} from 'fusewire/server';

/** Where the clock takes its time from; a test passes its own. */
export interface Ticking {
  now(): Date;
  /** Calls `tick` each second, until the returned function is called. */
  start(tick: () => void): () => void;
}

const eachSecond: Ticking = {
  now: () => new Date(),
  start(tick) {
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  },
};

const TICKS = 2n;
const NOW = 3n;
const OPENS = 4n;
const names = new Map(Object.entries({ ticks: TICKS, now: NOW, opens: OPENS }));

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const lineOf = (time: Date): string => `${time.toISOString().slice(0, 19)}Z\n`;

/** A server whose time runs while it is mounted. */
export default function clock({ now, start }: Ticking = eachSecond): FuseServer {
  let time = now();
  let ticks = '';
  let opens = 0;
  let stop = (): void => {};
  /** What each open of /opens saw. A handle is a number of the server's choice that comes back with each use of the file. */
  const seen = new Map<bigint, Uint8Array>();

  const contentOf = (nodeid: bigint): Uint8Array => encode(nodeid === NOW ? lineOf(time) : ticks);
  const attributesOf = (nodeid: bigint) => {
    if (nodeid === FUSE_ROOT_ID) return { ino: nodeid, mode: S_IFDIR | 0o755, nlink: 2, mtime: time };
    return { ino: nodeid, mode: S_IFREG | 0o444, size: nodeid === OPENS ? 0 : contentOf(nodeid).length, mtime: time };
  };
  const validityOf = (nodeid: bigint): number => (nodeid === NOW ? Infinity : 0);

  return {
    init(_offer, client) {
      stop = start(() => {
        time = now();
        ticks += lineOf(time);
        client.invalInode(NOW);
      });
      return {};
    },

    /** Called when the mount ends. A timer left running would keep the process alive. */
    destroy: () => stop(),

    lookup({ nodeid: directory }, name) {
      const nodeid = directory === FUSE_ROOT_ID ? names.get(name) : undefined;
      if (nodeid === undefined) throw ENOENT;
      // The name holds for ever, whatever becomes of the attributes.
      return entryReply(nodeid, attributesOf(nodeid), { entry: Infinity, attr: validityOf(nodeid) });
    },

    getattr: ({ nodeid }) => attrReply(attributesOf(nodeid), validityOf(nodeid)),

    readdir: ({ body }) =>
      listDirents(
        [...names].map(([name, ino]) => ({ name, ino, mode: S_IFREG })),
        body,
      ),

    open({ nodeid, body }) {
      if ((body.flags & O_ACCMODE) !== O_RDONLY) throw EACCES;
      if (nodeid !== OPENS) return { open_flags: FOPEN_KEEP_CACHE };
      const fh = BigInt(++opens);
      seen.set(fh, encode(`${opens}\n`));
      return { fh, open_flags: FOPEN_DIRECT_IO };
    },

    read({ nodeid, body }) {
      const content = seen.get(body.fh) ?? contentOf(nodeid);
      return content.subarray(body.offset, body.offset + body.size);
    },

    release: ({ body }) => void seen.delete(body.fh),
  };
}
