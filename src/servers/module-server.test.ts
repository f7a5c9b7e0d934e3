import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { FuseServer } from '../server/fuse-server.ts';
import { loadServer } from './module-server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fusewire-module-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let last = 0;

/** A module with this text. */
function moduleOf(text: string, extension = 'mjs'): string {
  const file = join(scratch, `m${++last}.${extension}`);
  writeFileSync(file, text);
  return file;
}

const load = (text: string) => loadServer(moduleOf(text));

test('a module whose default export is an object is that one server', async () => {
  const server = (await load('export default { readlink: () => "target" };')) as FuseServer;
  expect(Object.keys(server)).toEqual(['readlink']);
});

test.each([
  ['a function', 'export default () => ({ init() { return {}; } });'],
  ['an asynchronous function', 'export default async () => ({ statfs() {} });'],
  ['an instance', 'class Mine { lookup() {} }\nexport default () => new Mine();'],
])('a module whose default export is %s makes a new server each time', async (_, text) => {
  const make = (await load(text)) as () => Promise<FuseServer>;
  expect(await make()).not.toBe(await make());
});

test.each([
  ['nothing to export', 'export const server = {};', 'the module has no default export'],
  ['a syntax error', 'export default {', 'the module does not load: '],
  ['a failure of its own', 'throw new RangeError("out of luck");', 'the module does not load: RangeError: out of luck'],
  ['an import that is not there', 'import "./nowhere.mjs";', 'the module does not load: '],
  [
    'an object without methods',
    'export default { hello: 1, toString() {} };',
    'its default export is no server: it has none of the methods',
  ],
  ['text', 'export default "server";', 'its default export is no server'],
])('a module with %s is refused with the reason', async (_, text, why) => {
  const file = moduleOf(text);
  await expect(loadServer(file)).rejects.toThrow(`${file}: ${why}`);
});

test.each([
  ['throws', 'export default () => { throw new Error("no luck"); };', 'its default function failed: Error: no luck'],
  ['returns nothing', 'export default () => {};', 'what its default function returned is no server'],
  ['is a class', 'export default class { lookup() {} }', 'its default function failed: TypeError: Class constructor'],
])('a default function that %s is refused with the reason', async (_, text, why) => {
  const make = (await load(text)) as () => Promise<FuseServer>;
  await expect(make()).rejects.toThrow(why);
});

test('a file that is not there is named', async () => {
  await expect(loadServer('no/such/file.mjs')).rejects.toThrow('no/such/file.mjs: there is no such file');
});
