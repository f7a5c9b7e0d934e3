import * as fs from 'node:fs';
import path from 'node:path';
import type { Case, Size } from '../case.ts';
import { listing, mustBeEqual, repository, type World } from '../world.ts';

/** The folders of this repository that are copied; those of the long form have links and thousands of files. */
const foldersOf = (size: Size): readonly string[] =>
  size === 'long' ? ['src', 'tests', 'scripts', 'node_modules'] : ['scripts', 'src/server'];

/** What is copied, apart from the repository, where others may write meanwhile. */
async function original(world: World, size: Size): Promise<{ from: string; expected: string[] }> {
  const from = path.join(world.scratch, 'original');
  fs.mkdirSync(from);
  await world.run('cp', ['-a', ...foldersOf(size).map((name) => path.join(repository, name)), from]);
  fs.symlinkSync('nowhere', path.join(from, 'dangling'));
  fs.linkSync(path.join(from, 'scripts/test.mjs'), path.join(from, 'hard-link'));
  // rsync takes times within the same second for equal.
  await world.run('touch', ['-h', '-d', '2001-02-03 04:05:06.789', from, path.join(from, 'dangling')]);
  return { from, expected: await listing(from) };
}

/** tar into the mount, out of it, and the trees compared. */
export const tar: Case = {
  name: 'tar',
  servers: ['memory', 'dir'],
  needs: ['tar'],
  shortOn: ['memory'],
  async run(world, { size }) {
    const { from, expected } = await original(world, size);
    const [into, back] = [path.join(world.root, 'copy'), path.join(world.scratch, 'back')];
    for (const directory of [into, back]) fs.mkdirSync(directory);
    const pipe = (source: string, target: string): Promise<string> =>
      world.run('sh', ['-ec', 'tar --format=posix -C "$0" -cf - . | tar -C "$1" -xpf -', source, target]);
    await pipe(from, into);
    mustBeEqual('the tree that tar made in the mount', await listing(into), expected);
    await pipe(into, back);
    mustBeEqual('the tree that tar took out of the mount', await listing(back), expected);
    return `${expected.length} entries in and out, compared with contents, modes and times`;
  },
};

/** rsync -a twice: the second time there is nothing to do, and by checksums neither. */
export const rsync: Case = {
  name: 'rsync',
  servers: ['memory', 'dir'],
  needs: ['rsync'],
  shortOn: ['memory'],
  async run(world, { size }) {
    const { from, expected } = await original(world, size);
    const into = path.join(world.root, 'copy');
    const transfer = (...options: string[]): Promise<string> =>
      world.run('rsync', ['-aH', '--itemize-changes', ...options, `${from}/`, `${into}/`]);
    const first = (await transfer()).trim().split('\n').length;
    for (const options of [[], ['--checksum', '--dry-run']]) {
      const again = await transfer(...options);
      if (again !== '') throw new Error(`rsync ${options.join(' ')} found more to do:\n${again.slice(0, 500)}`);
    }
    mustBeEqual('the tree that rsync made', await listing(into), expected);
    return `${first} entries transferred, none the second time, none by checksum`;
  },
};
