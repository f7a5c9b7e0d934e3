import { appendFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Mounted, mount } from 'fusewire';
import { ENODATA, ENOSPC } from 'fusewire/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getxattr } from '../src/syscalls/xattr.ts';
import { Locks } from './key-value/locks.ts';
import { type Entry, LogStore, type Store } from './key-value/log-store.ts';
import keyValue from './key-value.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A store in memory whose changes can be held up, and made to fail. */
class TestStore implements Store {
  readonly entries = new Map<string, Entry>();
  readonly log: string[] = [];
  gate: Promise<void> = Promise.resolve();
  failure: unknown = null;

  constructor(texts: Readonly<Record<string, string>> = {}) {
    for (const [key, text] of Object.entries(texts)) this.entries.set(key, { value: encode(text), modified: 0 });
  }

  get texts(): Record<string, string> {
    return Object.fromEntries([...this.entries].map(([key, { value }]) => [key, Buffer.from(value).toString()]));
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.entries.get(key);
  }

  async set(key: string, { value, modified }: Entry): Promise<void> {
    this.log.push(`set ${key}`);
    const copy = value.slice();
    await this.gate;
    if (this.failure !== null) throw this.failure;
    this.entries.set(key, { value: copy, modified });
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.entries.keys()].filter((key) => key.startsWith(prefix));
  }

  async sync(): Promise<void> {
    this.log.push('sync');
  }
}

