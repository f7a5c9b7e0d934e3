import * as fs from 'node:fs';
import path from 'node:path';
import type { Case } from '../case.ts';
import { cloneRepository } from '../clone.ts';

/** A clone of this repository: checked, changed, packed, and its files compared with those of the commit. */
export const git: Case = {
  name: 'git',
  servers: ['memory', 'dir'],
  needs: ['git'],
  shortOn: ['memory'],
  async run(world) {
    const { path: clone, git: inClone } = await cloneRepository(world);
    await inClone('fsck', '--full', '--strict');
    mustBeClean(await inClone('status', '--porcelain'));
    fs.appendFileSync(path.join(clone, 'README.md'), 'One line more.\n');
    fs.writeFileSync(path.join(clone, 'new-file'), 'new\n');
    await inClone('add', '-A');
    await inClone('commit', '-q', '-m', 'a change');
    await inClone('gc', '-q', '--prune=now');
    await inClone('fsck', '--full', '--strict');
    mustBeClean(await inClone('status', '--porcelain'));
    const objects = /in-pack: (\d+)/.exec(await inClone('count-objects', '-v'))?.[1];
    const tracked = (await inClone('ls-files', '-s')).trim().split('\n');
    await mustHashAlike(tracked, (names) => inClone('hash-object', '--', ...names));
    return `${objects} objects cloned, committed to, packed and checked; ${tracked.length} files as committed`;
  },
};

function mustBeClean(status: string): void {
  if (status !== '') throw new Error(`git status is not clean:\n${status}`);
}

/** Compares each file's content with the object that the index names. */
async function mustHashAlike(
  tracked: readonly string[],
  hash: (names: readonly string[]) => Promise<string>,
): Promise<void> {
  const expected = tracked.map((line) => line.split(/[ \t]/)[1]);
  const found = (await hash(tracked.map((line) => line.split('\t')[1] ?? ''))).trim().split('\n');
  const at = expected.findIndex((object, index) => object !== found[index]);
  if (at >= 0) throw new Error(`${tracked[at]}: the file hashes to ${found[at]}`);
}
