import { once } from 'node:events';
import { watch } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Retrieved } from '../../src/server-library.ts';
import { whyNoKernelMount } from '../daemons/kernel-mount.ts';
import type { Notified } from './notified.ts';
import { NotifiedFusewire } from './notified-fusewire.ts';
import { NotifiedMount } from './notified-mount.ts';

const whyNotLinux = whyNoKernelMount() ?? (process.getuid?.() === 0 ? null : 'not root');
const FILE = 2n;
const DIR = 4n;

/** The kernels that are notified. */
const kernels = [
  { kernel: 'Linux', whyNot: whyNotLinux, create: (): Notified => new NotifiedMount() },
  { kernel: 'Fusewire', whyNot: null, create: (): Notified => new NotifiedFusewire() },
];
let present: Notified | null = null;

/** For a block of tests: a new tree for each, through that kernel. */
function useKernel({ whyNot, create }: (typeof kernels)[number]): void {
  beforeEach(async (context) => {
    context.skip(whyNot !== null, whyNot ?? '');
    present ??= create();
    await present.mount();
  });
  afterAll(async () => {
    await present?.[Symbol.asyncDispose]();
    present = null;
  });
}

const mounted = (): Notified => {
  if (present === null) throw new Error('nothing is mounted');
  return present;
};
const size = async (name: string): Promise<number> => (await mounted().fs.stat(mounted().path(name))).size;
const read = (name: string): Promise<string> => mounted().fs.readFile(mounted().path(name), 'latin1');
const notify: Notified['notify'] = (...args) => mounted().notify(...args);

/** What the kernel asks the server while something is done. */
async function asked(work: () => Promise<unknown>): Promise<readonly string[]> {
  await mounted().requests();
  await work();
  return await mounted().requests();
}

