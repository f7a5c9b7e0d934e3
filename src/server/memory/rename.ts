import type { ByteString } from '../../abi/bytes.ts';
import { EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY } from '../../abi/errno.ts';
import { RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT } from '../../abi/linux.ts';
import type { Entry } from './directory.ts';
import { Directory, type Inode } from './inode.ts';
import type { Maker, Tree } from './tree.ts';

/** A name in a directory, whether it is there or not. */
interface Place {
  readonly directory: Directory;
  readonly name: ByteString;
}

/** How to rename: renameat2(2)'s flags, and who does it, whom a whiteout will belong to. */
interface How {
  readonly flags: number;
  readonly by: Omit<Maker, 'mode'>;
}

/**
 * renameat2(2). RENAME_WHITEOUT leaves a whiteout, as tmpfs does: a character device 0:0 of mode 0.
 *
 * @throws EINVAL for an unknown flag, or RENAME_EXCHANGE with another; ENAMETOOLONG; ENOENT; EEXIST; ENOENT for EXCHANGE
 *   without a target; EINVAL into the directory itself; ENOTEMPTY onto a directory that holds the source; ENOTDIR, EISDIR,
 *   ENOTEMPTY for the target; ENOSPC for a whiteout.
 * @see Linux mm/shmem.c, shmem_rename2()
 */
export function rename(tree: Tree, from: Place, to: Place, { flags, by }: How): void {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) throw EINVAL;
  const exchange = (flags & RENAME_EXCHANGE) !== 0;
  const noReplace = (flags & RENAME_NOREPLACE) !== 0;
  if (exchange && flags !== RENAME_EXCHANGE) throw EINVAL;
  const left = (): Inode | null => ((flags & RENAME_WHITEOUT) !== 0 ? tree.createWhiteout(from.directory, by) : null);

  const source = tree.entry(from.directory, from.name);
  if (tree.lookup(to.directory, to.name) === null) {
    if (exchange) throw ENOENT;
    tree.checkNewName(to.directory, to.name);
    checkNotWithin(source.inode, to.directory);
    move(tree, { from, source, left: left() }, to);
    return;
  }
  if (noReplace) throw EEXIST;
  const target = tree.entry(to.directory, to.name);
  if (source.inode === target.inode) return;
  checkNotWithin(source.inode, to.directory);
  if (exchange) {
    checkNotWithin(target.inode, from.directory);
    swap(tree, from.directory, source, to.directory, target);
    return;
  }
  if (target.inode instanceof Directory && from.directory.isWithin(target.inode)) throw ENOTEMPTY;
  checkReplaceable(source.inode, target.inode);
  replace(tree, { from, source, left: left() }, to.directory, target);
}

/** An entry that moves away from a place, and the whiteout that it leaves, if any. */
interface Leaving {
  readonly from: Place;
  readonly source: Entry;
  readonly left: Inode | null;
}

function move(tree: Tree, leaving: Leaving, to: Place): void {
  tree.attach(to.directory, to.name, leave(tree, leaving));
}

/** The target's entry stays, so that a listing under way shows its name once. */
function replace(tree: Tree, leaving: Leaving, to: Directory, target: Entry): void {
  const victim = target.inode;
  target.inode = leave(tree, leaving);
  tree.adopt(to, target.inode);
  to.modified(tree.now());
  victim.ctime = tree.now();
  if (victim instanceof Directory) {
    to.nlink--;
    victim.nlink = 0;
  } else victim.nlink--;
  tree.release(victim);
}

function swap(tree: Tree, from: Directory, source: Entry, to: Directory, target: Entry): void {
  const time = tree.now();
  const [moving, coming] = [source.inode, target.inode];
  source.inode = coming;
  target.inode = moving;
  for (const [inode, old, parent] of [[moving, from, to] as const, [coming, to, from] as const]) {
    if (inode instanceof Directory) old.nlink--;
    tree.adopt(parent, inode);
    inode.ctime = time;
  }
  from.modified(time);
  to.modified(time);
}

/** Takes the source's old name away, and returns what had it; its links stay, for it has a new name at once. */
function leave(tree: Tree, { from: { directory }, source, left }: Leaving): Inode {
  const time = tree.now();
  const { inode } = source;
  if (left === null) directory.entries.remove(source);
  else source.inode = left;
  if (inode instanceof Directory) directory.nlink--;
  directory.modified(time);
  inode.ctime = time;
  return inode;
}

function checkNotWithin(inode: Inode, directory: Directory): void {
  if (inode instanceof Directory && directory.isWithin(inode)) throw EINVAL;
}

function checkReplaceable(source: Inode, target: Inode): void {
  if (target instanceof Directory) {
    if (!(source instanceof Directory)) throw EISDIR;
    if (target.entries.size > 0) throw ENOTEMPTY;
  } else if (source instanceof Directory) throw ENOTDIR;
}
