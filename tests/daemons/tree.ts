import { createCipheriv } from 'node:crypto';
import * as fs from 'node:fs';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Bytes that look random, the same ones for the same seed. */
function noise(length: number, seed: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeUInt32LE(seed);
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), iv).update(Buffer.alloc(length));
}

function writeSizes(folder: string, size: 'whole' | 'small'): void {
  const sizes = { empty: 0, 'one-byte': 1, '60k-minus-1': 60 * KiB - 1, '60k': 60 * KiB, '60k-plus-1': 60 * KiB + 1 };
  const all = { ...sizes, '128k-plus-3': 128 * KiB + 3, '1m': MiB };
  fs.mkdirSync(folder);
  for (const [index, [name, size]] of Object.entries(all).entries()) {
    fs.writeFileSync(`${folder}/${name}`, noise(size, index));
  }
  if (size === 'whole') writeLarge(folder);
}

function writeLarge(folder: string): void {
  const big = fs.openSync(`${folder}/100m`, 'w');
  const block = noise(4 * MiB, 99);
  for (let index = 0; index < 25; index++) {
    block.writeUInt32LE(index, index * 1000);
    fs.writeSync(big, block);
  }
  fs.closeSync(big);
  const sparse = fs.openSync(`${folder}/sparse`, 'w');
  fs.writeSync(sparse, noise(5000, 1), 0, 5000, 3 * MiB + 17);
  fs.ftruncateSync(sparse, 10 * MiB);
  fs.closeSync(sparse);
}

/** Names that are bytes and nothing else. */
function writeNames(folder: string): void {
  fs.mkdirSync(folder);
  const names = [
    'a b',
    ' lead',
    'trail ',
    'new\nline',
    'tab\t',
    `quote'"`,
    'back\\slash',
    '-dash',
    '*?[',
    '$HOME',
    '%25',
  ];
  const texts = [
    ...names,
    'n'.repeat(255),
    '\u00e9'.repeat(127),
    'e\u0301',
    '\u65e5\u672c\u8a9e',
    '\u{1f40b}',
    '\u202e',
  ];
  const invalid = [[0xff], [0xc3, 0x28], [0x61, 0x80, 0x62], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]];
  const bytes = [...texts.map((text) => Buffer.from(text)), ...invalid.map((name) => Buffer.from(name))];
  for (const name of bytes) fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), name);
  fs.mkdirSync(Buffer.concat([Buffer.from(`${folder}/directory-`), Buffer.from([0xfe])]));
}

function writeLinks(folder: string): void {
  fs.mkdirSync(`${folder}/other`, { recursive: true });
  fs.writeFileSync(`${folder}/first`, 'three names\n');
  fs.linkSync(`${folder}/first`, `${folder}/second`);
  fs.linkSync(`${folder}/first`, `${folder}/other/third`);
  const targets = {
    plain: 'first',
    up: '../sizes/1m',
    folder: 'other',
    dangling: 'nowhere/at/all',
    absolute: '/nonexistent',
  };
  for (const [name, target] of Object.entries({ ...targets, loop: 'loop', long: 'x/'.repeat(1000) })) {
    fs.symlinkSync(target, `${folder}/${name}`);
  }
  fs.symlinkSync(Buffer.from([0x74, 0xff, 0xfe]), `${folder}/invalid`);
}

function writeModes(folder: string): void {
  fs.mkdirSync(folder);
  for (const mode of [0o400, 0o444, 0o600, 0o640, 0o755, 0o777, 0o2755, 0o4755]) {
    fs.writeFileSync(`${folder}/${mode.toString(8)}`, mode.toString(8));
    fs.chmodSync(`${folder}/${mode.toString(8)}`, mode);
  }
  for (const mode of [0o700, 0o1777, 0o2755]) {
    fs.mkdirSync(`${folder}/directory-${mode.toString(8)}`);
    fs.chmodSync(`${folder}/directory-${mode.toString(8)}`, mode);
  }
  if (process.getuid?.() !== 0) return;
  fs.writeFileSync(`${folder}/somebody-else`, 'theirs');
  fs.chownSync(`${folder}/somebody-else`, 12_345, 54_321);
  fs.chmodSync(`${folder}/somebody-else`, 0);
}

/** Gives every file a time of its own that a double and most servers can carry: in quarters of a second, one past 2038. */
function setTimes(path: Buffer, index: { next: number }): void {
  if (fs.lstatSync(path).isDirectory()) {
    for (const name of fs.readdirSync(path, { encoding: 'buffer' })) {
      setTimes(Buffer.concat([path, Buffer.from('/'), name]), index);
    }
  }
  const order = index.next++;
  const seconds = order === 0 ? 1 : order === 1 ? 2_200_000_000.5 : 1_000_000_000 + order * 86_400.25;
  fs.lutimesSync(path, seconds, seconds);
}

/**
 * Makes the reference tree in `root`, which must not exist: some 550 files of all the kinds that servers get wrong. The
 * small one has 60 of the many that are alike, and none above a MiB.
 */
export function writeTree(root: string, size: 'whole' | 'small'): void {
  fs.mkdirSync(root);
  writeSizes(`${root}/sizes`, size);
  writeNames(`${root}/names`);
  writeLinks(`${root}/links`);
  writeModes(`${root}/modes`);
  let deep = `${root}/deep`;
  for (let level = 0; level < 40; level++) deep += `/${level}`;
  fs.mkdirSync(deep, { recursive: true });
  fs.writeFileSync(`${deep}/bottom`, 'bottom\n');
  const many = size === 'whole' ? 440 : 60;
  for (let index = 0; index < many; index++) {
    const folder = `${root}/many/${index % 4}`;
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(`${folder}/file-${index}`, noise((index * 37) % 5000, index));
  }
  setTimes(Buffer.from(root), { next: 0 });
}
