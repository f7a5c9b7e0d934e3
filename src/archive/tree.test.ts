import { beforeEach, describe, expect, test } from 'vitest';
import type { ByteString } from '../abi/bytes.ts';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../abi/linux.ts';
import type { Entry } from './entry.ts';
import { Directory, type Inode } from './inode.ts';
import { Tree } from './tree.ts';

const owner = { uid: 1, gid: 2, mtime: { seconds: 3, nanoseconds: 0 } };
const nothing = {
  uid: null,
  gid: null,
  mtime: null,
  atime: null,
  ctime: null,
  rdev: 0,
  content: null,
  xattrs: new Map(),
};

const file = (path: ByteString, mode = 0o644): Entry => ({
  ...nothing,
  path,
  mode: S_IFREG | mode,
  target: null,
  hardLinkTo: null,
});
const directory = (path: ByteString, mode = 0o700): Entry => ({ ...file(path), mode: S_IFDIR | mode });
const symlink = (path: ByteString, target: ByteString): Entry => ({ ...file(path), mode: S_IFLNK | 0o777, target });
const link = (path: ByteString, hardLinkTo: ByteString): Entry => ({ ...file(path), hardLinkTo });

let log: string[];
beforeEach(() => {
  log = [];
});

function build(...entries: readonly Entry[]): Tree {
  const tree = new Tree({ ...owner, maxInodes: 100, complain: (path, problem) => log.push(`${path} ${problem}`) });
  for (const entry of entries) tree.add(entry);
  return tree;
}

/** Every path with its type and permissions, and number of links. */
function shown(tree: Tree): string[] {
  const visit = (inode: Inode, path: string): string[] => {
    const line = `${path || '/'} ${inode.attributes.mode.toString(8)} ${inode.nlink}`;
    const within = inode instanceof Directory ? inode.list.slice(2) : [];
    return [line, ...within.flatMap(([name, each]) => visit(each, `${path}/${name}`))];
  };
  return visit(tree.root, '');
}

describe('the tree of an archive', () => {
  test('has directories that no member names', () => {
    const tree = build(file('a/b/f'));
    expect(shown(tree)).toEqual(['/ 40755 3', '/a 40755 3', '/a/b 40755 2', '/a/b/f 100644 1']);
    expect(tree.root.get('a')?.attributes).toMatchObject({ ...owner, atime: owner.mtime });
  });

  test('takes slashes and dots for nothing', () => {
    expect(shown(build(file('/a'), file('.//./b'), directory('c//')))).toEqual([
      '/ 40755 3',
      '/a 100644 1',
      '/b 100644 1',
      '/c 40700 2',
    ]);
  });

  test('has a root with what the archive says of it', () => {
    expect(shown(build(directory('./', 0o711)))).toEqual(['/ 40711 2']);
  });

  test('keeps the last of members with one name', () => {
    const tree = build(
      file('f', 0o600),
      link('g', 'f'),
      file('f', 0o640),
      directory('d'),
      file('d/x'),
      directory('d', 0o755),
    );
    expect(shown(tree)).toEqual(['/ 40755 3', '/g 100600 1', '/f 100640 1', '/d 40755 2', '/d/x 100644 1']);
    expect(log).toEqual([]);
  });

  test('puts a directory in place of a file, a file in place of an empty directory alone', () => {
    const tree = build(file('a'), directory('a'), directory('b'), file('b'), file('c/x'), file('c'));
    expect(shown(tree)).toEqual(['/ 40755 4', '/a 40700 2', '/b 100644 1', '/c 40755 2', '/c/x 100644 1']);
    expect(log).toEqual(['c is left out: a directory of this name is not empty']);
  });

  test('forgets what was replaced', () => {
    const tree = build(file('f'), file('f'), directory('d'), file('d'));
    expect(tree.size).toBe(3);
  });

  test('counts a name once when a hard link is repeated, or is one to itself', () => {
    expect(shown(build(file('f'), link('g', 'f'), link('g', 'f'), link('f', 'f')))).toEqual([
      '/ 40755 2',
      '/f 100644 2',
      '/g 100644 2',
    ]);
  });
});

describe('a hostile member is left out:', () => {
  const long = 'x'.repeat(256);
  test.for<[string, Entry[], string]>([
    ['one that climbs', [file('../f')], "'..' is in its name"],
    ['one that climbs on its way', [file('a/../../f')], "'..' is in its name"],
    ['one below a file', [file('f'), file('f/x')], 'a file or a symlink is in place of its directory'],
    ['one below a symlink', [symlink('l', '/etc'), file('l/x')], 'a file or a symlink is in place of its directory'],
    ['one below a symlink further up', [symlink('l', '.'), file('l/l/x')], 'a file or a symlink is in place of'],
    ['one without a name', [file('')], 'it has no name'],
    ['one in place of the root', [file('./')], 'it would take the place of the root'],
    ['a symlink in place of the root', [symlink('/', '/etc')], 'it would take the place of the root'],
    ['one with a NUL in its name', [file('a\0b')], 'a NUL is in its name'],
    ['one with a name that is too long', [file(`a/${long}`)], 'longer than 255 bytes'],
    ['one with a path that is too long', [file('a/'.repeat(2048))], 'longer than 4095 bytes'],
    ['a symlink to nothing', [symlink('l', '')], 'its target is no path'],
    ['a symlink with a NUL in its target', [symlink('l', 'a\0b')], 'its target is no path'],
    ['a symlink with an endless target', [symlink('l', 'x'.repeat(4096))], 'target is longer than 4095 bytes'],
    ['a hard link to nothing', [link('a', 'b')], 'there is no file that it is another name of'],
    ['a hard link to a directory', [directory('d'), link('a', 'd')], 'there is no file that it is another name of'],
    ['a hard link through a symlink', [file('d/f'), symlink('l', 'd'), link('a', 'l/f')], 'there is no file that'],
    ['a hard link that climbs', [file('f'), link('a', '../f')], 'there is no file that it is another name of'],
  ])('%s', ([, entries, complaint]) => {
    const good = entries.slice(0, -1);
    const before = shown(build(...good));
    const after = shown(build(...entries));
    expect(log).toEqual([expect.stringContaining(`is left out: `)]);
    expect(log[0]).toContain(complaint);
    expect(after.filter((line) => !before.includes(line)).filter((line) => !line.includes(' 40755 '))).toEqual([]);
  });

  test('a circle of hard links', () => {
    expect(shown(build(link('a', 'b'), link('b', 'a')))).toEqual(['/ 40755 2']);
    expect(log).toHaveLength(2);
  });
});

test('an archive with more files than there may be is refused', () => {
  expect(() => build(file(`${'a/'.repeat(100)}f`))).toThrow('more than 100 files; maxInodes allows more');
});

test('an archive whose xattrs would fill the memory is refused', () => {
  const value = 'x'.repeat(2 ** 16);
  const xattrs = new Map(Array.from({ length: 1000 }, (_, i) => [`user.${i}`, value]));
  const tree = build(...Array.from({ length: 8 }, (_, i) => ({ ...file(`f${i}`), xattrs })));
  expect(() => tree.add({ ...file('f'), xattrs })).toThrow('more than 536870912 bytes of names, targets and xattrs');
});
