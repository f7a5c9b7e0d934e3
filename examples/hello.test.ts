import { mount } from 'fusewire';
import { expect, test } from 'vitest';
import hello from './hello.ts';

test('hello shows one file with its size, type and content', async () => {
  await using mounted = await mount(hello);
  const { fs } = mounted;
  expect(fs.readdirSync('/', { withFileTypes: true }).map((entry) => [entry.name, entry.isFile()])).toEqual([
    ['hello.txt', true],
  ]);
  expect(fs.statSync('/hello.txt')).toMatchObject({ size: 14, mode: 0o100444, nlink: 1 });
  expect(fs.readFileSync('/hello.txt', 'utf8')).toBe('Hello, world!\n');
});

test('a read behind the end of hello.txt is empty, one across it is short', async () => {
  await using mounted = await mount(hello);
  const fd = mounted.fs.openSync('/hello.txt', 'r');
  const buffer = Buffer.alloc(100);
  expect(mounted.fs.readSync(fd, buffer, 0, 100, 7)).toBe(7);
  expect(buffer.toString('utf8', 0, 7)).toBe('world!\n');
  expect(mounted.fs.readSync(fd, buffer, 0, 100, 2 ** 40)).toBe(0);
});

test.for([
  ['another name', 'ENOENT', 'stat', ['/other']],
  ['a name below the file', 'ENOTDIR', 'stat', ['/hello.txt/below']],
  ['writing', 'EACCES', 'writeFile', ['/hello.txt', 'new']],
  ['removing', 'ENOSYS', 'unlink', ['/hello.txt']],
] as const)('%s fails with %s in hello', async ([, code, call, args]) => {
  await using mounted = await mount(hello);
  const method = mounted.fs.promises[call] as (...args: readonly string[]) => Promise<unknown>;
  await expect(method(...args)).rejects.toMatchObject({ code });
});

test('hello is asked for a name once, because its answers hold for ever', async () => {
  const asked: string[] = [];
  await using mounted = await mount(hello, {
    trace: ({ step, request }) => {
      if (step === 'created') asked.push(request.opcode.name);
    },
  });
  for (let count = 0; count < 3; count++) mounted.fs.statSync('/hello.txt');
  expect(asked).toEqual(['INIT', 'LOOKUP']);
});
