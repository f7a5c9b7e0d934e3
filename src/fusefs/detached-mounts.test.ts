import { expect, test } from 'vitest';
import { ENOENT } from '../abi/errno.ts';
import { O_CREAT, O_RDWR, S_IFDIR } from '../abi/linux.ts';
import { NOTIFY_DELETE, NOTIFY_INVAL_ENTRY } from '../abi/notify.ts';
import { open } from '../syscalls/open.ts';
import { fstat, stat } from '../syscalls/stat.ts';
import { chdir, getcwd } from '../syscalls/working-directory.ts';
import { Mount } from '../vfs/mount.ts';
import { walk } from '../vfs/walk.ts';
import { takeNotifications } from './notifications.ts';
import { FuseSuperblock } from './superblock.ts';
import { Scenario } from './testing/scenario.ts';

// What is mounted on a name, or below it, is taken away when the name goes.

/** Another file system, device 43, mounted on /d/e (nodeids 2 and 3). */
function mountedBelow(entryValid = 1000) {
  const m = new Scenario({ entryValid, attrValid: 1000 });
  m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
  m.server.tree.make(2n, 'e', S_IFDIR | 0o755);
  const other = new FuseSuperblock(m.connection, 43); // by the same server, whose notifications stay the first one's
  takeNotifications(m.superblock);
  const at = m.run((t) => walk(t, m.process, null, '/d/e', { follow: true }));
  const mount = new Mount(other, other.root.hold(), at);
  at.release();
  const device = (path: string): number => {
    const { result } = m.trace((t) => stat(t, path));
    return 'dev' in result ? result.dev : -1;
  };
  expect(device('/d/e')).toBe(43);
  return { m, mount, device };
}

test('when the server drops a name above it', () => {
  const { m, mount, device } = mountedBelow();
  m.server.notify(NOTIFY_INVAL_ENTRY, { body: { parent: 1n, namelen: 1, flags: 0 }, tail: 'd' });
  expect(mount.at).toBeNull();
  expect(device('/d/e')).toBe(42);
});

test('when the server deletes its directory, which is not in use then', () => {
  const { m, mount } = mountedBelow();
  const told = m.server.notify(NOTIFY_DELETE, { body: { parent: 1n, child: 2n, namelen: 1 }, tail: 'd' });
  expect([told, mount.at]).toEqual([null, null]);
});

test('when a name above it turns out to mean another file', () => {
  const { m, mount, device } = mountedBelow(0);
  m.server.tree.node(1n).children.delete('d');
  const other = m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
  m.server.tree.make(other.nodeid, 'e', S_IFDIR | 0o755);
  expect(device('/d/e')).toBe(42);
  expect(mount.at).toBeNull();
});

test('who is in there stays, and finds no way out', () => {
  const { m, device } = mountedBelow();
  m.run((t) => chdir(t, '/d/e'));
  const fd = m.run((t) => open(t, 'f', O_CREAT | O_RDWR, 0o644));
  m.server.notify(NOTIFY_INVAL_ENTRY, { body: { parent: 1n, namelen: 1, flags: 0 }, tail: 'd' });
  expect(m.run((t) => fstat(t, fd)).dev).toBe(43);
  expect([device('f'), device('..'), device('/d/e')]).toEqual([43, 43, 42]);
  expect(m.run((t) => getcwd(t))).toBe('(unreachable)/');
});

test('a directory that is only moved keeps it', () => {
  const { m, mount, device } = mountedBelow(0);
  const { children } = m.server.tree.node(1n);
  children.set('moved', children.get('d') ?? 0n);
  children.delete('d');
  expect(device('/moved/e')).toBe(43);
  expect(mount.at?.dentry.name).toBe('e');
  m.fails(ENOENT, (t) => stat(t, '/d'), "LOOKUP n=1 'd'");
});
