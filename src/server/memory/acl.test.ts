import { describe, expect, test } from 'vitest';
import { EACCES, EINVAL, ENOSPC } from '../../abi/errno.ts';
import { S_IFDIR, S_IFREG } from '../../abi/linux.ts';
import { ACL_ACCESS, ACL_DEFAULT, decodeAcl, encodeAcl } from '../../abi/posix-acl.ts';
import { errnoOfCall } from '../testing/files.ts';
import { followMode, inherit, setAcl } from './acl.ts';
import type { Inode } from './inode.ts';
import { Tree } from './tree.ts';

const tags = { u: 1, U: 2, g: 4, G: 8, m: 0x10, o: 0x20 };

/** A list as `u7 U5 g4 m7 o0`: tags, U and G of somebody, and what they may. */
const list = (text: string): Uint8Array =>
  encodeAcl(
    text.split(' ').map((word) => ({
      tag: tags[word[0] as keyof typeof tags],
      permissions: Number(word[1]),
      id: /[UG]/.test(word) ? 5 : 0xffff_ffff,
    })),
  );

function shown(inode: Inode, name: typeof ACL_ACCESS): string | null {
  const value = inode.xattrs.tryGet(name);
  if (value === undefined) return null;
  const letters = Object.entries(tags);
  return (decodeAcl(value) ?? [])
    .map(({ tag, permissions }) => `${letters.find(([, number]) => number === tag)?.[0]}${permissions}`)
    .join(' ');
}

function made(maxBytes = 10_000): { tree: Tree; file: Inode; directory: Inode } {
  const root = { uid: 0, gid: 0, mode: S_IFDIR | 0o755 };
  const tree = new Tree({ maxBytes, maxInodes: 10, now: () => ({ seconds: 0, nanoseconds: 0 }), root });
  const file = tree.create(tree.root, 'f', { uid: 1, gid: 1, mode: S_IFREG | 0o2775 });
  return { tree, file, directory: tree.root };
}

describe('setting a list', () => {
  test('makes the mode of its owner, mask and others', () => {
    const { file } = made();
    setAcl(file, ACL_ACCESS, list('u6 U7 g1 m5 o4'), 'stays');
    expect(file.mode).toBe(S_IFREG | 0o2654);
    expect(shown(file, ACL_ACCESS)).toBe('u6 U7 g1 m5 o4');
  });

  test('that says no more than a mode only sets the mode', () => {
    const { file } = made();
    setAcl(file, ACL_ACCESS, list('u6 U7 g1 m5 o4'), 'stays');
    setAcl(file, ACL_ACCESS, list('u7 g0 o1'), 'goes');
    expect(file.mode).toBe(S_IFREG | 0o701);
    expect(shown(file, ACL_ACCESS)).toBeNull();
  });

  test('for what is made in a directory leaves its mode alone', () => {
    const { directory } = made();
    setAcl(directory, ACL_DEFAULT, list('u0 g0 o0'), 'stays');
    expect(directory.mode).toBe(S_IFDIR | 0o755);
    expect(shown(directory, ACL_DEFAULT)).toBe('u0 g0 o0');
    setAcl(directory, ACL_DEFAULT, encodeAcl([]), 'stays');
    expect(shown(directory, ACL_DEFAULT)).toBeNull();
  });

  test('that cannot be changes nothing', () => {
    const { file } = made(0);
    expect(errnoOfCall(() => setAcl(file, ACL_ACCESS, list('u6 U7 g1 o4'), 'goes'))).toBe(EINVAL);
    expect(errnoOfCall(() => setAcl(file, ACL_DEFAULT, list('u6 g1 o4'), 'goes'))).toBe(EACCES);
    expect(errnoOfCall(() => setAcl(file, ACL_ACCESS, list('u6 U7 g1 m5 o4'), 'goes'))).toBe(ENOSPC);
    expect(file.mode).toBe(S_IFREG | 0o2775);
  });
});

test('a new mode changes the lines of owner and others, and the mask', () => {
  const { file } = made();
  setAcl(file, ACL_ACCESS, list('u6 U7 g1 m5 o4'), 'stays');
  file.mode = S_IFREG | 0o741;
  followMode(file);
  expect(shown(file, ACL_ACCESS)).toBe('u7 U7 g1 m4 o1');
});

describe('a new file', () => {
  test('has the mode without the umask where the directory has no list for it', () => {
    expect(inherit(made().directory, S_IFREG | 0o6666, 0o7027)).toEqual({ mode: S_IFREG | 0o6640, xattrs: [] });
  });

  test('has the list as far as the mode goes, and no umask', () => {
    const { directory, tree } = made();
    setAcl(directory, ACL_DEFAULT, list('u7 U6 g5 m7 o5'), 'stays');
    const heir = inherit(directory, S_IFREG | 0o640, 0o077);
    const file = tree.create(tree.root, 'g', { uid: 0, gid: 0, ...heir });
    expect(file.mode).toBe(S_IFREG | 0o640);
    expect(shown(file, ACL_ACCESS)).toBe('u6 U6 g5 m4 o0');
    expect(shown(file, ACL_DEFAULT)).toBeNull();
  });

  test('that is a directory hands the list on', () => {
    const { directory } = made();
    setAcl(directory, ACL_DEFAULT, list('u7 g5 o5'), 'stays');
    const { mode, xattrs } = inherit(directory, S_IFDIR | 0o777, 0o077);
    expect(mode).toBe(S_IFDIR | 0o755);
    expect(xattrs.map(([name]) => name)).toEqual([ACL_DEFAULT]);
  });

  test('whose lists do not fit leaves nothing behind', () => {
    const { directory, tree } = made(90);
    setAcl(directory, ACL_DEFAULT, list('u7 U6 g5 m7 o5'), 'stays');
    const [free, inodes] = [tree.bytes.free, tree.inodes.free];
    const heir = inherit(directory, S_IFDIR | 0o777, 0);
    expect(errnoOfCall(() => tree.create(tree.root, 'd', { uid: 0, gid: 0, ...heir }))).toBe(ENOSPC);
    expect([tree.bytes.free, tree.inodes.free]).toEqual([free, inodes]);
    expect(tree.lookup(tree.root, 'd')).toBeNull();
  });
});
