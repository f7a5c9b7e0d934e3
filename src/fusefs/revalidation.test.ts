import { describe, expect, test } from 'vitest';
import { EACCES, EINTR, EIO, ELOOP, ENOENT, ENOMEM, ENOTDIR, ESTALE } from '../abi/errno.ts';
import { FUSE_ATTR_SUBMOUNT } from '../abi/fuse.ts';
import { O_CREAT, O_RDONLY, O_RDWR, S_IFDIR, S_IFREG } from '../abi/linux.ts';
import { chmod } from '../syscalls/attributes.ts';
import { close } from '../syscalls/descriptors.ts';
import { link } from '../syscalls/link.ts';
import { mkdir } from '../syscalls/mkdir.ts';
import { open } from '../syscalls/open.ts';
import { pread, write } from '../syscalls/read-write.ts';
import { rename } from '../syscalls/rename.ts';
import { fstat, stat } from '../syscalls/stat.ts';
import { unlink } from '../syscalls/unlink.ts';
import { chdir, getcwd } from '../syscalls/working-directory.ts';
import { entryOf } from './testing/operations.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';
import { attrOf } from './testing/tree.ts';

/** A file /f, nodeid 2, that has been looked up and is open: descriptor 3. */
function withOpenFile(script: Partial<Script> = {}): Scenario {
  const m = new Scenario({ attrValid: 100, ...script });
  m.server.tree.file('f', new Uint8Array(10));
  m.trace((t) => open(t, '/f', O_RDWR));
  return m;
}

