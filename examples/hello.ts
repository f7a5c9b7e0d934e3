/**
 * The smallest complete server: a directory with one file that never changes.
 *
 * Five methods are enough for ls, cat, cp and grep. All that a server leaves out (write, unlink, chmod, ...) fails with
 * ENOSYS, "function not implemented".
 */
import {
  DirentWriter,
  DT_REG,
  EACCES,
  ENOENT,
  FOPEN_KEEP_CACHE,
  FUSE_ROOT_ID,
  type FuseServer,
  O_ACCMODE,
  O_RDONLY,
  S_IFDIR,
  S_IFREG,
} from 'fusewire';

const content = new TextEncoder().encode('Hello, world!\n');

/** Inodes have numbers of the server's choice; only the root's is given. What is asked about comes as such a number. */
const FILE = 2n;

/** How long the client may believe what it was told, in seconds. Nothing here ever changes. */
const FOREVER = Infinity;

/** Fields that are left out are 0: times are 1970, the owner is root. */
const attributes = (nodeid: bigint) =>
  nodeid === FUSE_ROOT_ID
    ? { ino: nodeid, mode: S_IFDIR | 0o755, nlink: 2 }
    : { ino: nodeid, mode: S_IFREG | 0o444, nlink: 1, size: content.length };

const hello: FuseServer = {
  /** Paths never come here: for /hello.txt the client asks the root for the name `hello.txt`. */
  lookup({ nodeid }, name) {
    if (nodeid !== FUSE_ROOT_ID || name !== 'hello.txt') throw ENOENT;
    return { nodeid: FILE, entry_valid: FOREVER, attr_valid: FOREVER, attr: attributes(FILE) };
  },

  getattr({ nodeid }) {
    return { attr_valid: FOREVER, attr: attributes(nodeid) };
  },

  /**
   * A listing may need several requests. Each entry has a cookie of the server's choice, from which the next request
   * goes on; here it is the position. `add` is false when the reply is full.
   */
  readdir({ body }) {
    const reply = new DirentWriter(body.size);
    const entries = [{ ino: FILE, off: 1n, type: DT_REG, name: 'hello.txt' }];
    for (const entry of entries.slice(Number(body.offset))) if (!reply.add(entry)) break;
    return reply.bytes;
  },

  /** KEEP_CACHE: what the client has read before, through other opens, it may still believe. */
  open({ body }) {
    if ((body.flags & O_ACCMODE) !== O_RDONLY) throw EACCES;
    return { open_flags: FOPEN_KEEP_CACHE };
  },

  /** Offsets may lie behind the end, and nothing but the end may make an answer shorter than was asked. */
  read({ body }) {
    return content.subarray(body.offset, body.offset + body.size);
  },
};

export default hello;
