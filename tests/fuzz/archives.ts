import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeTar, pax } from '../../src/archive/testing/make-tar.ts';
import { makeZip } from '../../src/archive/testing/make-zip.ts';
import { archive } from '../../src/archive.ts';
import { mount } from '../../src/mount.ts';
import { mutated } from '../chance/mutate.ts';
import type { Random } from '../chance/random.ts';
import { must, type Target } from './target.ts';

const TEXT = 'some text that can be packed, some text that can be packed\n'.repeat(20);
/** Bytes that mutated() takes for a message's length. */
const LENGTH = 4;
const MAX_INODES = 500;
const MAX_BYTES = 1 << 22; // unpacked
/** What Node's errors are called by. */
const CODE = /^E[A-Z0-9]+$/;

const tar = makeTar(
  { path: 'd/', type: '5', mode: 0o755 },
  pax({ path: 'd/long', mtime: '1.5', 'SCHILY.xattr.user.a': 'v' }),
  { path: 'x', body: TEXT },
  { path: 'hard', type: '1', target: 'd/long' },
  { path: 'soft', type: '2', target: 'd' },
  pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 's', 'GNU.sparse.realsize': '9999' }),
  { path: 'sparse', body: `1\n0\n4\n`.padEnd(512, '\0').concat('data') },
);
const zip = makeZip(
  { path: 'd/' },
  { path: 'd/stored', body: TEXT },
  { path: 'd/packed', body: TEXT, method: 'deflated' },
  { path: 'soft', body: 'd/stored', mode: 0o120777 },
);
const originals: readonly Uint8Array[] = [tar, tar, zip, zip, gzipSync(tar)];

/** Archives with damage: refused with a sentence, or served; what is in them is read, or fails with an errno. */
export const archives: Target = {
  name: 'archives',
  weight: 0.02,
  async attack(random) {
    const directory = fs.mkdtempSync(path.join(tmpdir(), 'fusewire-fuzz-'));
    try {
      const file = path.join(directory, 'archive');
      fs.writeFileSync(file, damaged(random));
      await look(file);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
    return 1;
  },
};

function damaged(random: Random): Uint8Array {
  const original = random.pick(originals);
  let bytes = original;
  for (let count = 1 + random.below(4); count > 0; count--) bytes = mutated(bytes, random, 0);
  // Archives do not begin with their length.
  if (bytes.length >= LENGTH) bytes.set(original.subarray(0, LENGTH));
  return bytes;
}

async function look(file: string): Promise<void> {
  let server: Awaited<ReturnType<typeof archive>>;
  try {
    server = await archive(file, { log: () => {}, maxInodes: MAX_INODES, maxUnpackedBytes: MAX_BYTES });
  } catch (error) {
    const { message } = error as Error;
    must(error instanceof Error && message.startsWith(`${file}: `), () => `refused with ${(error as Error).stack}`);
    return;
  }
  const mounted = await mount(server);
  try {
    await read(mounted.fs.promises, '/');
  } finally {
    await mounted.unmount();
  }
}

async function read(files: Awaited<ReturnType<typeof mount>>['fs']['promises'], directory: string): Promise<void> {
  for (const entry of await files.readdir(directory, { withFileTypes: true })) {
    const place = path.posix.join(directory, String(entry.name));
    try {
      if (entry.isDirectory()) await read(files, place);
      else if (entry.isSymbolicLink()) await files.readlink(place);
      else if (entry.isFile() && (await files.stat(place)).size <= MAX_BYTES) await files.readFile(place);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      must(CODE.test(code), () => `${place}: ${(error as Error).stack}`);
    }
  }
}
