import { createHash } from 'node:crypto';
import type { AnyFs } from './outcome.ts';

/** A file's name that is no UTF-8. */
export const oddName = Buffer.from([0x6f, 0xff, 0x64]);

/** Fills an empty directory with what the cases use. */
export function furnish(fs: AnyFs, base: string): void {
  fs.chmodSync(base, 0o755);
  fs.writeFileSync(`${base}/file`, 'hello\n');
  fs.writeFileSync(`${base}/empty`, '');
  fs.writeFileSync(`${base}/big`, long);
  fs.writeFileSync(`${base}/private`, 'mine', { mode: 0o600 });
  fs.mkdirSync(`${base}/dir`);
  fs.writeFileSync(`${base}/dir/a`, 'a');
  fs.mkdirSync(`${base}/dir/sub`);
  fs.writeFileSync(`${base}/dir/sub/b`, 'bb', { mode: 0o755 });
  fs.symlinkSync('../file', `${base}/dir/up`);
  fs.mkdirSync(`${base}/other`);
  fs.symlinkSync('file', `${base}/link`);
  fs.symlinkSync('dir', `${base}/dirlink`);
  fs.symlinkSync('nowhere', `${base}/broken`);
  fs.symlinkSync('loop', `${base}/loop`);
  fs.linkSync(`${base}/empty`, `${base}/hard`);
  fs.writeFileSync(Buffer.concat([Buffer.from(`${base}/`), oddName]), 'odd');
}

/** Bytes that differ from page to page. */
export const pattern = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => i ^ (i >> 8) ^ (i >> 16)));

const long = pattern(150_000);

/** A tree as lines: type and permissions, link count, what is in it. */
export function pictureOf(fs: AnyFs, path: Buffer, name = ''): string[] {
  const stats = fs.lstatSync(path);
  const mode = stats.mode.toString(8);
  if (stats.isSymbolicLink()) return [`${name} ${mode} -> ${fs.readlinkSync(path)}`];
  if (!stats.isDirectory()) {
    const hash = createHash('sha256').update(fs.readFileSync(path)).digest('hex').slice(0, 12);
    return [`${name} ${mode} ${stats.nlink} ${stats.size} ${hash}`];
  }
  const names = fs.readdirSync(path, { encoding: 'buffer' });
  const below = names.flatMap((entry) =>
    pictureOf(fs, Buffer.concat([path, Buffer.from('/'), entry]), `${name}/${entry.toString('latin1')}`),
  );
  return [`${name} ${mode}`, ...below];
}
