import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Comparison, type Script } from './testing/perform.ts';

let comparison: Comparison;

beforeAll(async () => {
  comparison = await Comparison.start();
});

afterAll(async () => {
  expect(comparison.ours.openDescriptors()).toBe(0);
  await comparison.close();
});

/** What callers see of a list that a callback got. */
const promised = (start: (done: (...results: unknown[]) => void) => void): Promise<unknown[]> =>
  new Promise((resolve) => start((...results) => resolve(results)));

const scripts: Record<string, Script> = {
  'readSync moves the position, and with one given it does not': (fs, at) => {
    const fd = fs.openSync(at('file'), 'r');
    const buffer = Buffer.alloc(8, '.');
    const counts = [
      fs.readSync(fd, buffer, 0, 2, null),
      fs.readSync(fd, buffer, 2, 2, 1),
      fs.readSync(fd, buffer, { offset: 4, length: 3, position: 0n }),
      fs.readSync(fd, buffer, 7, 1, -1),
      fs.readSync(fd, buffer, 0, 0, null),
      fs.readSync(fd, buffer),
      fs.readSync(fd, buffer),
    ];
    fs.closeSync(fd);
    return { counts, buffer };
  },
  'readSync into wider numbers counts bytes': (fs, at) => {
    const fd = fs.openSync(at('file'), 'r');
    const numbers = new Uint16Array(3);
    const count = fs.readSync(fd, numbers, 2, 4, 0);
    fs.closeSync(fd);
    return { count, numbers: [...numbers] };
  },
  'writeSync takes bytes, text, positions and encodings': (fs, at) => {
    const fd = fs.openSync(at('new'), 'w+', 0o644);
    const counts = [
      fs.writeSync(fd, Buffer.from('abcdef')),
      fs.writeSync(fd, Buffer.from('XYZ'), 1, 2, 0),
      fs.writeSync(fd, 'text'),
      fs.writeSync(fd, 'e4', 3, 'hex'),
      fs.writeSync(fd, new DataView(new ArrayBuffer(2)), 1),
      fs.writeSync(fd, ''),
    ];
    fs.closeSync(fd);
    return counts;
  },
  'a descriptor opened to append writes at the end whatever the position': (fs, at) => {
    const fd = fs.openSync(at('file'), 'a');
    fs.writeSync(fd, 'more', 0);
    fs.closeSync(fd);
  },
  'readvSync and writevSync take lists': (fs, at) => {
    const fd = fs.openSync(at('file'), 'r+');
    const into = [Buffer.alloc(2), Buffer.alloc(9, '.')];
    const counts = [
      fs.readvSync(fd, into),
      fs.readvSync(fd, into, 1),
      fs.writevSync(fd, [Buffer.from('12'), Buffer.from('34')], 2),
      fs.writevSync(fd, []),
      fs.writevSync(fd, [Buffer.from('end')]),
    ];
    fs.closeSync(fd);
    return { counts, into };
  },
  'a callback gets the buffer too': async (fs, at) => {
    const fd = fs.openSync(at('file'), 'r+');
    const results = [
      await promised((done) => fs.read(fd, Buffer.alloc(3), 0, 3, 0, done)),
      await promised((done) => fs.read(fd, { buffer: Buffer.alloc(2), position: 3 }, done)),
      await promised((done) => fs.read(fd, Buffer.alloc(2), done)),
      await promised((done) => fs.write(fd, 'HE', 0, 'utf8', done)),
      await promised((done) => fs.write(fd, Buffer.from('y'), 0, 1, 4, done)),
      await promised((done) => fs.readv(fd, [Buffer.alloc(1)], 0, done)),
      await promised((done) => fs.writev(fd, [Buffer.from('z')], 5, done)),
      await promised((done) => fs.fstat(fd, done)),
      await promised((done) => fs.close(fd, done)),
    ];
    return results;
  },
  'promisify gives an object': async (fs, at) => {
    const fd = fs.openSync(at('file'), 'r+');
    const results = [
      await promisify(fs.read)(fd, Buffer.alloc(3), 0, 3, 0),
      await promisify(fs.write)(fd, Buffer.from('abc'), 0, 3, 0),
      await promisify(fs.readv)(fd, [Buffer.alloc(3)], 0),
      await promisify(fs.exists)(at('file')),
      await promisify(fs.exists)(at('none')),
      await promisify(fs.stat)(at('file')),
      await promisify(fs.close)(fd),
    ];
    return results;
  },
  'exists calls back without an error': async (fs, at) => [
    await promised((done) => fs.exists(at('file'), done)),
    await promised((done) => fs.exists({} as string, done)),
  ],
  'a callback is called later, with null alone when there is no result': async (fs, at) => {
    const order: unknown[] = [];
    const done = promised((resolve) =>
      fs.mkdir(at('new'), (...results) => {
        order.push('called', results.length);
        resolve();
      }),
    );
    order.push('returned');
    await done;
    return order;
  },
  'close may go without a callback': async (fs, at) => {
    const fd = fs.openSync(at('file'), 'r');
    fs.close(fd);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      try {
        fs.fstatSync(fd);
      } catch (error) {
        return error;
      }
    }
  },
  'without a callback it throws at once': (fs, at) => (fs.stat as unknown as (path: string) => void)(at('file')),
  'with a wrong argument it throws at once': (fs) => fs.stat(5 as unknown as string, () => {}),
  'readFile and writeFile take a descriptor from where it stands': async (fs, at) => {
    const fd = fs.openSync(at('file'), 'r+');
    fs.readSync(fd, Buffer.alloc(2));
    const rest = fs.readFileSync(fd, 'utf8');
    fs.writeFileSync(fd, 'more');
    fs.appendFileSync(fd, 'end');
    const after = await promised((done) => fs.readFile(fd, done));
    fs.closeSync(fd);
    return { rest, after };
  },
  'fchmod, fchown, futimes, ftruncate and the syncs work on a descriptor': (fs, at) => {
    const fd = fs.openSync(at('file'), 'r+');
    const { uid, gid } = fs.fstatSync(fd);
    fs.fchmodSync(fd, 0o604);
    fs.fchownSync(fd, uid, gid);
    fs.ftruncateSync(fd, 3);
    fs.futimesSync(fd, 1.5, new Date(2500));
    fs.fsyncSync(fd);
    fs.fdatasyncSync(fd);
    const { mode, size, atimeMs, mtimeMs } = fs.fstatSync(fd);
    fs.closeSync(fd);
    return { mode, size, atimeMs, mtimeMs };
  },
  'a file opened to read cannot be written or truncated': async (fs, at) => {
    const fd = fs.openSync(at('file'), 'r');
    const results = [
      (await promised((done) => fs.write(fd, 'x', done)))[0],
      await promised((done) => fs.ftruncate(fd, 1, done)),
    ];
    fs.closeSync(fd);
    return results;
  },
  'reading a directory is refused': (fs, at) => {
    const fd = fs.openSync(at('dir'), 'r');
    try {
      return fs.readSync(fd, Buffer.alloc(9));
    } finally {
      fs.closeSync(fd);
    }
  },
  'times are kept to the microsecond': (fs, at) => {
    fs.utimesSync(at('file'), 1_234_567_890.123_456, '1.9999999');
    fs.lutimesSync(at('broken'), new Date(-1), 1e9 + 0.25);
    const times = ({ atimeNs, mtimeNs, atime, mtimeMs }: ReturnType<typeof fs.statSync> & Record<string, unknown>) => [
      atimeNs,
      mtimeNs,
      atime,
      mtimeMs,
    ];
    return [
      times(fs.statSync(at('file'), { bigint: true }) as never),
      times(fs.lstatSync(at('broken'), { bigint: true }) as never),
      times(fs.lstatSync(at('broken')) as never),
    ];
  },
  'a time below zero means now': (fs, at) => {
    fs.utimesSync(at('file'), 1, 1);
    fs.utimesSync(at('file'), -5, 7);
    const { atimeMs, mtimeMs } = fs.statSync(at('file'));
    return { isRecent: atimeMs > 1000, mtimeMs };
  },
  'cp keeps times when asked': (fs, at) => {
    fs.utimesSync(at('file'), 1000, 2000.5);
    fs.cpSync(at('file'), at('new'), { preserveTimestamps: true });
    return fs.statSync(at('new')).mtimeMs;
  },
  'mkdtemp adds six letters and digits': async (fs, at) => {
    const names = [fs.mkdtempSync(at('x-')), await fs.promises.mkdtemp(at('x-'), 'utf8')];
    const modes = names.map((name) => fs.statSync(name).mode);
    for (const name of names) fs.rmdirSync(name);
    return { modes, shapes: names.map((name) => name.replace(/x-[A-Za-z0-9]{6}$/, 'x-*')) };
  },
};

for (const [name, script] of Object.entries(scripts)) test(name, () => comparison.expectSame(script));
