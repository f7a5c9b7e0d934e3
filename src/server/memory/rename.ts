import type { ByteString } from '../../abi/bytes.ts';
import { EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY } from '../../abi/errno.ts';
import { RENAME_EXCHANGE, RENAME_NOREPLACE } from '../../abi/linux.ts';
import type { Entry } from './directory.ts';
import { Directory, type Inode } from './inode.ts';
import type { Tree } from './tree.ts';

/** A name in a directory, whether it is there or not. */
interface Place {
  readonly directory: Directory;
  readonly name: ByteString;
}

/**
 * rename(2) and renameat2(2) with RENAME_NOREPLACE or RENAME_EXCHANGE.
 *
 * @throws EINVAL for other flags; ENAMETOOLONG; ENOENT; EEXIST; ENOENT for EXCHANGE without a target; EINVAL into the
 *   directory itself; ENOTEMPTY onto a directory that holds the source; ENOTDIR, EISDIR, ENOTEMPTY for the target.
 */
export function rename(tree: Tree, from: Place, to: Place, flags: number): void {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0) throw EINVAL;
  const exchange = (flags & RENAME_EXCHANGE) !== 0;
  const noReplace = (flags & RENAME_NOREPLACE) !== 0;
  if (exchange && noReplace) throw EINVAL;

  const source = tree.entry(from.directory, from.name);
  if (tree.lookup(to.directory, to.name) === null) {
    if (exchange) throw ENOENT;
    tree.checkNewName(to.directory, to.name);
    checkNotWithin(source.inode, to.directory);
    move(tree, from, source, to);
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
  replace(tree, from.directory, source, to.directory, target);
}

function move(tree: Tree, from: Place, source: Entry, to: Place): void {
  leave(tree, from.directory, source);
  tree.attach(to.directory, to.name, source.inode);
}

/** The target's entry stays, so that a listing under way shows its name once. */
function replace(tree: Tree, from: Directory, source: Entry, to: Directory, target: Entry): void {
  const victim = target.inode;
  leave(tree, from, source);
  target.inode = source.inode;
  tree.adopt(to, source.inode);
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

/** Takes the source's old name away; its links stay, for it has a new name at once. */
function leave(tree: Tree, from: Directory, source: Entry): void {
  const time = tree.now();
  from.entries.remove(source);
  if (source.inode instanceof Directory) from.nlink--;
  from.modified(time);
  source.inode.ctime = time;
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
