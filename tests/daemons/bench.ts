import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as hostFs from 'node:fs/promises';
import * as path from 'node:path';
import type { Bench } from './checks.ts';
import { digest } from './digest.ts';
import { writeTree } from './tree.ts';

/**
 * Makes the reference tree in a directory: the whole one, or a small one without its large files, for daemons that copy
 * each file over a network or into an image.
 */
export async function makeBench(base: string, size: 'whole' | 'small'): Promise<Bench> {
  const tree = path.join(base, 'tree');
  writeTree(tree, size);
  // Until its data is on the disk a file's count of blocks may change, under a daemon that shows the file itself.
  execFileSync('sync', ['--file-system', base]);
  return { tree, original: await digest(hostFs, tree), scratch: () => fs.mkdtempSync(path.join(base, 'scratch-')) };
}
