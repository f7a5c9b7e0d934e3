import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Mounted, mount } from 'fusewire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import jsonTree from './json-tree.ts';

let scratch: string;
let file: string;
let mounted: Mounted;

beforeEach(async () => {
  scratch = mkdtempSync(path.join(realpathSync(tmpdir()), 'fusewire-json-'));
  file = path.join(scratch, 'document.json');
  const document = {
    name: 'Ada',
    born: 1815,
    tags: ['a', 'b', 'c'],
    address: { city: 'London' },
    dead: true,
    email: null,
  };
  await open(JSON.stringify(document));
});

afterEach(async () => {
  await mounted.unmount();
  rmSync(scratch, { recursive: true });
});

async function open(text: string): Promise<void> {
  writeFileSync(file, text);
  await mounted?.unmount();
  mounted = await mount(jsonTree(file));
}

const saved = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

test('objects and arrays are directories, everything else is a line of JSON', async () => {
  const { fs } = mounted;
  expect(fs.readdirSync('/')).toEqual(['address', 'born', 'dead', 'email', 'name', 'tags']);
  expect(fs.readdirSync('/tags')).toEqual(['0', '1', '2']);
  const read = (name: string): string => fs.readFileSync(name, 'utf8');
  expect([read('/name'), read('/born'), read('/dead'), read('/email'), read('/tags/1')]).toEqual([
    '"Ada"\n',
    '1815\n',
    'true\n',
    'null\n',
    '"b"\n',
  ]);
  expect([fs.statSync('/tags').mode, fs.statSync('/address/city').size]).toEqual([0o40755, 9]);
});

test('a file that is written has changed the document when it is closed', async () => {
  await mounted.fs.promises.writeFile('/born', '1816\n');
  expect(saved()).toMatchObject({ born: 1816, name: 'Ada' });
  expect(readdirSync(scratch)).toEqual(['document.json']);
});

test('new files and directories become members', async () => {
  const { promises } = mounted.fs;
  await promises.mkdir('/address/geo');
  await promises.writeFile('/address/geo/lat', '51.5');
  await promises.writeFile('/tags/3', '"d"');
  expect(saved()).toMatchObject({ address: { city: 'London', geo: { lat: 51.5 } }, tags: ['a', 'b', 'c', 'd'] });
});

test('removed members are gone from the document, and an array closes up', async () => {
  const { promises } = mounted.fs;
  await promises.unlink('/tags/0');
  await promises.rm('/address', { recursive: true });
  expect(saved()).toEqual({ name: 'Ada', born: 1815, tags: ['b', 'c'], dead: true, email: null });
});

test('a member is renamed, moved, and put over another one in its place', async () => {
  const { promises } = mounted.fs;
  await promises.rename('/address/city', '/town');
  await promises.rename('/tags/2', '/name');
  expect(JSON.stringify(saved())).toBe(
    '{"name":"c","born":1815,"tags":["a","b"],"address":{},"dead":true,"email":null,"town":"London"}',
  );
});

test.each(['no JSON', '{"an": "object"}', '"unfinished', Uint8Array.of(0x22, 0xff, 0x22)])(
  'a file that holds %j fails with EINVAL when it is closed, and the document keeps what it had',
  async (content) => {
    const { promises } = mounted.fs;
    await expect(promises.writeFile('/name', content)).rejects.toMatchObject({ code: 'EINVAL', syscall: 'close' });
    await expect.poll(() => promises.readFile('/name', 'utf8')).toBe('"Ada"\n');
    expect(saved()).toMatchObject({ name: 'Ada' });
  },
);

test('fsync tells too that a file holds no JSON, and it can be mended before it is closed', async () => {
  const handle = await mounted.fs.promises.open('/born', 'r+');
  await handle.write('x', 0);
  await expect(handle.sync()).rejects.toMatchObject({ code: 'EINVAL' });
  await handle.write('2', 0);
  await handle.close();
  expect(saved()).toMatchObject({ born: 2815 });
});

test('a file that is empty for now is no member and no error', async () => {
  const { promises } = mounted.fs;
  await promises.writeFile('/new', '');
  await promises.truncate('/born');
  expect(saved()).toEqual({ ...(saved() as object), born: 1815 });
  expect(saved()).not.toHaveProperty('new');
});

test('a file that is removed while it is open can be read and written, and changes nothing', async () => {
  const handle = await mounted.fs.promises.open('/name', 'r+');
  await mounted.fs.promises.unlink('/name');
  await handle.write('"Bob"\n', 0);
  expect((await handle.read(Buffer.alloc(10), 0, 10, 0)).buffer.toString('utf8', 0, 6)).toBe('"Bob"\n');
  expect((await handle.stat()).nlink).toBe(0);
  await handle.close();
  expect(saved()).not.toHaveProperty('name');
});

test.each([
  ['mkdir', ['/tags/first'], 'EINVAL'],
  ['mkdir', ['/tags/01'], 'EINVAL'],
  ['mkdir', ['/100%'], 'EINVAL'],
  ['mkdir', [Buffer.from([0x2f, 0xff])], 'EINVAL'],
  ['mkdir', ['/name'], 'EEXIST'],
  ['rmdir', ['/address'], 'ENOTEMPTY'],
  ['rmdir', ['/name'], 'ENOTDIR'],
  ['unlink', ['/address'], 'EISDIR'],
  ['rename', ['/tags', '/address'], 'ENOTEMPTY'],
  ['truncate', ['/name', 2 ** 30], 'EFBIG'],
] as const)('%s %j fails with %s in a JSON tree', async (call, args, code) => {
  const method = mounted.fs.promises[call] as (...args: readonly unknown[]) => Promise<unknown>;
  await expect(method(...args)).rejects.toMatchObject({ code });
});

test('chmod, chown and utimes of a JSON tree are accepted and not kept', async () => {
  const { promises } = mounted.fs;
  const before = await promises.stat('/name');
  await promises.chmod('/name', 0o600);
  await promises.chown('/name', 7, 7);
  await promises.utimes('/name', 1, 1);
  expect(await promises.stat('/name')).toMatchObject({ mode: before.mode, uid: before.uid, mtime: before.mtime });
});

test('keys that are no names are escaped, and come back as they were', async () => {
  const text = String.raw`{"/users/{id}":1,"":2,".":3,"..":4,"100%":5,"a\u0000b":6,"ü€":7,"%2F":8,"__proto__":9}`;
  await open(text);
  const { fs } = mounted;
  const names = ['%', '%252F', '%2E', '%2E%2E', '%2Fusers%2F{id}', '100%25', '__proto__', 'a%00b', 'ü€'];
  expect(fs.readdirSync('/')).toEqual(names.toSorted());
  await fs.promises.writeFile('/new', '0');
  expect(JSON.stringify(saved())).toBe(text.replace(/}$/, ',"new":0}'));
});

test('what many programs change at a time is all in the document', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => mounted.fs.promises.writeFile(`/address/${name}`, '1')));
  expect(saved()).toMatchObject({ address: Object.fromEntries(names.map((name) => [name, 1])) });
});

test.each(['17', '[1, 2', ''])('a document %j cannot be mounted', (text) => {
  writeFileSync(file, text);
  expect(() => jsonTree(file)).toThrow();
});
