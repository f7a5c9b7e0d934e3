import type { RequestStep } from '../../fuse/events.ts';
import type { Life } from './lives.ts';

/** The stages of a life that are drawn below it: from one step to the next. */
const stages: readonly (readonly [string, RequestStep, RequestStep])[] = [
  ['held back', 'created', 'queued'],
  ['queued', 'queued', 'read'],
  ['server', 'read', 'replied'],
];

/**
 * Lives in the Trace Event Format, which chrome://tracing and Perfetto open: one asynchronous slice a request, its stages
 * nested below. Times are microseconds.
 */
export function chromeTrace(lives: readonly Life[], server: string): string {
  const events: object[] = [{ name: 'process_name', ph: 'M', pid: 1, args: { name: server } }];
  for (const [id, life] of lives.entries()) {
    const slice = (name: string, from: number, to: number, args: object): void => {
      const common = { name, cat: 'fuse', id, pid: 1, tid: 1 };
      events.push({ ...common, ph: 'b', ts: from * 1000, args }, { ...common, ph: 'e', ts: to * 1000 });
    };
    const times = [...life.steps.values()];
    const { unique, nodeid, names, pid, requestSize, replySize, error } = life;
    const args = { unique, nodeid: String(nodeid), names, pid, requestSize, replySize, error };
    slice(life.opcode, times[0] ?? 0, times.at(-1) ?? 0, args);
    for (const [name, first, second] of stages) {
      const from = life.steps.get(first);
      const to = life.steps.get(second);
      if (from !== undefined && to !== undefined) slice(name, from, to, {});
    }
  }
  return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: events });
}
