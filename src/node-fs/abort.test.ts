import { expect, test } from 'vitest';
import { ESTALE } from '../abi/errno.ts';
import { mount } from '../mount.ts';
import { memory } from '../server/memory.ts';

test('a call on a server that does not answer is aborted at once, and its descriptor goes', async () => {
  let asked: () => void = () => {};
  const reading = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let answer: (bytes: Uint8Array) => void = () => {};
  const read = (): Promise<Uint8Array> => {
    asked();
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  await using mounted = await mount(Object.assign(memory(), { read }));
  const { fs, process } = mounted;
  await fs.promises.writeFile('/file', 'content');

  const controller = new AbortController();
  const result = fs.promises.readFile('/file', { signal: controller.signal });
  await reading;
  controller.abort();
  await expect(result).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });

  answer(new Uint8Array(7));
  await expect.poll(() => process.fds.open).toEqual([]);
  expect(await fs.promises.readdir('/')).toEqual(['file']);
});

test('a synchronous call on a server that answers later is a deadlock by name, and promises go on', async () => {
  await using mounted = await mount(Object.assign(memory(), { statfs: async () => ({ bsize: 512 }) }));
  const { fs } = mounted;
  expect(() => fs.statfsSync('/')).toThrow(/^deadlock: .*STATFS/);
  expect(await fs.promises.statfs('/')).toMatchObject({ bsize: 512 });
});

test('an error of the server that libuv does not know is shown by number', async () => {
  const unlink = (): never => {
    throw ESTALE;
  };
  await using mounted = await mount(Object.assign(memory(), { unlink }));
  const { fs } = mounted;
  fs.writeFileSync('/file', '');
  expect(() => fs.unlinkSync('/file')).toThrow(
    expect.objectContaining({
      code: 'Unknown system error -116',
      errno: -116,
      syscall: 'unlink',
      path: '/file',
      message: "Unknown system error -116: Unknown system error -116, unlink '/file'",
    }),
  );
});
