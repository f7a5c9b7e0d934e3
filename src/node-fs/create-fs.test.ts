import host from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Booted, bootTestFs } from './testing/boot.ts';
import { oddName } from './testing/fixture.ts';

let booted: Booted;

beforeAll(async () => {
  booted = await bootTestFs();
});

afterAll(() => booted.close());

/** What Node 20 has and this has not. */
const missing = ['F_OK', 'R_OK', 'W_OK', 'X_OK', '_toUnixTimestamp', 'openAsBlob'];

test('it has what Node 20 has, but for a known few', () => {
  const names = Object.entries(host)
    .filter(([name, value]) => value !== undefined && !(name in booted.fs))
    .map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(missing));
  if (process.version.startsWith('v20.')) expect(names.sort()).toEqual(missing);
});

test('promises has what Node 20 has', () => {
  const names = Object.keys(host.promises).filter((name) => !(name in booted.fs.promises));
  if (process.version.startsWith('v20.')) expect(names).toEqual([]);
});

test('promises is an enumerable property, which isomorphic-git looks for', () => {
  expect(Object.getOwnPropertyDescriptor(booted.fs, 'promises')).toMatchObject({ enumerable: true });
});

test('it satisfies the types of node:fs', () => {
  const { fs } = booted;
  const {
    readFileSync,
    createReadStream,
    promises,
  }: Pick<typeof host, 'readFileSync' | 'createReadStream'> & {
    promises: Pick<typeof host.promises, 'readFile' | 'open'>;
  } = fs;
  const text: string = readFileSync.name;
  expect([text, typeof createReadStream, typeof promises.open]).toEqual(['readFileSync', 'function', 'function']);
});

test('functions have the names that Node gives them', () => {
  const { fs } = booted;
  const names = [fs.stat, fs.statSync, fs.promises.stat, fs.readSync, fs.cpSync].map(({ name }) => name);
  expect(names).toEqual(['stat', 'statSync', 'stat', 'readSync', 'cpSync']);
});

test('constants are those of x86-64, as the kernel has them', () => {
  expect(booted.fs.constants).toMatchObject({
    O_DIRECTORY: 0o200000,
    O_NOFOLLOW: 0o400000,
    S_IFLNK: 0o120000,
    R_OK: 4,
  });
  expect(booted.fs.constants.COPYFILE_EXCL).toBe(host.constants.COPYFILE_EXCL);
});

test('what results are made of is exported', async () => {
  const { fs, base } = booted;
  fs.writeFileSync(`${base}/file`, '');
  const [entry] = fs.readdirSync(base, { withFileTypes: true });
  const dir = fs.opendirSync(base);
  expect(fs.statSync(base)).toBeInstanceOf(fs.Stats);
  expect(entry).toBeInstanceOf(fs.Dirent);
  expect(dir).toBeInstanceOf(fs.Dir);
  dir.closeSync();
  fs.unlinkSync(`${base}/file`);
});

test('watching is refused by name, whichever way', async () => {
  const { fs } = booted;
  const refusal = expect.objectContaining({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' });
  expect(() => fs.watch('/')).toThrow(refusal);
  expect(() => fs.watchFile('/', () => {})).toThrow(refusal);
  expect(() => fs.unwatchFile('/')).not.toThrow();
  const events = fs.promises.watch('/')[Symbol.asyncIterator]();
  await expect(events.next()).rejects.toEqual(refusal);
});

test('a relative path starts at the working directory of the process, not at the host program', () => {
  const { fs } = booted;
  expect(fs.realpathSync('.')).toBe('/');
  expect(fs.realpathSync.native('scratch')).toBe('/scratch');
  expect(fs.mkdirSync('scratch/a/b', { recursive: true })).toBe('scratch/a');
  fs.rmSync('scratch/a', { recursive: true });
});

test('a recursive listing keeps names that are no UTF-8', () => {
  const { fs, base } = booted;
  const odd = Buffer.concat([Buffer.from(`${base}/`), oddName]);
  const below = Buffer.concat([odd, Buffer.from('/below')]);
  fs.mkdirSync(odd);
  fs.writeFileSync(below, 'found');
  const names = fs.readdirSync(base, { recursive: true, encoding: 'buffer' }) as unknown as Buffer[];
  expect(names).toEqual([oddName, Buffer.concat([oddName, Buffer.from('/below')])]);
  expect(fs.readFileSync(below, 'utf8')).toBe('found');
  fs.rmSync(odd, { recursive: true });
  expect(fs.readdirSync(base)).toEqual([]);
});

test('throwIfNoEntry works with promises too, as in newer Node', async () => {
  const { fs, base } = booted;
  const options = { throwIfNoEntry: false } as object;
  expect(await fs.promises.stat(`${base}/none`, options)).toBeUndefined();
});
