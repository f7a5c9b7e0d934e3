import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RUN_TYPESCRIPT } from './oracle/runner.ts';

const source = (path: string): string => new URL(`../src/${path}`, import.meta.url).href;

/** Writes through a writeback cache and just ends, with the file open; the server tells what reached it. */
const PROGRAM = `
  const { mount } = await import('${source('mount.ts')}');
  const { memory } = await import('${source('server/memory.ts')}');
  const server = memory();
  const { init, write } = server;
  server.init = (offer) => ({ ...init.call(server, offer), flags: ['WRITEBACK_CACHE'] });
  server.write = (request, ...rest) => {
    console.log('written ' + request.body.size);
    return write.call(server, request, ...rest);
  };
  const { fs } = await mount(server);
  const file = await fs.promises.open('/f', 'w');
  await file.write('hello');
  globalThis.file = file;
  console.log('the program is over');
`;

test('what a program has written and not closed is written when it comes to its end', () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const options = { cwd, encoding: 'utf8', timeout: 60_000 } as const;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...RUN_TYPESCRIPT, '--input-type=module', '--eval', PROGRAM],
    options,
  );
  expect({ stdout, stderr }).toEqual({ stdout: 'the program is over\nwritten 5\n', stderr: '' });
});
