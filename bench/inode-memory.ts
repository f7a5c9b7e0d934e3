import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { InodeMemory } from './memory.ts';

const exec = promisify(execFile);
const program = fileURLToPath(new URL('memory-main.ts', import.meta.url));
const hook = new URL('../scripts/run-typescript.mjs', import.meta.url).href;
const HEAP = 8192; // MiB, more than what is measured may need

/**
 * What `count` cached inodes cost, measured in a process of its own.
 *
 * @throws Error when it fails
 */
export async function inodeMemory(count: number, signal: AbortSignal): Promise<InodeMemory> {
  const args = ['--expose-gc', `--max-old-space-size=${HEAP}`, '--import', hook, program, String(count)];
  const { stdout } = await exec(process.execPath, args, { signal });
  return JSON.parse(stdout) as InodeMemory;
}
