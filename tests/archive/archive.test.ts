import { execFile, execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { archive, mount } from '../../src/index.ts';
import { digest, type Entry } from '../daemons/digest.ts';
import { mountInKernel, whyNoKernelMount } from '../daemons/kernel-mount.ts';
import { writeTree } from './tree.ts';

const exec = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const hook = pathToFileURL(path.join(root, 'scripts/run-typescript.mjs')).href;
const environment = { ...process.env, LC_ALL: 'C.UTF-8' };

/** How an archive is made of a folder by another program, and how that program unpacks it. */
interface Tool {
  readonly name: string;
  readonly needs: readonly string[];
  /** Whether names of any bytes, fifos and hard links survive, and times of less than a second. */
  readonly keeps: 'all' | 'whole seconds' | 'portable files';
  readonly pack: string;
  readonly unpack: string;
}

const untar = 'tar -xpf "$FILE"';
const tools: readonly Tool[] = [
  {
    name: 'tar --format=pax --sparse',
    needs: ['tar'],
    keeps: 'all',
    pack: 'tar --format=pax -Scf "$FILE" .',
    unpack: untar,
  },
  {
    name: 'tar --format=gnu --sparse',
    needs: ['tar'],
    keeps: 'whole seconds',
    pack: 'tar --format=gnu -Scf "$FILE" .',
    unpack: untar,
  },
  {
    name: 'tar --format=gnu --gzip',
    needs: ['tar', 'gzip'],
    keeps: 'whole seconds',
    pack: 'tar --format=gnu -czf "$FILE" .',
    unpack: untar,
  },
  {
    name: 'zip --symlinks',
    needs: ['zip', 'unzip'],
    keeps: 'portable files',
    pack: 'zip -qry "$FILE" .',
    unpack: 'unzip -qXK "$FILE"',
  },
  {
    name: 'zip --symlinks -0',
    needs: ['zip', 'unzip'],
    keeps: 'portable files',
    pack: 'zip -qry0 "$FILE" .',
    unpack: 'unzip -qXK "$FILE"',
  },
];

const isInstalled = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
};

/** What of a file is compared. Blocks and change times are a matter of file systems; the root is not in every archive. */
function comparable(entries: readonly Entry[], { keeps }: Tool) {
  return entries
    .filter(({ path: name }) => name !== '')
    .map(({ blocks: _, blksize: _size, ctime: _time, ...entry }) => ({
      ...entry,
      // The unpacked tree has them on a disk, whose directories have sizes of their own.
      size: entry.type === 'directory' ? 0 : entry.size,
      // unzip leaves the times of symlinks alone.
      mtime: keeps === 'portable files' && entry.type === 'symlink' ? '' : entry.mtime,
      mtimeNs: keeps === 'all' ? entry.mtimeNs : '',
    }));
}

describe.each(tools)('an archive made by $name', (tool) => {
  const missing = tool.needs.find((program) => !isInstalled(program));
  let scratch: string;
  let file: string;
  let unpacked: string;

  beforeAll(() => {
    scratch = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-archive-'));
    file = path.join(scratch, tool.needs.includes('zip') ? 'archive.zip' : 'archive');
    unpacked = path.join(scratch, 'unpacked');
    if (missing !== undefined) return;
    const packed = path.join(scratch, 'packed');
    for (const directory of [packed, unpacked]) fs.mkdirSync(directory);
    writeTree(packed, { unixOnly: tool.keeps !== 'portable files' });
    const env = { ...environment, FILE: file };
    execFileSync('sh', ['-c', tool.pack], { cwd: packed, env });
    execFileSync('sh', ['-c', tool.unpack], { cwd: unpacked, env });
  });
  afterAll(() => fs.rmSync(scratch, { recursive: true }));

  const needsTool = (context: TestContext): void => context.skip(missing !== undefined, `${missing} is not installed`);

  test('is what unpacking it gives, file by file', async (context) => {
    needsTool(context);
    await using mounted = await mount(await archive(file));
    const seen = await digest(mounted.fs.promises as unknown as Parameters<typeof digest>[0], '');
    const expected = await digest(fs.promises, unpacked);
    expect(seen.length).toBeGreaterThan(20);
    expect(comparable(seen, tool)).toEqual(comparable(expected, tool));
  });

  test('is the same when Linux mounts it, to diff -r as well', async (context) => {
    needsTool(context);
    const why = whyNoKernelMount();
    context.skip(why !== null, why ?? '');
    const program = path.join(import.meta.dirname, 'mount-main.ts');
    await using mounted = await mountInKernel(process.execPath, ['--import', hook, program, file, '{}']);
    const seen = await mounted.digest('.');
    expect(comparable(seen, tool)).toEqual(comparable(await digest(fs.promises, unpacked), tool));
    // A fifo is no file that could be compared: diff says so of every two.
    const { stdout } = await exec('diff', ['-r', '--no-dereference', '-x', 'fifo', unpacked, mounted.path], {
      timeout: 60_000,
    });
    expect(stdout).toBe('');
  });
});
