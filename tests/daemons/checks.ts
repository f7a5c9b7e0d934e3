import * as hostFs from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { daemon } from '../../src/attach/daemon.ts';
import { type Mounted, mount } from '../../src/mount.ts';
import { copyTree } from './copy-tree.ts';
import { digest, type Entry } from './digest.ts';
import { mountInKernel } from './kernel-mount.ts';
import type { DaemonRow, Losses, Start } from './row.ts';

/** A tree that daemons serve or keep, and a place for directories of one test each. */
export interface Bench {
  /** The tree's directory. */
  readonly tree: string;
  readonly original: readonly Entry[];
  /** A new empty directory. */
  scratch(): string;
}

/** What must be equal, with the words for it. */
export interface Comparison {
  readonly what: string;
  readonly seen: unknown;
  readonly expected: unknown;
}

/** One thing that is checked of a daemon; gives the ways in that it was attached by. */
export interface Check {
  readonly name: string;
  run(bench: Bench, hold: (comparison: Comparison) => void): Promise<string>;
}

const attach = (row: DaemonRow, { command, args }: Start): Promise<Mounted> =>
  mount(daemon(command, args, { attach: row.attach ?? 'auto' }));

const wayOf = (mounted: Mounted): string => mounted.daemon?.way ?? 'none';

/** What a daemon shows when Linux mounts it. */
async function digestInKernel({ command, args, inside }: Start): Promise<Entry[]> {
  await using kernel = await mountInKernel(command, args);
  return await kernel.digest(inside);
}

/** What must be equal before and after: what `cp -r` copies and the daemon keeps. */
function copied(entries: readonly Entry[], losses: Losses): unknown[] {
  return entries.flatMap((entry): unknown[] => {
    const kept = entry.path === '' ? null : losses.kept(entry);
    if (kept === null) return [];
    const { path, type, target } = kept;
    if (type === 'symlink') return [{ path, type, target }];
    const { mode, mtime, mtimeNs, sha256 } = kept;
    return [{ path, type, mode, mtime, mtimeNs, sha256, size: type === 'file' ? kept.size : undefined }];
  });
}

const readsAsInTheKernel = (row: DaemonRow): Check => ({
  name: 'lists and reads as it does when Linux mounts it',
  async run({ tree, scratch }, hold) {
    const start = await row.prepare(tree, scratch());
    try {
      const expected = await digestInKernel(start);
      await using mounted = await attach(row, start);
      const seen = await digest(mounted.fs.promises, start.inside);
      const comparable = row.comparable ?? ((entry: Entry) => entry);
      hold({ what: 'the tree', seen: seen.map(comparable), expected: expected.map(comparable) });
      return wayOf(mounted);
    } finally {
      await start.end?.();
    }
  },
});

/** Copies what can come back of the tree into an empty daemon. */
async function writeThrough(mounted: Mounted, inside: string, { tree, original }: Bench, losses: Losses) {
  const lost = new Set(original.filter((entry) => losses.kept(entry) === null).map(({ path }) => path));
  const skip = (full: Buffer): boolean => lost.has(full.subarray(tree.length + 1).toString('latin1'));
  await copyTree({ fs: hostFs, path: tree }, { fs: mounted.fs.promises, path: inside }, skip);
  return await digest(mounted.fs.promises, inside);
}

const givesBack = (row: DaemonRow, losses: Losses): Check => ({
  name: 'gives back a tree that was written to it',
  async run(bench, hold) {
    const start = await row.prepare(bench.scratch(), bench.scratch());
    try {
      const expected = copied(bench.original, losses);
      let way: string;
      {
        await using mounted = await attach(row, start);
        way = wayOf(mounted);
        const reread = await writeThrough(mounted, start.inside, bench, losses);
        hold({ what: 'what it shows', seen: copied(reread, losses), expected });
      }
      hold({ what: 'what Linux reads then', seen: copied(await digestInKernel(start), losses), expected });
      return way;
    } finally {
      await start.end?.();
    }
  },
});

/** All that is checked of a daemon. */
export function checksOf(row: DaemonRow): readonly Check[] {
  const own = (row.own ?? []).map(
    ({ name, check }): Check => ({
      name,
      async run({ tree, scratch }) {
        const start = await row.prepare(tree, scratch());
        try {
          await using mounted = await attach(row, start);
          await check(mounted);
          return wayOf(mounted);
        } finally {
          await start.end?.();
        }
      },
    }),
  );
  return [
    ...(row.serves === 'its own' ? [] : [readsAsInTheKernel(row)]),
    ...(row.losses === null ? [] : [givesBack(row, row.losses)]),
    ...own,
  ];
}

/** Fails with the first entry that differs, since whole trees are too long to print. */
export function holdEqual({ what, seen, expected }: Comparison): void {
  if (isDeepStrictEqual(seen, expected)) return;
  const [ours, theirs] = [seen, expected] as [unknown[], unknown[]];
  const at = theirs.findIndex((entry, index) => !isDeepStrictEqual(entry, ours[index]));
  const show = (entry: unknown): string => JSON.stringify(entry) ?? 'nothing';
  const index = at < 0 ? theirs.length : at;
  throw new Error(`${what} differs at entry ${index}: ${show(ours[index])} instead of ${show(theirs[index])}`);
}
