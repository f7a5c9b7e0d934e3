import { expect, test } from 'vitest';
import { ESTALE } from '../../abi/errno.ts';
import { S_IFDIR, S_IFREG } from '../../abi/linux.ts';
import { errnoOfCall } from '../testing/files.ts';
import type { Node } from './node.ts';
import { NodeTree } from './node-tree.ts';
import type { Stat } from './stat.ts';

const NEVER = { seconds: 0, nanoseconds: 0 };

const statOf = (ino: bigint, mode: number = S_IFREG, nlink = 1): Stat => ({
  dev: 1n,
  ino,
  mode,
  nlink,
  uid: 0,
  gid: 0,
  rdev: 0,
  size: 0,
  blocks: 0,
  blksize: 4096,
  atime: NEVER,
  mtime: NEVER,
  ctime: NEVER,
  changed: 0n,
  born: 0n,
});

/** A tree whose root was looked at. */
function start(): { tree: NodeTree; enter: (parent: Node, name: string, stat: Stat) => Node } {
  const tree = new NodeTree();
  tree.isOf(tree.root, statOf(1n, S_IFDIR));
  const enter = (parent: Node, name: string, stat: Stat): Node => {
    const node = tree.enter(parent, name, stat, 'found');
    node.nlookup++;
    return node;
  };
  return { tree, enter };
}

test('when everything is forgotten, in whatever order, nothing is left but the root', () => {
  const { tree, enter } = start();
  const directory = enter(tree.root, 'directory', statOf(2n, S_IFDIR));
  const below = enter(directory, 'below', statOf(3n, S_IFDIR));
  const files = Array.from({ length: 50 }, (_, at) => enter(below, `${at}`, statOf(BigInt(10 + at))));
  expect(tree.size).toBe(53);
  for (const node of [directory, below, ...files]) tree.forget(node.nodeid, 1);
  expect(tree.size).toBe(1);
  expect(tree.root.children.size).toBe(0);
});

test('of a file with very many names the newest are remembered', () => {
  const { tree, enter } = start();
  for (let at = 0; at < 100; at++) enter(tree.root, `${at}`, statOf(2n, S_IFREG, 100));
  const [node] = tree.root.children.values();
  expect(tree.pathsOf(node as Node)).toHaveLength(32);
  expect(tree.pathsOf(node as Node)[0]).toBe('/99');
});

test('a directory has one name: the last under which it was seen', () => {
  const { tree, enter } = start();
  const directory = enter(tree.root, 'old', statOf(2n, S_IFDIR));
  const file = enter(directory, 'file', statOf(3n));
  expect(enter(tree.root, 'new', statOf(2n, S_IFDIR))).toBe(directory);
  expect(tree.pathsOf(file)).toEqual(['/new/file']);
  expect([...tree.root.children.keys()]).toEqual(['new']);
});

test('a directory that seems to lie in itself is ESTALE', () => {
  const { tree, enter } = start();
  const directory = enter(tree.root, 'directory', statOf(2n, S_IFDIR));
  const below = enter(directory, 'below', statOf(3n, S_IFDIR));
  expect(errnoOfCall(() => enter(below, 'loop', statOf(2n, S_IFDIR)))).toBe(ESTALE);
  expect(tree.pathsOf(below)).toEqual(['/directory/below']);
});

test('files of another device have numbers of our own', () => {
  const { tree, enter } = start();
  const here = enter(tree.root, 'here', statOf(7n));
  const there = enter(tree.root, 'there', { ...statOf(7n), dev: 2n });
  expect(there).not.toBe(here);
  expect([here.ino, there.ino > 1n << 63n]).toEqual([7n, true]);
});
