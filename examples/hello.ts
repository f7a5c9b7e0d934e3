/**
 * The smallest complete server: a directory with one file that never changes.
 *
 * Five methods are enough for ls, cat, cp and grep. All that a server leaves out (write, unlink, chmod, ...) fails with
 * ENOSYS, "function not implemented".
 */
import {
  attrReply,
  EACCES,
  ENOENT,
  entryReply,
  FOPEN_KEEP_CACHE,
  FUSE_ROOT_ID,
  type FuseServer,
  listDirents,
  O_ACCMODE,
  O_RDONLY,
  S_IFDIR,
  S_IFREG,
} from 'fusewire/server';

const content = new TextEncoder().encode('Hello, world!\n');

/** Inodes have numbers of the server's choice, by which the client asks about them. Only the root's is given. */
const FILE = 2n;

/** How long the client may believe what it is told, in seconds. Nothing here ever changes. */
const FOREVER = Infinity;

/** What is left out is 0: the times are 1970, the owner is root. */
const root = { ino: FUSE_ROOT_ID, mode: S_IFDIR | 0o755, nlink: 2 };
const file = { ino: FILE, mode: S_IFREG | 0o444, size: content.length };

const hello: FuseServer = {
  /** Paths never come here: for /hello.txt the client asks the root for the name `hello.txt`. */
  lookup({ nodeid }, name) {
    if (nodeid !== FUSE_ROOT_ID || name !== 'hello.txt') throw ENOENT;
    return entryReply(FILE, file, { entry: FOREVER, attr: FOREVER });
  },

  getattr: ({ nodeid }) => attrReply(nodeid === FUSE_ROOT_ID ? root : file, FOREVER),

  readdir: ({ body }) => listDirents([{ name: 'hello.txt', ...file }], body),

  /** KEEP_CACHE: what the client has read before, through other opens, it may still believe. */
  open({ body }) {
    if ((body.flags & O_ACCMODE) !== O_RDONLY) throw EACCES;
    return { open_flags: FOPEN_KEEP_CACHE };
  },

  /** Nothing but the end of the file may make an answer shorter than was asked. */
  read: ({ body }) => content.subarray(body.offset, body.offset + body.size),
};

export default hello;
