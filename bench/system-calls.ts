import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Why system calls cannot be counted here, or null when they can. */
export function whyNotCounted(): string | null {
  return spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0 ? null : 'strace is not there';
}

/**
 * Counts the system calls that this process and some others make, all their threads together, while `work` runs: by
 * strace(1), which makes them slow and does not change how many there are.
 *
 * @throws Error when strace cannot trace them
 */
export async function countSystemCalls(pids: readonly number[], work: () => Promise<void>): Promise<number> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'fusewire-strace-'));
  const file = path.join(directory, 'summary');
  const traced = [process.pid, ...pids];
  const args = ['-f', '-c', '-o', file, ...traced.flatMap((pid) => ['-p', String(pid)])];
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(strace, 'exit');
  try {
    await attached(strace, traced.length);
    await work();
  } finally {
    strace.kill('SIGINT');
    await ended;
  }
  try {
    return totalOf(readFileSync(file, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Waits until strace has said of each process that it traces it. */
async function attached(strace: ChildProcess, count: number): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    strace.stderr?.on('data', (text) => {
      said += text;
      // Of threads, too, it says that they are attached, by their number; and all of those of a process in one line.
      if ((said.match(/^strace: Process \d+ attached(?: with \d+ threads)?$/gm) ?? []).length >= count) resolve();
    });
    strace.once('error', reject);
    strace.once('exit', () => reject(new Error(`strace does not trace: ${said}`)));
  });
}

/** The sum in strace's table: a line that ends in `total`, with the calls, and the errors where there were some, before it. */
export function totalOf(summary: string): number {
  const line = summary.split('\n').find((text) => text.endsWith(' total'));
  if (line === undefined) return 0;
  const calls = line.trim().split(/\s+/)[3];
  if (!/^\d+$/.test(calls ?? '')) throw new Error(`strace's table is not understood: ${line}`);
  return Number(calls);
}