describe.for(kernels)('$kernel', (kernel) => {
  useKernel(kernel);

  test('without a notification names and attributes are believed for ever', async () => {
    await size('file');
    await mounted().set('file', 'changed');
    expect(await asked(() => size('file'))).toEqual([]);
  });

  describe('invalInode', () => {
    test('has the attributes asked for again', async () => {
      await size('file');
      expect(await notify('invalInode', FILE, 'attributes')).toBeUndefined();
      expect(await asked(() => size('file'))).toEqual(['GETATTR 2']);
    });

    test('is ENOENT for an inode that the kernel does not know', async () => {
      expect(await notify('invalInode', FILE)).toBe('ENOENT');
    });
  });

  describe('invalEntry', () => {
    test.for([
      ['a name', 'file', {}],
      ['a name by expireOnly', 'file', { expireOnly: true }],
      ['the absence of a name', 'absent', {}],
    ] as const)('has %s looked up again', async ([, name, options]) => {
      const look = () => size(name).catch(() => null);
      await look();
      expect(await asked(look)).toEqual([]);
      expect(await notify('invalEntry', 1n, name, options)).toBeUndefined();
      expect(await asked(look)).toContain(`LOOKUP 1 ${name}`);
    });

    test('drops what nobody uses, so that it is forgotten', async () => {
      await size('file');
      await notify('invalEntry', 1n, 'file');
      expect(await mounted().requestsUntil('FORGET 2')).toContain('FORGET 2');
    });

    test.for([
      ['a name that is not cached', 1n, 'file', 'ENOENT'],
      ['a directory that the kernel does not know', DIR, 'inner', 'ENOENT'],
      ['a name in a file', FILE, 'name', 'ENOTDIR'],
      ['no name', 1n, '', 'ENOENT'],
      ['a name that is too long', 1n, 'x'.repeat(5000), 'ENAMETOOLONG'],
    ] as const)('of %s fails with its errno', async ([, parent, name, code]) => {
      if (parent === FILE) await size('file');
      expect(await notify('invalEntry', parent, name)).toBe(code);
    });

    test('sent by a method that holds the directory is carried out when that has answered', async () => {
      await Promise.all([size('file'), size('other')]);
      await mounted().fs.unlink(mounted().path('other'));
      expect(await mounted().requestsUntil('invalidated')).toContain('UNLINK 1 other');
      expect(await asked(() => size('file'))).toContain('LOOKUP 1 file');
    });
  });

  describe('delete', () => {
    test('leaves an open file without a name', async () => {
      await using opened = await mounted().fs.open(mounted().path('file'));
      await mounted().set('file', null);
      expect(await notify('delete', 1n, FILE, 'file')).toBeUndefined();
      expect((await opened.stat()).nlink).toBe(0);
      await expect(size('file')).rejects.toThrow('ENOENT');
    });

    test('of a name that is another inode by now is ENOENT, and has it looked up again', async () => {
      await size('file');
      expect(await notify('delete', 1n, 3n, 'file')).toBe('ENOENT');
      expect(await asked(() => size('file'))).toContain('LOOKUP 1 file');
    });

    test('of a directory that nobody uses takes what is cached below with it', async () => {
      await size('dir/inner');
      expect(await notify('delete', 1n, DIR, 'dir')).toBeUndefined();
      expect(await mounted().requestsUntil('FORGET 4')).toContain('FORGET 5');
    });

    test('of a name known to be absent has it looked up again', async () => {
      await size('absent').catch(() => null);
      expect(await notify('delete', 1n, 99n, 'absent')).toBeUndefined();
      expect(await asked(() => size('absent').catch(() => null))).toContain('LOOKUP 1 absent');
    });

    test('of no inode leaves the file its links', async () => {
      await using opened = await mounted().fs.open(mounted().path('file'));
      expect(await notify('delete', 1n, 0n, 'file')).toBeUndefined();
      expect((await opened.stat()).nlink).toBe(1);
    });

    test('of a directory with a file in use is ENOTEMPTY', async () => {
      await using _ = await mounted().fs.open(mounted().path('dir/inner'));
      expect(await notify('delete', 1n, DIR, 'dir')).toBe('ENOTEMPTY');
    });
  });

  test('incrementEpoch has every name looked up again', async () => {
    await Promise.all([size('file'), size('dir/inner')]);
    expect(await notify('incrementEpoch')).toBeUndefined();
    const requests = await asked(() => Promise.all([size('file'), size('dir/inner')]));
    expect(requests).toEqual(expect.arrayContaining(['LOOKUP 1 file', 'LOOKUP 1 dir', 'LOOKUP 4 inner']));
  });

  test('prune has what nobody uses forgotten, and ignores what is unknown', async () => {
    await size('file');
    expect(await notify('prune', [FILE, 99n])).toBeUndefined();
    expect(await mounted().requestsUntil('FORGET 2')).toContain('FORGET 2');
  });

  test('prune of a directory spares it while names in it are cached, and takes it after them', async () => {
    await size('dir/inner');
    expect(await notify('prune', [DIR])).toBeUndefined();
    expect(await asked(() => size('dir/inner'))).toEqual([]);
    expect(await notify('prune', [5n, DIR])).toBeUndefined();
    expect(await mounted().requestsUntil('FORGET 4')).toContain('FORGET 5');
  });

  test('resend of nothing succeeds', async () => {
    expect(await notify('resend')).toBeUndefined();
    expect(await size('file')).toBe(21);
  });

  test('without a notification data are believed for ever', async () => {
    await read('file');
    await size('file');
    await mounted().set('file', 'changed');
    expect(await asked(() => size('file'))).toEqual([]);
    expect(await read('file')).toBe('first content of file');
  });

  describe('invalInode of data', () => {
    test('of attributes has them asked for again, and leaves the data', async () => {
      await read('file');
      await size('file');
      expect(await notify('invalInode', FILE, 'attributes')).toBeUndefined();
      expect(await asked(() => size('file'))).toEqual(['GETATTR 2']);
      expect(await asked(() => read('file'))).not.toContain('READ 2');
    });

    test('has the data read again', async () => {
      await read('file');
      await mounted().set('file', 'FIRST CONTENT OF FILE');
      expect(await notify('invalInode', FILE)).toBeUndefined();
      expect(await asked(() => read('file'))).toContain('READ 2');
      expect(await read('file')).toBe('FIRST CONTENT OF FILE');
    });

    test('of another range leaves the data', async () => {
      await read('file');
      expect(await notify('invalInode', FILE, { offset: 4096, length: 4096 })).toBeUndefined();
      expect(await asked(() => read('file'))).not.toContain('READ 2');
    });
  });

  describe('store and retrieve', () => {
    test('what is stored is read without a READ, and retrieved', async () => {
      await size('file');
      const page = new Uint8Array(4096).fill(0x53);
      expect(await notify('store', FILE, 0, page)).toBeUndefined();
      expect(await asked(() => read('file'))).not.toContain('READ 2');
      expect(await read('file')).toBe('S'.repeat('first content of file'.length));
    });

    test('retrieve gives what was read, up to the end of the file', async () => {
      await read('file');
      const { offset, data } = (await notify('retrieve', FILE, 6, 4096)) as Retrieved;
      expect([offset, Buffer.from(data).toString()]).toEqual([6, 'content of file']);
    });

    test('retrieve gives each of several askers its own', async () => {
      await Promise.all([read('file'), read('other')]);
      const asks = [FILE, 3n, FILE, 3n].map((nodeid, i) => notify('retrieve', nodeid, i, 5));
      const answers = (await Promise.all(asks)) as Retrieved[];
      expect(answers.map(({ data }) => Buffer.from(data).toString())).toEqual(['first', 'ther', 'rst c', 'er']);
    });

    test('retrieve of what is not cached gives nothing', async () => {
      await size('file');
      expect(await notify('retrieve', FILE, 0, 100)).toEqual({ offset: 0, data: new Uint8Array(0) });
    });

    test.for([
      ['an unknown inode', 99n, 'ENOENT'],
      ['a directory', 1n, 'EINVAL'],
    ] as const)('of %s fail with its errno', async ([, nodeid, code]) => {
      expect(await notify('store', nodeid, 0, new Uint8Array(10))).toBe(code);
      expect(await notify('retrieve', nodeid, 0, 10)).toBe(code);
    });
  });
});

// What has to do with inotify, which Fusewire has not.
describe('Linux alone', () => {
  useKernel(kernels[0] as (typeof kernels)[number]);

  test('delete is heard of by who watches the file', async () => {
    const watcher = watch(mounted().path('file'), { persistent: false });
    try {
      const heard = once(watcher, 'change');
      expect(await notify('delete', 1n, FILE, 'file')).toBeUndefined();
      expect(await heard).toEqual(['rename', 'file']);
    } finally {
      watcher.close();
    }
  });

  test('pollWakeup of an unknown file and resend of nothing succeed', async () => {
    expect(await notify('pollWakeup', 5n)).toBeUndefined();
    expect(await notify('resend')).toBeUndefined();
    expect(await size('file')).toBe(21);
  });
});
