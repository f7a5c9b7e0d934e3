import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configure, InMemory, promises as zenPromises } from '@zenfs/core';
import { memfs } from 'memfs';
import { mount } from '../../src/mount.ts';
import { memory } from '../../src/server/memory.ts';
import type { PathServerOptions } from '../../src/server/path-server.ts';
import type { PathFs } from '../../src/server/paths/shape.ts';

/** A file system of the kind, empty, until `dispose`. */
export interface Started {
  readonly fs: PathFs;
  readonly options: PathServerOptions;
  dispose(): Promise<void>;
}

/** What a file system gives where it does not do what a case says. */
export interface Difference {
  /** What the failed expectation, or error, says. */
  readonly gives: string;
  readonly why: string;
}

/** A kind of file system that servers are made of. */
export interface BackingKind {
  readonly name: string;
  start(): Promise<Started>;
  readonly differences: Readonly<Record<string, Difference>>;
}

const TEXT = 'its names are text: what is no UTF-8 is refused';
const MEMFS_CHECKS = "it checks modes as its process's user and knows no root: what was given away is closed to it";
const ZENFS_NAMES = 'its open files are written back to their names, whatever has those names by then';

const nothing = async (): Promise<void> => {};

/** The kinds that the cases are tried on. */
export const backings: readonly BackingKind[] = [
  {
    name: 'node:fs',
    async start() {
      const root = nodeFs.mkdtempSync(path.join(nodeFs.realpathSync(tmpdir()), 'fusewire-path-server-'));
      nodeFs.chmodSync(root, 0o777);
      const dispose = async (): Promise<void> => nodeFs.rmSync(root, { recursive: true });
      return { fs: nodeFs.promises, options: { root, names: 'bytes' }, dispose };
    },
    differences: {},
  },
  {
    name: 'memfs',
    start: async () => ({ fs: memfs().fs.promises, options: {}, dispose: nothing }),
    differences: {
      'mode and owner are changed by path and by handle': { gives: 'EACCES', why: MEMFS_CHECKS },
      'what is new in a set-group-ID directory has its group': { gives: 'EACCES', why: MEMFS_CHECKS },
      'times are set to the microsecond': {
        gives: '1700000000000000n',
        why: 'it keeps milliseconds',
      },
      'a file has more than 4 GiB': { gives: 'EFBIG', why: 'a file has 4 GiB at most' },
      'names are any bytes': { gives: 'EINVAL', why: TEXT },
    },
  },
  {
    name: 'ZenFS',
    async start() {
      await configure({ mounts: { '/': InMemory } });
      return { fs: zenPromises, options: {}, dispose: nothing };
    },
    differences: {
      'an unlinked file that is open is read, written, truncated and told of': { gives: 'ENOENT', why: ZENFS_NAMES },
      'an unlinked file that is open can be synced and closed': { gives: 'ENOENT', why: ZENFS_NAMES },
      'a file that is renamed over goes on where it is open, and the new one is another': {
        gives: 'OLD content',
        why: ZENFS_NAMES,
      },
      'a name that is made again is another file': { gives: 'secon', why: ZENFS_NAMES },
      'rename replaces an empty directory, and nothing else of another type': {
        gives: 'EISDIR',
        why: 'its rename replaces no directory, not even an empty one',
      },
      'a file has more than 4 GiB': { gives: '[ 1,', why: 'its files lose all but the low 32 bits of an offset' },
      'a backslash is a char of a name like others': { gives: 'ENOENT', why: 'it takes a backslash for a slash' },
      'names are any bytes': { gives: 'EINVAL', why: TEXT },
    },
  },
  {
    name: 'Fusewire',
    async start() {
      const mounted = await mount(memory(), { uid: 0, gid: 0, umask: 0 });
      return { fs: mounted.fs.promises, options: { names: 'bytes' }, dispose: () => mounted.unmount() };
    },
    differences: {},
  },
];
