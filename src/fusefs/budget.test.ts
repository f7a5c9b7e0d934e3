import { expect, test } from 'vitest';
import { O_RDONLY, S_IFDIR, S_IFREG } from '../abi/linux.ts';
import { close } from '../syscalls/descriptors.ts';
import { open } from '../syscalls/open.ts';
import { stat } from '../syscalls/stat.ts';
import { DentryCache } from '../vfs/dentry-cache.ts';
import { Machine } from './testing/machine.ts';

/** A server that lets everything be cached, with files f0, f1 and so on in the root. */
function withFiles(count: number, budget: number) {
  const dentryCache = new DentryCache(budget);
  const m = new Machine({ entryValid: 1000, attrValid: 1000 }, {}, { dentryCache });
  for (let i = 0; i < count; i++) m.server.tree.make(1n, `f${i}`, S_IFREG | 0o644);
  return { m, dentryCache };
}

const look = (m: Machine, path: string): string[] => m.trace((task) => stat(task, path)).log;

test('above the budget the name that was used least lately is forgotten', () => {
  const { m, dentryCache } = withFiles(4, 2);
  look(m, '/f0');
  look(m, '/f1');
  expect(look(m, '/f0'), 'it is cached').toEqual([]);
  expect(look(m, '/f2').map((line) => line.split(' ')[0])).toEqual(['LOOKUP', 'FORGET']);
  expect(dentryCache.count).toBe(2);
  expect(look(m, '/f0'), 'it was used').toEqual([]);
  expect(
    look(m, '/f1').map((line) => line.split(' ')[0]),
    'it was not',
  ).toEqual(['LOOKUP', 'FORGET']);
});

test('many names used once take none away that is used again and again', () => {
  const { m } = withFiles(200, 10);
  look(m, '/f0');
  for (let i = 1; i < 200; i++) {
    look(m, `/f${i}`);
    expect(look(m, '/f0')).toEqual([]);
  }
});

test('with a large budget names go many at a time, in one message', () => {
  const { m, dentryCache } = withFiles(2049, 2048);
  for (let i = 0; i < 2048; i++) look(m, `/f${i}`);
  const messages: string[] = [];
  m.connection.events.on(({ step, request }) => {
    if (step === 'read') messages.push(request.opcode.name);
  });
  look(m, '/f2048');
  expect(messages).toEqual(['LOOKUP', 'BATCH_FORGET']);
  expect(dentryCache.count).toBe(2048 - 127);
});

test('names in use may be more than the budget, and go when they are not', () => {
  const { m, dentryCache } = withFiles(20, 3);
  const fds = Array.from({ length: 10 }, (_, i) => m.run((task) => open(task, `/f${i}`, O_RDONLY)));
  expect(dentryCache.count).toBe(10);
  for (const fd of fds) m.run((task) => close(task, fd));
  look(m, '/f11');
  expect(dentryCache.count).toBe(3);
});

test('a directory goes after what is in it', () => {
  const { m, dentryCache } = withFiles(1, 2);
  const d = m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
  const g = m.server.tree.make(d.nodeid, 'g', S_IFREG | 0o644);
  look(m, '/d/g');
  expect(look(m, '/f0').filter((line) => line.startsWith('FORGET'))).toEqual([`FORGET n=${g.nodeid} nlookup=1`]);
  dentryCache.shrink(0);
  expect(m.server.takeLog()).toContain(`FORGET n=${d.nodeid} nlookup=1`);
  expect(m.superblock.root.children.size).toBe(0);
});

test('all that nobody uses goes when asked for', () => {
  const { m, dentryCache } = withFiles(5, 1000);
  const fd = m.run((task) => open(task, '/f0', O_RDONLY));
  for (let i = 1; i < 5; i++) look(m, `/f${i}`);
  dentryCache.shrink(3);
  expect(dentryCache.count).toBe(3);
  dentryCache.shrink(0);
  expect([...m.superblock.root.children.keys()]).toEqual(['f0']);
  m.run((task) => close(task, fd));
});
