import { S_IFDIR, S_IFREG } from '../src/abi/linux.ts';
import { type FuseServer, type Mounted, mount } from '../src/index.ts';
import { lstat } from '../src/syscalls/stat.ts';

/** Files of one directory; the files are in so many directories as it takes. */
const FILES_IN_DIRECTORY = 1000;
const FOR_EVER = 1e6; // seconds

/** What cached inodes cost, everything that is kept for them together: dentries, tables and attributes too. */
export interface InodeMemory {
  readonly inodes: number;
  readonly bytesPerInode: number;
  /** Of it what is no object of JavaScript: array buffers. */
  readonly externalBytesPerInode: number;
}

/**
 * Looks `inodes` files up in one mount, and measures what the process then keeps. The server makes attributes up from
 * names and keeps nothing. Needs `node --expose-gc`.
 */
export async function measureInodeMemory(inodes: number): Promise<InodeMemory> {
  await using mounted = await mount(madeUp(), { dentryCacheEntries: Number.POSITIVE_INFINITY });
  look(mounted, FILES_IN_DIRECTORY); // What is made once for each process.
  const before = bytesInUse();
  look(mounted, inodes, 'other');
  const after = bytesInUse();
  return {
    inodes,
    bytesPerInode: (after.all - before.all) / inodes,
    externalBytesPerInode: (after.external - before.external) / inodes,
  };
}

function look({ kernel, process, credentials }: Mounted, inodes: number, prefix = 'first'): void {
  for (let file = 0; file < inodes; file++) {
    const path = `/${prefix}-${Math.floor(file / FILES_IN_DIRECTORY)}/file-${file}`;
    kernel.runSync(process, credentials, (task) => lstat(task, path));
  }
}

/** After collecting garbage. Array buffers are among what V8 calls external. */
function bytesInUse(): { readonly all: number; readonly external: number } {
  if (globalThis.gc === undefined) throw new Error('memory is measured by node --expose-gc');
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return { all: heapUsed + external, external };
}

/** Every name is a file, in the root a directory, of any size and age. */
function madeUp(): FuseServer {
  let lastNodeid = 1n;
  return {
    getattr: () => ({ attr: { ino: 1n, mode: S_IFDIR | 0o755, nlink: 2 }, attr_valid: FOR_EVER }),
    lookup: ({ nodeid }, name) => {
      const ino = ++lastNodeid;
      const mode = nodeid === 1n ? S_IFDIR | 0o755 : S_IFREG | 0o644;
      const times = { atime: 1_700_000_000 + name.length, mtime: 1_600_000_000, ctime: 1_650_000_000 };
      const size = Number(ino) * 1_000_003;
      const blocks = Math.ceil(size / 512);
      const attr = { ino, mode, size, blocks, blksize: 4096, nlink: 1, uid: 1000, gid: 1000, ...times };
      return { nodeid: ino, attr, entry_valid: FOR_EVER, attr_valid: FOR_EVER };
    },
    forget: () => {},
  };
}