describe('a name that has expired', () => {
  test('is asked for once more, and name and attributes hold again', () => {
    const m = new Scenario({ entryValid: 1, attrValid: 1 });
    m.server.tree.file('f', new Uint8Array(10));
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
    m.clock.advance(1000);
    m.does((t) => stat(t, '/f'));
    m.clock.advance(1);
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
    m.does((t) => stat(t, '/f'));
  });

  test('is dropped and looked up when the server has an error for it', () => {
    const m = withOpenFile();
    m.server.script.errors.LOOKUP = EACCES;
    m.fails(EACCES, (t) => stat(t, '/f'), "LOOKUP n=1 'f'", "LOOKUP n=1 'f'");
    m.server.script.errors.LOOKUP = ENOENT;
    m.fails(ENOENT, (t) => stat(t, '/f'), "LOOKUP n=1 'f'");
    m.server.script.errors = {};
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
  });

  test.each([ENOMEM, EINTR])('is kept when the server answers %s, which says nothing about it', (error) => {
    const m = withOpenFile();
    m.server.script.errors.LOOKUP = error;
    m.fails(error, (t) => stat(t, '/f'), "LOOKUP n=1 'f'");
    m.server.script.errors = {};
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
  });

  test('is given back at once and looked up when it names another node', () => {
    const m = withOpenFile();
    const { tree } = m.server;
    const other = tree.make(1n, 'other', S_IFREG | 0o644);
    tree.node(1n).children.set('f', other.nodeid);
    expect(m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'", "LOOKUP n=1 'f'", 'FORGET n=3 nlookup=1').ino).toBe(3n);
    expect(m.does((t) => fstat(t, 3)).ino).toBe(2n);
  });

  test('is dropped when the answer is nodeid 0', () => {
    const m = withOpenFile({ negativeValid: 100 });
    m.server.tree.node(1n).children.delete('f');
    m.fails(ENOENT, (t) => stat(t, '/f'), "LOOKUP n=1 'f'", "LOOKUP n=1 'f'");
    m.fails(ENOENT, (t) => stat(t, '/f'));
  });

  test('of a submount never holds', () => {
    const m = new Scenario({ attrValid: 100 });
    const dir = m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
    const entry = entryOf(m.server, dir);
    m.server.script.answers.LOOKUP = { body: { ...entry, attr: { ...attrOf(dir), flags: FUSE_ATTR_SUBMOUNT } } };
    m.does((t) => stat(t, '/d'), "LOOKUP n=1 'd'");
    m.does((t) => stat(t, '/d'), "LOOKUP n=1 'd'", "LOOKUP n=1 'd'", 'FORGET n=2 nlookup=1', 'FORGET n=2 nlookup=1');
  });

  test('of an absent file is looked up afresh', () => {
    const m = new Scenario({ negativeValid: 1 });
    m.fails(ENOENT, (t) => stat(t, '/x'), "LOOKUP n=1 'x'");
    m.fails(ENOENT, (t) => stat(t, '/x'));
    m.clock.advance(1001);
    m.fails(ENOENT, (t) => stat(t, '/x'), "LOOKUP n=1 'x'");
  });
});

test('that a name is absent is not believed when ENOENT said it', () => {
  const m = new Scenario({ entryValid: 100, attrValid: 100 });
  m.fails(ENOENT, (t) => stat(t, '/x'), "LOOKUP n=1 'x'");
  m.fails(ENOENT, (t) => stat(t, '/x'), "LOOKUP n=1 'x'");
});

test('validity has no end that a number could not hold', () => {
  const m = new Scenario({ entryValid: 2 ** 63, attrValid: 2 ** 63 });
  m.server.tree.file('f', new Uint8Array(0));
  m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
  m.clock.advance(1e12);
  m.does((t) => stat(t, '/f'));
});

describe('an inode whose nodeid is used again', () => {
  test('goes bad by another generation, and a new one takes its place', () => {
    const m = withOpenFile({ attrValid: 0 });
    m.server.script.generations.set(2n, 7n);
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'", "LOOKUP n=1 'f'", 'GETATTR n=2 flags=0 fh=0');
    m.fails(EIO, (t) => fstat(t, 3));
    m.fails(EIO, (t) => close(t, 3), 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0', 'FORGET n=2 nlookup=2');
    m.server.script.generations.clear();
    m.does(
      (t) => stat(t, '/f'),
      "LOOKUP n=1 'f'",
      "LOOKUP n=1 'f'",
      'GETATTR n=2 flags=0 fh=0',
      'FORGET n=2 nlookup=2',
    );
  });

  test('is the same when generations differ above 32 bits only', () => {
    const m = withOpenFile();
    m.server.script.generations.set(2n, 1n << 32n);
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
    m.does((t) => fstat(t, 3));
  });

  test('goes bad by another type', () => {
    const m = withOpenFile();
    m.server.tree.node(2n).mode = S_IFDIR | 0o755;
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'", "LOOKUP n=1 'f'");
    m.fails(EIO, (t) => fstat(t, 3));
  });
});

describe('a bad inode', () => {
  test('fails every call, but is released', () => {
    const m = withOpenFile({ attrValid: 0 });
    const attr = { ...attrOf(m.server.tree.node(2n)), size: 2 ** 63 };
    m.server.script.answers.GETATTR = { body: { attr_valid: 0, attr_valid_nsec: 0, attr } };
    m.fails(EIO, (t) => fstat(t, 3), 'GETATTR n=2 flags=0 fh=0');
    m.server.script.answers = {};
    m.fails(EIO, (t) => fstat(t, 3));
    m.fails(EIO, (t) => stat(t, '/f'), "LOOKUP n=1 'f'");
    m.fails(EIO, (t) => pread(t, 3, new Uint8Array(10), 0));
    m.fails(EIO, (t) => write(t, 3, new Uint8Array(1)));
    m.fails(EIO, (t) => close(t, 3), 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
    m.does(
      (t) => open(t, '/f', O_RDWR),
      "LOOKUP n=1 'f'",
      'OPEN n=2 flags=0x8002 open_flags=0x0',
      'FORGET n=2 nlookup=2',
    );
  });

  test('comes of attributes of another type', () => {
    const m = withOpenFile({ attrValid: 0 });
    m.server.tree.node(2n).mode = S_IFDIR | 0o755;
    m.fails(EIO, (t) => fstat(t, 3), 'GETATTR n=2 flags=0 fh=0');
    m.server.tree.node(2n).mode = S_IFREG | 0o644;
    m.fails(EIO, (t) => fstat(t, 3));
  });
});

describe('the root', () => {
  test('may not be found under a name; what came with it is believed all the same', () => {
    const m = new Scenario({ attrValid: 100 });
    m.server.tree.node(1n).mode = S_IFDIR | 0o700;
    m.server.tree.node(1n).children.set('q', 1n);
    m.fails(EIO, (t) => stat(t, '/q'), "LOOKUP n=1 'q'");
    expect(m.does((t) => stat(t, '/')).mode).toBe(S_IFDIR | 0o700);
  });

  test('goes bad when it is found to be no directory', () => {
    const m = new Scenario();
    m.server.tree.node(1n).children.set('q', 1n);
    m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
    m.server.tree.node(1n).mode = S_IFREG | 0o644;
    m.fails(EIO, (t) => stat(t, '/q'), "LOOKUP n=1 'q'");
    m.fails(EIO, (t) => stat(t, '/'));
  });
});

describe('a directory found under another name', () => {
  test('moves there with what is below it and who is in it', () => {
    const m = new Scenario({ attrValid: 100 });
    const { tree } = m.server;
    tree.make(1n, 'd', S_IFDIR | 0o755);
    tree.make(2n, 'e', S_IFDIR | 0o755);
    m.does((t) => chdir(t, '/d/e'), "LOOKUP n=1 'd'", "LOOKUP n=2 'e'", 'ACCESS n=3 mask=1');
    tree.node(1n).children.delete('d');
    tree.node(1n).children.set('d2', 2n);
    m.does((t) => stat(t, '/d2'), "LOOKUP n=1 'd2'");
    expect(m.run((t) => getcwd(t))).toBe('/d2/e');
  });

  test('comes back when it was dropped while in use', () => {
    const m = new Scenario({ attrValid: 100 });
    const { tree } = m.server;
    tree.make(1n, 'd', S_IFDIR | 0o755);
    m.trace((t) => chdir(t, '/d'));
    tree.node(1n).children.delete('d');
    m.fails(ENOENT, (t) => stat(t, '/d'), "LOOKUP n=1 'd'", "LOOKUP n=1 'd'");
    tree.node(1n).children.set('d', 2n);
    m.does((t) => stat(t, '/d'), "LOOKUP n=1 'd'");
    expect(m.run((t) => getcwd(t))).toBe('/d');
  });

  test('below itself is ELOOP', () => {
    const m = new Scenario({ attrValid: 100 });
    const { tree } = m.server;
    tree.make(1n, 'd', S_IFDIR | 0o755);
    tree.node(2n).children.set('up', 2n);
    m.fails(ELOOP, (t) => stat(t, '/d/up'), "LOOKUP n=1 'd'", "LOOKUP n=2 'up'");
  });

  test('by MKDIR moves there', () => {
    const m = new Scenario({ entryValid: 100, attrValid: 100 });
    const d = m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
    m.trace((t) => chdir(t, '/d'));
    m.server.script.answers.MKDIR = { body: entryOf(m.server, d) };
    m.does((t) => mkdir(t, '/e', 0o755), "LOOKUP n=1 'e'", "MKDIR n=1 mode=755 umask=22 'e'");
    expect(m.run((t) => getcwd(t))).toBe('/e');
    m.does((t) => stat(t, '/e'));
  });
});

describe('lookups', () => {
  test('are counted one by one and given back together when the last user has gone', () => {
    const m = withOpenFile();
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
    m.does((t) => link(t, '/f', '/g'), "LOOKUP n=1 'f'", "LOOKUP n=1 'g'", "LINK n=1 oldnodeid=2 'g'");
    m.does((t) => unlink(t, '/f'), "LOOKUP n=1 'f'", "UNLINK n=1 'f'");
    m.does((t) => unlink(t, '/g'), "LOOKUP n=1 'g'", "UNLINK n=1 'g'");
    m.does(
      (t) => close(t, 3),
      'FLUSH n=2 fh=101 lo=Y',
      'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0',
      'FORGET n=2 nlookup=6',
    );
  });

  test('are not given back before RELEASE is answered', () => {
    const m = withOpenFile({ entryValid: 100 });
    m.does((t) => unlink(t, '/f'), "UNLINK n=1 'f'");
    m.server.script.hold = ['RELEASE'];
    m.does((t) => close(t, 3), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
    m.server.letGo();
    m.settle();
    expect(m.server.takeLog()).toEqual(['FORGET n=2 nlookup=1']);
  });

  test('of CREATE and MKDIR count', () => {
    const m = new Scenario({ entryValid: 100, attrValid: 100 });
    m.trace((t) => open(t, '/f', O_CREAT | O_RDONLY, 0o600));
    m.trace((t) => close(t, 3));
    m.does((t) => unlink(t, '/f'), "UNLINK n=1 'f'", 'FORGET n=2 nlookup=1');
  });

  test('are not given back at unmount', () => {
    const m = withOpenFile({ entryValid: 100 });
    m.superblock.kill();
    m.settle();
    expect(m.server.takeLog()).toEqual([]);
  });
});

describe('a failed call', () => {
  test.each([ENOENT, EINTR])('of UNLINK drops the name with %s', (error) => {
    const m = new Scenario({ entryValid: 100, attrValid: 100 });
    m.server.tree.file('f', new Uint8Array(0));
    m.trace((t) => stat(t, '/f'));
    m.server.script.errors.UNLINK = error;
    m.fails(error, (t) => unlink(t, '/f'), "UNLINK n=1 'f'", 'FORGET n=2 nlookup=1');
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
  });

  test('of UNLINK leaves the name alone with other errors', () => {
    const m = new Scenario({ entryValid: 100, attrValid: 100 });
    m.server.tree.file('f', new Uint8Array(0));
    m.trace((t) => stat(t, '/f'));
    m.server.script.errors.UNLINK = EACCES;
    m.fails(EACCES, (t) => unlink(t, '/f'), "UNLINK n=1 'f'");
    m.does((t) => stat(t, '/f'));
  });

  test('of RENAME drops both names', () => {
    const m = new Scenario({ entryValid: 100, attrValid: 100 });
    m.server.tree.file('f', new Uint8Array(0));
    m.server.tree.file('g', new Uint8Array(0));
    m.trace((t) => stat(t, '/f'));
    m.server.script.errors.RENAME = ENOENT;
    m.fails(
      ENOENT,
      (t) => rename(t, '/f', '/g'),
      "LOOKUP n=1 'g'",
      "RENAME n=1 newdir=1 'f' -> 'g'",
      'FORGET n=2 nlookup=1',
      'FORGET n=3 nlookup=1',
    );
    m.does((t) => stat(t, '/f'), "LOOKUP n=1 'f'");
  });

  test('of SETATTR or LINK makes attributes stale with EINTR', () => {
    const m = new Scenario({ entryValid: 100, attrValid: 100, errors: { SETATTR: EINTR, LINK: EINTR } });
    m.server.tree.file('f', new Uint8Array(0));
    m.trace((t) => stat(t, '/f'));
    m.fails(EINTR, (t) => chmod(t, '/f', 0o600), 'SETATTR n=2 MODE fh=0 size=0 mode=100600 uid=0 gid=0');
    m.does((t) => stat(t, '/f'), 'GETATTR n=2 flags=0 fh=0');
    m.fails(EINTR, (t) => link(t, '/f', '/g'), "LOOKUP n=1 'g'", "LINK n=1 oldnodeid=2 'g'");
    m.does((t) => stat(t, '/f'), 'GETATTR n=2 flags=0 fh=0');
  });
});

describe('ESTALE', () => {
  test('of LOOKUP makes the walk ask once more', () => {
    const m = new Scenario({ errors: { LOOKUP: ESTALE } });
    m.fails(ESTALE, (t) => stat(t, '/f'), "LOOKUP n=1 'f'", "LOOKUP n=1 'f'");
  });

  test('of OPEN makes it look the name up and open again', () => {
    const m = new Scenario({ entryValid: 100, attrValid: 100, errors: { OPEN: ESTALE } });
    m.server.tree.file('f', new Uint8Array(0));
    m.trace((t) => stat(t, '/f'));
    m.fails(
      ESTALE,
      (t) => open(t, '/f', O_RDONLY),
      'OPEN n=2 flags=0x8000 open_flags=0x0',
      "LOOKUP n=1 'f'",
      'OPEN n=2 flags=0x8000 open_flags=0x0',
    );
  });

  test('of CREATE makes it look the name up and create again', () => {
    const m = new Scenario({ errors: { CREATE: ESTALE } });
    const create = "CREATE n=1 flags=0x8041 mode=100600 umask=22 open_flags=0x0 'f'";
    m.fails(ESTALE, (t) => open(t, '/f', O_CREAT | 1, 0o600), "LOOKUP n=1 'f'", create, "LOOKUP n=1 'f'", create);
  });
});

test('a file in the middle of a path is ENOTDIR without a request', () => {
  const m = withOpenFile({ entryValid: 100 });
  m.fails(ENOTDIR, (t) => stat(t, '/f/g'));
});

test('two tasks that want the same cold name share one LOOKUP', () => {
  const m = new Scenario({ entryValid: 100, attrValid: 100, hold: ['LOOKUP'] });
  m.server.tree.file('f', new Uint8Array(0));
  const first = m.start((t) => stat(t, '/f'));
  const second = m.start((t) => stat(t, '/f'));
  expect(m.server.takeLog()).toEqual(["LOOKUP n=1 'f'"]);
  m.server.letGo();
  m.settle();
  expect(first.end()).toMatchObject({ ino: 2n });
  expect(second.end()).toMatchObject({ ino: 2n });
  expect(m.server.takeLog()).toEqual([]);
});

test.each([
  [['PARALLEL_DIROPS'], ["LOOKUP n=1 'a'", "LOOKUP n=1 'b'"]],
  [[], ["LOOKUP n=1 'a'"]],
] as const)('with %s, lookups in one directory go %s at a time', (features, sent) => {
  const m = new Scenario({ features: [...features], hold: ['LOOKUP'] });
  const ends = ['/a', '/b'].map((path) => m.start((t) => stat(t, path)));
  expect(m.server.takeLog()).toEqual(sent);
  m.server.letGo();
  m.settle();
  expect(ends.map(({ end }) => end())).toEqual([ENOENT, ENOENT]);
});
