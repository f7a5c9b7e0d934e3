import type { Case } from '../case.ts';
import { again, awaited } from './turns.ts';

const SIZE = 4096; // bytes

/** A file's whole life. */
export const createWriteUnlink: Case = {
  name: 'create-write-unlink',
  title: 'create a file, write 4 KiB, close and unlink it',
  setup: 'uncached',
  unit: 'calls',
  prepare: async ({ fs, root }) => {
    const content = new Uint8Array(SIZE).fill(7);
    const path = `${root}/file`;
    return {
      sync: again(() => {
        const fd = fs.openSync(path, 'wx');
        fs.writeSync(fd, content, 0, SIZE, 0);
        fs.closeSync(fd);
        fs.unlinkSync(path);
      }, 16),
      promise: awaited(async () => {
        const handle = await fs.promises.open(path, 'wx');
        await handle.write(content, 0, SIZE, 0);
        await handle.close();
        await fs.promises.unlink(path);
      }),
    };
  },
};

/** A name that changes, in one directory. */
export const rename: Case = {
  name: 'rename',
  title: 'rename a file in its directory',
  setup: 'cached',
  unit: 'calls',
  prepare: async ({ fs, root, source }) => {
    source.fs.writeFileSync(`${source.root}/0`, '');
    let last = 0;
    const next = (): [string, string] => [`${root}/${last}`, `${root}/${++last}`];
    return {
      sync: again(() => fs.renameSync(...next()), 16),
      promise: awaited(() => fs.promises.rename(...next())),
    };
  },
};
