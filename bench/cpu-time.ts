import { readFileSync } from 'node:fs';

/** The kernel counts the time of other processes in these: USER_HZ, which is the same on every architecture Node runs on. */
const TICK = 10_000; // microseconds

/** Microseconds of CPU time that this process and some others have had, their kernel time included. */
export function cpuTime(pids: readonly number[]): number {
  const { user, system } = process.cpuUsage();
  return pids.reduce((sum, pid) => sum + cpuTimeOf(pid), user + system);
}

function cpuTimeOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in parentheses may hold anything; what is counted here comes behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
