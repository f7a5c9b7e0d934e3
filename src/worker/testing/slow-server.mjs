import { setTimeout as pause } from 'node:timers/promises';
import {
  attrReply,
  ENOENT,
  entryReply,
  FUSE_ROOT_ID,
  listDirents,
  S_IFDIR,
  S_IFREG,
} from '../../../dist/server-library.js';

const FILE = 2n;
const content = new TextEncoder().encode('it took a while\n');
const directory = { ino: FUSE_ROOT_ID, mode: S_IFDIR | 0o755, nlink: 2 };
const file = { ino: FILE, mode: S_IFREG | 0o444, size: content.length };

/**
 * A server that needs its thread's event loop for every answer. Its file answers; other names say what happens when they are
 * looked up: "never" no answer, "crash" its thread dies, "exit" its thread ends.
 */
export default ({ pauseMs, names = 1 }) =>
  serverOf(
    pauseMs,
    Array.from({ length: names }, (_, i) => ({ name: `name ${i}`, ...file })),
  );

const serverOf = (pauseMs, listed) => ({
  async lookup(_, name) {
    await pause(pauseMs);
    if (name === 'never') return new Promise(() => {});
    if (name === 'exit') process.exit(3);
    if (name === 'crash') {
      setTimeout(() => {
        throw new Error('out of luck');
      });
      return new Promise(() => {});
    }
    if (name !== 'file') throw ENOENT;
    return entryReply(FILE, file, {});
  },
  async getattr({ nodeid }) {
    await pause(pauseMs);
    return attrReply(nodeid === FUSE_ROOT_ID ? directory : file, 0);
  },
  readdir: ({ body }) => listDirents(listed, body),
  async read({ body }) {
    await pause(pauseMs);
    return content.subarray(body.offset, body.offset + body.size);
  },
});
