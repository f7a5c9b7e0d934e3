import type { ByteString } from '../../abi/bytes.ts';
import { DirentWriter } from '../../abi/dirent.ts';
import { typeOfMode } from '../../abi/linux.ts';
import type { Answers } from './answers.ts';
import type { Backing } from './backing.ts';
import type { Listed, Listing } from './listing.ts';
import type { Node } from './node.ts';
import type { NodeTree } from './node-tree.ts';
import type { Stat } from './stat.ts';

/** What stands for an inode number that nobody knows, as with libfuse. */
const UNKNOWN_INO = 0xffff_ffffn;

/** The part of a listing that is asked for. */
export interface Wanted {
  readonly cookie: bigint;
  readonly room: number; // bytes
  readonly kind: 'plain' | 'plus';
}

/** What names are looked up in and with. */
export interface Looking {
  readonly backing: Backing;
  readonly tree: NodeTree;
  readonly answers: Answers;
  /** Runs an action while no name in the directory changes. */
  steadily(action: () => Promise<boolean>): Promise<boolean>;
}

/**
 * Writes the reply to a READDIR, or READDIRPLUS, where all but `.` and `..` count as looked up. Names that are gone
 * since the listing was read are left out.
 */
export async function writeListing(listing: Listing, wanted: Wanted, looking: Looking): Promise<Uint8Array> {
  const writer = new DirentWriter(wanted.room, wanted.kind);
  const { node } = listing;
  for (let { cookie } = wanted; ; ) {
    const part = await listing.after(cookie);
    const last = part.at(-1);
    if (last === undefined) return writer.bytes;
    cookie = last.cookie;
    const isFull = await looking.steadily(async () => {
      const stats = await Promise.all(part.map(({ name }) => lookAt(node, name, wanted.kind, looking)));
      return !part.every((entry, index) =>
        add(writer, { node, entry, stat: stats[index] ?? null }, wanted.kind, looking),
      );
    });
    if (isFull) return writer.bytes;
  }
}

const isSpecial = (name: ByteString): boolean => name === '.' || name === '..';

/** What a name stands for; null when it is gone, or what is known of it is enough. */
async function lookAt(
  node: Node,
  name: ByteString,
  kind: Wanted['kind'],
  { backing, tree }: Looking,
): Promise<Stat | null> {
  if (isSpecial(name) || (kind === 'plain' && node.children.has(name))) return null;
  return await backing.lstatIfThere(tree.pathIn(node, name));
}

interface Seen {
  readonly node: Node;
  readonly entry: Listed;
  readonly stat: Stat | null;
}

/** Adds an entry, unless it is gone. @returns false when the reply is full */
function add(
  writer: DirentWriter,
  { node, entry, stat }: Seen,
  kind: Wanted['kind'],
  { tree, answers }: Looking,
): boolean {
  const { name, type, cookie: off } = entry;
  if (isSpecial(name)) {
    const { ino } = name === '.' ? node : (node.names[0]?.parent ?? node);
    return writer.add({ ino, off, type, name });
  }
  if (kind === 'plain') {
    if (stat === null && !node.children.has(name)) return true;
    return writer.add({ ino: tree.inoAt(node, name, stat) ?? UNKNOWN_INO, off, type, name });
  }
  if (stat === null) return true;
  const child = tree.enter(node, name, stat, 'found');
  const isAdded = writer.add(
    { ino: child.ino, off, type: typeOfMode(stat.mode), name },
    answers.uncounted(child, stat),
  );
  if (isAdded) child.nlookup++;
  else tree.forget(child.nodeid, 0);
  return isAdded;
}
