import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { noise } from '../../src/archive/testing/make-tar.ts';

/** What not every archiver can keep. */
export interface TreeOptions {
  /** Names that are no text, fifos, and hard links. */
  readonly unixOnly: boolean;
}

/** Fills a directory with files of all kinds and sizes, with names and times of all kinds. */
export function writeTree(root: string, { unixOnly }: TreeOptions): void {
  const at = (name: string) => `${root}/${name}`;
  fs.mkdirSync(at('sizes'));
  for (const size of [0, 1, 511, 512, 513, 65_536, 3_000_001]) fs.writeFileSync(at(`sizes/${size}`), noise(size));
  fs.writeFileSync(at('sizes/repetitive'), 'all work and no play\n'.repeat(200_000));
  writeSparse(at('sizes/sparse'));
  fs.mkdirSync(at('deep'));
  const deep = `deep/${'d'.repeat(120)}/${'e'.repeat(120)}/${'f'.repeat(120)}`;
  fs.mkdirSync(at(deep), { recursive: true });
  fs.writeFileSync(at(`${deep}/${'g'.repeat(255)}`), 'deep');
  fs.mkdirSync(at('names'));
  for (const name of ['a b', '-dash', 'gr\u00fcn', '\u65e5\u672c\u8a9e', '$x;*?', 'n'.repeat(255)]) {
    fs.writeFileSync(at(`names/${name}`), name);
  }
  fs.symlinkSync('../sizes/513', at('names/link'));
  fs.symlinkSync(`../${'s'.repeat(300)}`, at('names/long-link'));
  fs.mkdirSync(at('empty'));
  if (unixOnly) writeUnixOnly(at);
  fs.chmodSync(at('sizes/1'), 0o4711);
  fs.chmodSync(at('sizes/0'), 0o000);
  fs.chmodSync(at('empty'), 0o1777);
  fs.lutimesSync(at('names/link'), 1e9, 1e9);
  fs.utimesSync(at('sizes/512'), 1e9, 1_234_567_890.25);
  fs.utimesSync(at('names'), 1e9, 1e9 + 2);
}

function writeSparse(file: string): void {
  const fd = fs.openSync(file, 'w');
  fs.writeSync(fd, noise(5000), 0, 5000, 2 ** 20);
  fs.writeSync(fd, noise(100), 0, 100, 3 * 2 ** 20);
  fs.ftruncateSync(fd, 5 * 2 ** 20);
  fs.closeSync(fd);
}

function writeUnixOnly(at: (name: string) => string): void {
  fs.writeFileSync(Buffer.concat([Buffer.from(at('names/')), Buffer.from([0xff, 0x80, 0x5c, 0x0a])]), 'bytes');
  fs.linkSync(at('sizes/513'), at('names/hard-1'));
  fs.linkSync(at('sizes/513'), at('hard-2'));
  execFileSync('mkfifo', [at('fifo')]);
}
