import { spawn } from 'node:child_process';
import { lstat, open, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { O_PATH } from '../abi/linux.ts';
import { typeWithoutAsking } from '../linux/file-type.ts';
import { type MountEntry, mountAt } from '../linux/mounts.ts';

/** Milliseconds that the server of a mount may take to answer one question. */
const PATIENCE = 3_000;

/** Whether a mount is one of FUSE. */
export const isFuse = ({ type }: MountEntry): boolean => /^fuse(blk)?(\.|$)/.test(type);

/**
 * The real path of a place to mount at, and its type. The way there is walked by another thread; what is mounted there
 * already is asked by another process, so that one that does not answer stops neither this thread nor this process's end.
 *
 * @throws Error when there is no such place, or a FUSE mount is there whose server is gone or does not answer
 */
export async function mountPoint(directory: string): Promise<{ target: string; mode: number }> {
  const { target, mode } = await opened(directory);
  const there = mountAt(target);
  const state = there !== undefined && isFuse(there) ? await stateOf(target) : 'answers';
  if (state === 'answers') return { target, mode };
  const [why, command] =
    state === 'dead' ? ['is gone', 'fusewire unmount'] : ['does not answer', 'fusewire unmount --force'];
  throw new Error(`${directory}: a FUSE mount whose server ${why} is in the way; clear it: ${command} ${directory}`);
}

async function opened(directory: string): Promise<{ target: string; mode: number }> {
  try {
    // Asks nobody about the place itself: only open(2) without O_PATH and stat(2) would.
    const file = await open(directory, O_PATH);
    try {
      return { target: await readlink(`/proc/self/fd/${file.fd}`), mode: typeWithoutAsking(file.fd) };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new Error(`${directory}: nothing can be mounted there: ${(error as Error).message}`, { cause: error });
  }
}

const QUESTION = `require('node:fs').stat(process.argv[1], (error) => process.stdout.write(error?.code ?? 'OK'))`;

/** What becomes of a question to a FUSE mount, put by another process. One that nobody answers is left to itself. */
export function stateOf(target: string): Promise<'answers' | 'dead' | 'silent'> {
  const child = spawn(process.execPath, ['-e', QUESTION, target], { stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.unref();
      resolve('silent');
    }, PATIENCE);
    child.once('error', reject).once('close', () => {
      clearTimeout(timer);
      resolve(/ENOTCONN|ECONNABORTED/.test(said) ? 'dead' : 'answers');
    });
  });
}

/** The real path of a mount point whose own files may be stuck: only its parent is asked. */
export async function withoutLooking(directory: string): Promise<string> {
  const absolute = path.resolve(directory);
  const parent = await realpath(path.dirname(absolute));
  const target = path.join(parent, path.basename(absolute));
  if (mountAt(target) !== undefined) return target;
  return (await lstat(target)).isSymbolicLink() ? await realpath(target) : target;
}
