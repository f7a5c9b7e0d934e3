import * as fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from '../case.ts';
import { listing, mustBeEqual, repository, type World } from '../world.ts';

/** Several processes at once: some copy trees in, while others remove and rename theirs. */
export const crowd: Case = {
  name: 'crowd',
  servers: ['memory', 'dir'],
  needs: [],
  shortOn: ['memory', 'dir'],
  async run(world, { size }) {
    const [processes, rounds, folder] = size === 'long' ? [6, 5, 'src'] : [3, 1, 'src/server'];
    const from = path.join(world.scratch, 'original');
    await world.run('cp', ['-a', path.join(repository, folder), from]);
    const expected = await listing(from);
    const script =
      'for round in $(seq "$2"); do cp -a "$0" "$1.new"; cp -a "$1.new" "$1"; mv "$1" "$1.old"; rm -rf "$1.new"; mv "$1.old" "$1"; ' +
      '[ "$round" = "$2" ] || rm -rf "$1"; done';
    const trees = Array.from({ length: processes }, (_, index) => path.join(world.root, `tree-${index}`));
    await Promise.all(trees.map((tree) => world.run('sh', ['-ec', script, from, tree, `${rounds}`])));
    for (const tree of trees) mustBeEqual(tree, await listing(tree), expected);
    await Promise.all(trees.map((tree) => world.run('rm', ['-rf', tree])));
    await mustBeEmpty(world);
    return `${processes} processes, ${rounds * processes * 2} copies of ${expected.length} entries; nothing left after rm -rf`;
  },
};

/** No name is left; and of `memory`, where only the root is free to stay, no inode and no byte: Linux has forgotten them all. */
async function mustBeEmpty({ root, server }: World): Promise<void> {
  const names = fs.readdirSync(root);
  if (names.length > 0) throw new Error(`left behind: ${names.join(' ')}`);
  if (server !== 'memory') return;
  let left = '';
  for (let attempt = 0; attempt < 200; attempt++) {
    const { blocks, bfree, files, ffree } = await fs.promises.statfs(root);
    left = `${files - ffree} inodes, ${blocks - bfree} blocks`;
    if (left === '1 inodes, 0 blocks') return;
    await delay(50);
  }
  throw new Error(`the server still holds ${left}`);
}
