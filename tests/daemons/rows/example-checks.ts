import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { O_NONBLOCK, O_RDONLY, O_RDWR, POLLIN } from '../../../src/abi/linux.ts';
import type { Mounted } from '../../../src/mount.ts';
import type { Thread } from '../../../src/process/thread.ts';
import { ioctl } from '../../../src/syscalls/ioctl.ts';
import { open } from '../../../src/syscalls/open.ts';
import { poll } from '../../../src/syscalls/poll.ts';
import type { Blocking } from '../../../src/task/blocking.ts';
import type { OwnCheck } from '../row.ts';

const run = <T>({ kernel, process, credentials }: Mounted, code: (task: Thread) => Blocking<T>): Promise<T> =>
  kernel.run(process, credentials, code);

// From ioctl.h of the examples: _IOR('E', 0, size_t) and _IOW('E', 1, size_t).
const FIOC_GET_SIZE = 0x80084500;
const FIOC_SET_SIZE = 0x40084501;

/** ioctl(2) that sets the size of the example's buffer, and then gets it. */
export const asksItsSize: OwnCheck = {
  name: 'ioctl(2) sets the size of its file, and gets it',
  async check(mounted) {
    const fd = await run(mounted, (task) => open(task, '/fioc', O_RDWR));
    const size = new BigUint64Array([123n]);
    const bytes = new Uint8Array(size.buffer);
    assert.equal(await run(mounted, (task) => ioctl(task, fd, FIOC_SET_SIZE, bytes)), 0);
    size[0] = 0n;
    assert.equal(await run(mounted, (task) => ioctl(task, fd, FIOC_GET_SIZE, bytes)), 0);
    assert.equal(size[0], 123n);
  },
};

/** poll(2) on all sixteen files, which become ready one after the other. */
export const pollsReady: OwnCheck = {
  name: 'poll(2) sleeps until it tells that files are ready, and reading empties them',
  async check(mounted) {
    const files: { fd: number; events: number; revents: number }[] = [];
    for (const name of '0123456789ABCDEF') {
      const fd = await run(mounted, (task) => open(task, `/${name}`, O_RDONLY | O_NONBLOCK));
      files.push({ fd, events: POLLIN, revents: 0 });
    }
    const seen = new Set<number>();
    for (let round = 0; round < 40 && seen.size < 4; round++) {
      assert.ok((await run(mounted, (task) => poll(task, files, 10_000))) > 0);
      for (const { fd, revents } of files) {
        if ((revents & POLLIN) === 0) continue;
        seen.add(fd);
        const [bytesRead] = await readOnce(mounted, fd);
        assert.ok(bytesRead > 0);
      }
    }
    assert.ok(seen.size >= 4);
  },
};

async function readOnce({ fs }: Mounted, fd: number): Promise<[number, Buffer]> {
  const buffer = Buffer.alloc(16);
  return await new Promise((resolve, reject) =>
    fs.read(fd, buffer, 0, 16, null, (error, bytesRead) => (error ? reject(error) : resolve([bytesRead, buffer]))),
  );
}

const patienceMs = 10_000;

async function changes<T>(look: () => Promise<T>): Promise<boolean> {
  const first = await look();
  for (const end = Date.now() + patienceMs; Date.now() < end; await delay(100)) {
    if ((await look()) !== first) return true;
  }
  return false;
}

/** A file whose content is the time: the server says that what is kept of it is stale. */
export const showsNewTime = (file: string): OwnCheck => ({
  name: `${file} shows a new time although it may be cached for ever`,
  async check({ fs }) {
    assert.equal(await changes(() => fs.promises.readFile(file, 'utf8')), true);
  },
});

/** A file whose name is the time: the old name, although valid for longer, is gone once the server says so. */
export const losesItsName: OwnCheck = {
  name: 'a name that is valid for 30 s is gone when the server says so',
  async check({ fs }) {
    const [name] = await fs.promises.readdir('/');
    await fs.promises.stat(`/${name}`);
    const exists = (): Promise<boolean> =>
      fs.promises.stat(`/${name}`).then(
        () => true,
        () => false,
      );
    assert.equal(await changes(exists), true);
  },
};
