import * as nodeFs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { memfs } from 'memfs';
import { daemon, type MemoryOptions, type Mounted, type MountOptions, memory, mount } from '../src/index.ts';
import { mountInKernel, whyNoKernelMount } from '../tests/daemons/kernel-mount.ts';
import type { Fs, Place, Setup } from './place.ts';
import { Resources } from './resources.ts';

/** What is compared, by the letters of the table. */
export type Letter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g';

/** One way to use files. */
export interface Subject {
  readonly letter: Letter;
  readonly title: string;
  /** Why it cannot be used on this machine, or null. */
  whyNot(): string | null;
  /** Starts it afresh, empty. */
  open(setup: Setup): Promise<Place>;
}

/** Enough for all of a case's files, so that what is read again is there. */
const PAGE_CACHE = 3 * 2 ** 30; // bytes
const LARGEST_READ = 2 ** 20; // bytes
/** Not measured is the disk: what stands behind a server is in memory. */
const scratch = nodeFs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
const example = fileURLToPath(new URL('../build/libfuse-examples/passthrough_ll', import.meta.url));
const hook = new URL('../scripts/run-typescript.mjs', import.meta.url).href;
const program = fileURLToPath(new URL('memory-server-main.ts', import.meta.url));

const whyNoExample = (): string | null =>
  nodeFs.existsSync(example) ? null : 'passthrough_ll is not built: libfuse3-dev is missing';
const always = (): null => null;

/** Everything that can be compared, in the table's order. */
export const subjects: readonly Subject[] = [
  {
    letter: 'a',
    title: 'memory server in this process',
    whyNot: always,
    open: async (setup) => onFusewire(await mount(memory(memoryOptions(setup)), mountOptions)),
  },
  {
    letter: 'b',
    title: 'memory server in another process',
    whyNot: always,
    open: async (setup) => {
      const args = ['--import', hook, program, 'serve', JSON.stringify(memoryOptions(setup)), '{}'];
      const server = daemon(process.execPath, args, { attach: 'fd', maxRead: LARGEST_READ });
      return onFusewire(await mount(server, mountOptions));
    },
  },
  {
    letter: 'c',
    title: 'passthrough_ll, attached',
    whyNot: whyNoExample,
    open: (setup) =>
      withSource(async (source) =>
        onFusewire(await mount(daemon(example, exampleArguments(source, setup)), mountOptions), source),
      ),
  },
  {
    letter: 'd',
    title: 'passthrough_ll, mounted by Linux',
    whyNot: () => whyNoKernelMount() ?? whyNoExample(),
    open: (setup) =>
      withSource(async (source) => onLinux(await mountInKernel(example, exampleArguments(source, setup)), source)),
  },
  {
    letter: 'e',
    title: 'memory server, mounted by Linux',
    whyNot: whyNoKernelMount,
    open: async (setup) => {
      const args = ['--import', hook, program, 'mount', JSON.stringify(memoryOptions(setup)), '{}'];
      return onLinux(await mountInKernel(process.execPath, args));
    },
  },
  {
    letter: 'f',
    title: scratch === '/dev/shm' ? 'tmpfs' : `the file system of ${scratch}`,
    whyNot: always,
    open: () => withSource(async (root) => ({ ...plain(nodeFs, root), [Symbol.asyncDispose]: async () => undefined })),
  },
  {
    letter: 'g',
    title: 'memfs',
    whyNot: always,
    open: async () => ({ ...plain(memfs().fs as unknown as Fs, ''), [Symbol.asyncDispose]: async () => undefined }),
  },
];

const mountOptions: MountOptions = { pageCacheBytes: PAGE_CACHE };

/** What `memory()` lets its client keep, as JSON can say it: Infinity becomes null. */
function memoryOptions(setup: Setup): MemoryOptions {
  const seconds = setup === 'uncached' ? 0 : Number.POSITIVE_INFINITY;
  return {
    maxBytes: 2 ** 33,
    maxInodes: 2 ** 22,
    entryTimeout: seconds,
    attrTimeout: seconds,
    negativeTimeout: seconds,
  };
}

function exampleArguments(source: string, setup: Setup): string[] {
  const caching = setup === 'uncached' ? 'timeout=0' : 'timeout=86400,cache=always';
  const writing = setup === 'writeback' ? ',writeback' : '';
  return ['-f', '-o', `source=${source},${caching}${writing}`, '{}'];
}

const plain = (fs: Fs, root: string): Omit<Place, typeof Symbol.asyncDispose> => ({
  fs,
  root,
  source: { fs, root },
  pids: [],
  mounted: null,
  dropCaches: null,
});

/** Gives a directory in memory to whatever is made of it, and takes it away behind that. */
async function withSource(open: (directory: string) => Promise<Place>): Promise<Place> {
  const resources = new Resources();
  const directory = nodeFs.mkdtempSync(path.join(nodeFs.realpathSync(scratch), `fusewire-bench-${process.pid}-`));
  resources.defer(() => nodeFs.rmSync(directory, { recursive: true }));
  try {
    const place = await resources.opened(open(directory));
    return { ...place, [Symbol.asyncDispose]: () => resources.close() };
  } catch (error) {
    await resources.close();
    throw error;
  }
}

function onFusewire(mounted: Mounted, source?: string): Place {
  const { fs } = mounted;
  return {
    fs: fs as Fs,
    root: '',
    source: source === undefined ? { fs: fs as Fs, root: '' } : { fs: nodeFs, root: source },
    pids: mounted.daemon?.pids ?? [],
    mounted,
    dropCaches: () => mounted.dropCaches(),
    [Symbol.asyncDispose]: () => mounted.unmount(),
  };
}

type KernelMount = Awaited<ReturnType<typeof mountInKernel>>;

const CACHES = '/proc/sys/vm/drop_caches';
const ALL = '3'; // contents, names and inodes

function onLinux(mounted: KernelMount, source?: string): Place {
  const root = mounted.path;
  return {
    fs: nodeFs,
    root,
    source: { fs: nodeFs, root: source ?? root },
    pids: [mounted.pid],
    mounted: null,
    dropCaches: process.getuid?.() === 0 ? () => nodeFs.writeFileSync(CACHES, ALL) : null,
    [Symbol.asyncDispose]: () => mounted[Symbol.asyncDispose](),
  };
}