describe('the tree of keys', () => {
  const NOW = Date.parse('2026-07-01T12:00:00.250Z');
  let store: TestStore;
  let mounted: Mounted;

  beforeEach(async () => {
    store = new TestStore({ a: '1', 'd/e': '2', 'd/f/g': '3', 'h/': '' });
    mounted = await mount(keyValue(store, () => NOW));
  });

  afterEach(() => mounted.unmount());

  test('slashes in keys make directories', async () => {
    const { promises } = mounted.fs;
    expect(await promises.readdir('/')).toEqual(['a', 'd', 'h']);
    expect(await promises.readdir('/d')).toEqual(['e', 'f']);
    expect(await promises.readdir('/h')).toEqual([]);
    expect(await promises.readFile('/d/f/g', 'utf8')).toBe('3');
    expect((await promises.stat('/d')).isDirectory()).toBe(true);
  });

  test('keys that are no paths are not shown', async () => {
    for (const key of ['/x', 'd//y', '..', 'd/./z', 'n\0n']) store.entries.set(key, { value: encode(''), modified: 0 });
    expect(await mounted.fs.promises.readdir('/')).toEqual(['a', 'd', 'h']);
    expect(await mounted.fs.promises.readdir('/d')).toEqual(['e', 'f']);
  });

  test('what is written is in the store when the file is closed, and not before', async () => {
    const handle = await mounted.fs.promises.open('/a', 'r+');
    await handle.write('new', 1);
    expect(store.texts.a).toBe('1');
    await handle.close();
    expect(store.entries.get('a')).toEqual({ value: encode('1new'), modified: NOW });
  });

  test('fsync brings a file to the store and the store to the disk', async () => {
    const handle = await mounted.fs.promises.open('/a', 'r+');
    await handle.write('9', 0);
    await handle.sync();
    expect([store.texts.a, ...store.log]).toEqual(['9', 'set a', 'sync']);
    await handle.close();
    expect(store.log).toEqual(['set a', 'sync']);
  });

  test('an error of the store is what close says, and the next fsync tries again', async () => {
    const handle = await mounted.fs.promises.open('/a', 'r+');
    await handle.write('9', 0);
    store.failure = ENOSPC;
    await expect(handle.sync()).rejects.toMatchObject({ code: 'ENOSPC' });
    store.failure = null;
    await handle.sync();
    expect(store.texts.a).toBe('9');
    await handle.write('8', 0);
    store.failure = ENOSPC;
    await expect(handle.close()).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  test('two that append to one file lose nothing', async () => {
    const { promises } = mounted.fs;
    const [one, other] = [await promises.open('/log', 'a'), await promises.open('/log', 'a')];
    for (const handle of [one, other, one, other]) await handle.write(handle === one ? 'x' : 'y');
    await Promise.all([one.close(), other.close()]);
    expect(store.texts.log).toBe('xyxy');
  });

  test('a file is cut, with and without being open', async () => {
    const { promises } = mounted.fs;
    await promises.writeFile('/long', '0123456789');
    await promises.truncate('/long', 4);
    expect(store.texts.long).toBe('0123');
    const handle = await promises.open('/long', 'w');
    expect((await handle.stat()).size).toBe(0);
    await handle.close();
    expect(store.texts.long).toBe('');
    await expect(promises.truncate('/long', 2 ** 40)).rejects.toMatchObject({ code: 'EFBIG' });
  });

  test('times are kept in milliseconds, and go along when a file is renamed', async () => {
    const { promises } = mounted.fs;
    await promises.utimes('/d/e', 0, 1234.567);
    await promises.rename('/d', '/moved');
    expect((await promises.stat('/moved/e')).mtimeMs).toBe(1_234_567);
  });

  test('modes and owners are accepted and not kept', async () => {
    const { promises } = mounted.fs;
    const before = await promises.stat('/a');
    await promises.chmod('/a', 0o600);
    await promises.chown('/a', 7, 7);
    expect(await promises.stat('/a')).toMatchObject({ mode: before.mode, uid: before.uid, mtimeMs: 0 });
  });

  test('each file has its key as an extended attribute', async () => {
    const { kernel, process, credentials } = mounted;
    const read = (name: string) => kernel.run(process, credentials, (task) => getxattr(task, '/d/f/g', name, 100));
    expect(await read('user.key')).toEqual(encode('d/f/g'));
    await expect(read('user.other')).rejects.toBe(ENODATA);
  });

  test('a directory is renamed with all its keys, and files open in it go along', async () => {
    const { promises } = mounted.fs;
    const handle = await promises.open('/d/f/g', 'r+');
    await promises.rename('/d', '/h/d');
    await handle.write('new', 0);
    await handle.close();
    expect(store.texts).toEqual({ a: '1', 'h/': '', 'h/d/e': '2', 'h/d/f/g': 'new' });
    expect(await promises.readdir('/h/d')).toEqual(['e', 'f']);
  });

  test('a file is renamed over another one', async () => {
    await mounted.fs.promises.rename('/a', '/d/e');
    expect(store.texts).toEqual({ 'd/e': '1', 'd/f/g': '3', 'h/': '' });
    expect(await mounted.fs.promises.readFile('/d/e', 'utf8')).toBe('1');
  });

  test('a directory stays when the last key in it goes', async () => {
    const { promises } = mounted.fs;
    await promises.unlink('/d/f/g');
    expect(await promises.readdir('/d/f')).toEqual([]);
    await promises.rm('/d', { recursive: true });
    expect(store.texts).toEqual({ a: '1', 'h/': '' });
  });

  test('a file that is removed while it is open is used on, and does not come back', async () => {
    const handle = await mounted.fs.promises.open('/a', 'r+');
    await mounted.fs.promises.unlink('/a');
    await handle.write('new', 0);
    expect((await handle.stat()).nlink).toBe(0);
    expect((await handle.read(Buffer.alloc(9), 0, 9, 0)).bytesRead).toBe(3);
    await handle.close();
    expect(store.texts).not.toHaveProperty('a');
  });

  test('while the store is slow for one file, others are used', async () => {
    const { promises } = mounted.fs;
    const handle = await promises.open('/a', 'r+');
    await handle.write('9', 0);
    let open = (): void => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    const closing = handle.close();
    await expect.poll(() => store.log).toEqual(['set a']);
    expect(await promises.readFile('/d/e', 'utf8')).toBe('2');
    open();
    await closing;
    expect(store.texts.a).toBe('9');
  });

  test.each([
    ['mkdir', ['/a'], 'EEXIST'],
    ['rmdir', ['/d'], 'ENOTEMPTY'],
    ['rename', ['/h', '/d'], 'ENOTEMPTY'],
    ['mkdir', [Buffer.from([0x2f, 0xff])], 'EINVAL'],
    ['stat', ['/other'], 'ENOENT'],
  ] as const)('%s %j fails with %s in a tree of keys', async (call, args, code) => {
    const method = mounted.fs.promises[call] as (...args: readonly unknown[]) => Promise<unknown>;
    await expect(method(...args)).rejects.toMatchObject({ code });
  });
});

describe('the log store', () => {
  let scratch: string;
  let file: string;

  beforeEach(() => {
    scratch = mkdtempSync(path.join(realpathSync(tmpdir()), 'fusewire-log-'));
    file = path.join(scratch, 'log');
  });

  afterEach(() => rmSync(scratch, { recursive: true }));

  const entry = (text: string): Entry => ({ value: encode(text), modified: 7 });
  const text = async (store: Store, key: string): Promise<string | undefined> => {
    const found = await store.get(key);
    return found === undefined ? undefined : Buffer.from(found.value).toString();
  };

  test('a log that is opened again has what was set last and not deleted', async () => {
    const store = new LogStore(file);
    await Promise.all([store.set('a', entry('1')), store.set('b', entry('2')), store.set('a', entry('3'))]);
    await store.delete('b');
    await store.sync();
    const again = new LogStore(file);
    expect([await text(again, 'a'), await text(again, 'b'), await again.list('')]).toEqual(['3', undefined, ['a']]);
    expect((await again.get('a'))?.modified).toBe(7);
  });

  test('a line that was cut off by a crash is as if it had never been', async () => {
    await new LogStore(file).set('a', entry('1'));
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, whole.slice(0, 10));
    const store = new LogStore(file);
    await store.set('b', entry('2'));
    expect(await new LogStore(file).list('')).toEqual(['a', 'b']);
  });

  test('a file that is no log is refused', () => {
    writeFileSync(file, 'something else\n');
    expect(() => new LogStore(file)).toThrow(SyntaxError);
  });

  test('a tree over a log is there again when it is mounted again', async () => {
    {
      await using mounted = await mount(keyValue(file));
      await mounted.fs.promises.mkdir('/empty');
      await mounted.fs.promises.writeFile('/file', 'content');
    }
    await using mounted = await mount(keyValue(file));
    expect(await mounted.fs.promises.readdir('/')).toEqual(['empty', 'file']);
    expect(await mounted.fs.promises.readFile('/file', 'utf8')).toBe('content');
  });
});

describe('locks', () => {
  test('work on one thing is done in the order of the calls, on others beside it, on everything alone', async () => {
    const locks = new Locks<string>();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`+${name}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`-${name}`);
    };
    const fails = locks.on(['a'], () => Promise.reject(new Error('no')));
    await Promise.all([
      expect(fails).rejects.toThrow('no'),
      locks.on(['a'], work('a1')),
      locks.on(['a', 'b'], work('ab')),
      locks.onEverything(work('all')),
      locks.on(['b'], work('b')),
      locks.on(['c'], work('c')),
    ]);
    expect(log).toEqual(['+a1', '-a1', '+ab', '-ab', '+all', '-all', '+b', '+c', '-b', '-c']);
  });
});
