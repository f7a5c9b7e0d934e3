import { expect, test } from 'vitest';
import type { Result } from './results.ts';
import type { Letter } from './subjects.ts';
import { judge, type Verdict } from './targets.ts';

const result = (name: string, way: string, subject: Letter, rates: number[]): Result => ({
  case: name,
  way,
  subject,
  unit: 'calls',
  rates,
  cpu: null,
  systemCalls: null,
});

const verdictOn = (title: string, results: readonly Result[]): Verdict => {
  const found = judge({ results, inodes: null }).find(({ target }) => target.title === title);
  if (found === undefined) throw new Error(`there is no target '${title}'`);
  return found;
};

test('a rate is held against its limit by its median', () => {
  const title = 'stat cached, synchronous: (a)';
  const isMet = (rates: number[]) => verdictOn(title, [result('stat-cached', 'sync', 'a', rates)]).isMet;
  expect(isMet([1, 1_500_000, 9_000_000])).toBe(true);
  expect(isMet([1, 1_499_999, 9_000_000])).toBe(false);
});

test('a latency is how many times as long ours takes: at most', () => {
  const title = 'time of stat-uncached, sync: (c) to (d)';
  const of = (ours: number) =>
    verdictOn(title, [result('stat-uncached', 'sync', 'c', [ours]), result('stat-uncached', 'sync', 'd', [110])]);
  expect(of(100)).toMatchObject({ isMet: true, spread: { median: 1.1 } });
  expect(of(99)).toMatchObject({ isMet: false });
});

test('the cost of a listener is the time it adds', () => {
  const rows = [result('tracing', 'off', 'a', [120]), result('tracing', 'one listener', 'a', [100])];
  const { spread, isMet } = verdictOn('cost of tracing with one listener: (a)', rows);
  expect(spread?.median).toBeCloseTo(20);
  expect(isMet).toBe(false);
});

test('the cost of tracing that is off is the share of its checks in a call', () => {
  const rows = [result('tracing', 'off', 'a', [1000]), result('tracing', 'off, alone', 'a', [200_000])];
  expect(verdictOn('cost of tracing that is off: (a)', rows)).toMatchObject({ spread: { median: 0.5 }, isMet: true });
});

test('memory is that of one inode', () => {
  const inodes = { inodes: 1_000_000, bytesPerInode: 700, externalBytesPerInode: 0 };
  const verdict = judge({ results: [], inodes }).find(({ target }) => target.kind === 'bytes');
  expect(verdict).toMatchObject({ spread: { median: 700 }, isMet: false });
});

test('what was not measured is neither met nor missed', () => {
  expect(judge({ results: [], inodes: null }).every(({ spread, isMet }) => spread === null && isMet === null)).toBe(
    true,
  );
});

test('every target has a title of its own', () => {
  const titles = judge({ results: [], inodes: null }).map(({ target }) => target.title);
  expect(new Set(titles).size).toBe(titles.length);
});
