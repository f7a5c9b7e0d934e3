// Mounts a pipe by the Linux kernel at argv[2]. A reader of it waits, and gets a signal meanwhile: prints what the server
// and the reader saw.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mountKernel } from '../src/index.ts';
import { attrReply, Condition, Errno, entryReply, FOPEN_DIRECT_IO, S_IFDIR, S_IFREG } from '../src/server-library.ts';

const at = process.argv[2] ?? '';
const never = new Condition();
let reader: ChildProcess | null = null;

await using _ = await mountKernel(
  {
    lookup: () => entryReply(2n, { ino: 2n, mode: S_IFREG | 0o666 }),
    getattr: ({ nodeid }) => attrReply({ ino: nodeid, mode: nodeid === 1n ? S_IFDIR | 0o755 : S_IFREG | 0o666 }),
    open: () => ({ open_flags: FOPEN_DIRECT_IO }),
    *read() {
      reader?.kill('SIGTERM');
      try {
        yield never;
      } catch (error) {
        console.log('server:', error instanceof Errno ? error.code : error);
        throw error;
      }
      return '';
    },
  },
  at,
);
reader = spawn('cat', [`${at}/pipe`], { stdio: 'ignore' });
const [, signal] = await once(reader, 'close');
console.log('reader:', signal);
