import { expect, test } from 'vitest';
import { FUSE_ROOT_ID } from '../abi/fuse.ts';
import { pathServer } from './path-server.ts';
import { AsyncFiles } from './testing/async-files.ts';
import { emptyFs, holding, turns } from './testing/path-fs.ts';

const ROOT = FUSE_ROOT_ID;

/** Files /file and /other, and /directory/file, of which the client knows the directories only. */
async function start(names: Parameters<typeof holding>[1], when: 'before' | 'after') {
  const fs = emptyFs();
  const held = holding(fs, names, when);
  const files = new AsyncFiles(pathServer(held.fs));
  const { nodeid: directory } = await files.mkdir(ROOT, 'directory');
  for (const [parent, name] of [
    [ROOT, 'file'],
    [ROOT, 'other'],
    [directory, 'file'],
  ] as const) {
    const { nodeid, fh } = await files.create(parent, name);
    await files.release(nodeid, fh);
    files.forget(nodeid, 1);
  }
  return { files, held, directory };
}

test('two lookups of one new file at once are one nodeid with two counts', async () => {
  const { files, held } = await start(['lstat'], 'after');
  held.start();
  const both = Promise.all([files.lookup(ROOT, 'file'), files.lookup(ROOT, 'file')]);
  await (await held.next()).go();
  await held.stop();
  const [one, two] = await both;
  expect(two.nodeid).toBe(one.nodeid);
  files.forget(one.nodeid, 1);
  await files.stat(one.nodeid);
});

test('a lookup that saw a file before another was renamed over it leaves the name to that', async () => {
  const { files, held } = await start(['lstat'], 'after');
  const other = await files.lookup(ROOT, 'other');
  held.start(2);
  const lookup = files.lookup(ROOT, 'file');
  const seen = [await held.next(), await held.next()];
  const rename = files.rename(ROOT, 'other', ROOT, 'file');
  await turns();
  for (const each of seen) await each.go();
  expect((await lookup).nodeid).not.toBe(other.nodeid);
  await rename;
  expect((await files.stat(other.nodeid)).nlink).toBe(1);
  expect((await files.lookup(ROOT, 'file')).nodeid).toBe(other.nodeid);
});

test('a lookup below a directory that is being renamed finds what is there', async () => {
  const { files, held, directory } = await start(['rename'], 'before');
  held.start();
  const rename = files.rename(ROOT, 'directory', ROOT, 'moved');
  const moving = await held.next();
  const lookup = files.lookup(directory, 'file');
  await moving.go();
  await rename;
  expect((await lookup).attr.size).toBe(0);
});

test('a rename waits for calls under way below it, and those that come later wait for the rename', async () => {
  const { files, held, directory } = await start(['open', 'rename'], 'before');
  const { nodeid } = await files.lookup(directory, 'file');
  held.start();
  const open = files.open(nodeid);
  const opening = await held.next();
  const rename = files.rename(ROOT, 'directory', ROOT, 'moved');
  const create = files.create(directory, 'new');
  await turns();
  expect(held.waiting).toEqual([]);
  await opening.go();
  await open;
  const moving = await held.next();
  expect(moving.name).toBe('rename');
  await turns();
  expect(held.waiting).toEqual([]);
  await moving.go();
  await rename;
  await held.stop();
  const { nodeid: made } = await create;
  const moved = await files.lookup(ROOT, 'moved');
  expect((await files.lookup(moved.nodeid, 'new')).nodeid).toBe(made);
});

test('a lookup that saw a file before it was removed leaves the name to a new one', async () => {
  const { files, held } = await start(['lstat'], 'after');
  held.start(2);
  const lookup = files.lookup(ROOT, 'file');
  const seen = [await held.next(), await held.next()];
  const made = files.unlink(ROOT, 'file').then(() => files.create(ROOT, 'file'));
  await turns();
  for (const each of seen) await each.go();
  const { nodeid, fh } = await made;
  expect((await lookup).nodeid).not.toBe(nodeid);
  await files.release(nodeid, fh);
  expect((await files.stat(nodeid)).nlink).toBe(1);
  expect((await files.lookup(ROOT, 'file')).nodeid).toBe(nodeid);
});

test('a file that is forgotten while it is looked up again is known by what the lookup answered', async () => {
  const { files, held } = await start(['lstat'], 'after');
  const before = await files.lookup(ROOT, 'file');
  held.start();
  const lookup = files.lookup(ROOT, 'file');
  const seen = await held.next();
  files.forget(before.nodeid, 1);
  await seen.go();
  await held.stop();
  const after = await lookup;
  expect((await files.stat(after.nodeid)).size).toBe(0);
});

test('closing waits for what is done with the file', async () => {
  const fs = emptyFs();
  const order: string[] = [];
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slow = new Proxy(fs, {
    get(target, name) {
      if (name !== 'open') return Reflect.get(target, name);
      return async (path: string, flags: number, mode?: number) => {
        const file = await target.open(path, flags, ...(mode === undefined ? [] : [mode]));
        return {
          stat: (options?: { bigint: boolean }) => file.stat(options),
          read: async (...args: Parameters<typeof file.read>) => {
            await held;
            order.push('read');
            return await file.read(...args);
          },
          close: async () => {
            order.push('close');
            await file.close();
          },
        };
      };
    },
  });
  const files = new AsyncFiles(pathServer(slow));
  const { nodeid, fh } = await files.create(ROOT, 'file');
  const read = files.read(nodeid, fh);
  const release = files.release(nodeid, fh);
  letGo();
  await Promise.all([read, release]);
  expect(order).toEqual(['read', 'close']);
});
