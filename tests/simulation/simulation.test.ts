import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import { simulate } from './run.ts';
import { commandOf, shorten } from './shorten.ts';
import type { Judged } from './steps.ts';

const SEEDS = 240;
const PARTS = 6;

test.each(Array.from({ length: PARTS }, (_, part) => part))(
  `whatever happens, results can be explained and nothing is left behind: part ${'%d'} of the seeds`,
  (part) => {
    for (let seed = part; seed < SEEDS; seed += PARTS) {
      const outcome = simulate(seed);
      if (outcome.faults.length === 0) continue;
      const failure = shorten(outcome);
      expect.fail(`${outcome.faults.join('\n')}\n${commandOf(failure)}`);
    }
  },
);

test('a seed decides everything', () => {
  for (const seed of [1, 2, 3, 5, 8]) {
    const { log } = simulate(seed);
    expect(simulate(seed).log).toEqual(log);
    expect(log.length).toBeGreaterThan(100);
  }
});

test('seeds differ, and all modes and most variants come', () => {
  const outcomes = Array.from({ length: 60 }, (_, seed) => simulate(1000 + seed));
  expect(new Set(outcomes.map(({ plan }) => plan.mode)).size).toBe(3);
  expect(new Set(outcomes.map(({ plan }) => plan.variant.name)).size).toBeGreaterThan(15);
  expect(new Set(outcomes.map(({ log }) => log.join('\n'))).size).toBe(60);
});

test('what is left out of a plan is not called', () => {
  const { calls } = simulate(1);
  const shorter = simulate(1, { keep: new Set([0, 1]), faults: 0 });
  expect(shorter.plan.threads.flatMap((thread) => thread.calls.map(({ id }) => id))).toEqual([0, 1]);
  expect(shorter.calls).toBeLessThan(calls);
});

const call = (name: string, args: readonly (string | number)[], result: string | null, more = {}): Judged => ({
  name,
  args,
  result,
  pid: 1,
  uid: 0,
  id: `${name} ${args}`,
  ...more,
});

const begins = (at: number) => ({ kind: 'begins' as const, call: at });
const ends = (at: number) => ({ kind: 'ends' as const, call: at });

test('the judge takes any order of calls that overlap, and no other', () => {
  const calls = [call('mkdir', ['a', 0o777], 'ok'), call('stat', ['a'], 'ENOENT')];
  expect(judge(calls, [begins(0), begins(1), ends(0), ends(1)])).toBe('explained');
  expect(judge(calls, [begins(0), ends(0), begins(1), ends(1)])).toEqual({
    call: 1,
    allowed: ['directory 777 uid=0'],
  });
});

test('the judge lets other calls come between the parts of a path', () => {
  const calls = [
    call('mkdir', ['a', 0o777], 'ok'),
    call('open', ['a/f', 'O_RDWR|O_CREAT', 0o644], '3'),
    call('rename', ['a', 'b'], 'ok'),
    call('stat', ['a/f'], 'file 644 uid=0 nlink=1 size=0'),
  ];
  const before = [begins(0), ends(0), begins(1), ends(1)];
  expect(judge(calls, [...before, begins(3), begins(2), ends(2), ends(3)])).toBe('explained');
  expect(judge(calls, [...before, begins(2), ends(2), begins(3), ends(3)])).toMatchObject({ call: 3 });
});

test('the judge believes anything of a call that failed for no reason of the model, and keeps believing', () => {
  const calls = [call('mkdir', ['a', 0o777], null), call('stat', ['a'], 'ENOENT'), call('rmdir', ['a'], 'ok')];
  const moments = [begins(0), ends(0), begins(1), ends(1), begins(2), ends(2)];
  expect(judge(calls, moments)).toBe('explained');
  expect(judge([...calls, call('rmdir', ['a'], 'ok')], [...moments, begins(3), ends(3)])).toMatchObject({ call: 3 });
});

test('the judge knows what was written, and who may', () => {
  const calls = [
    call('open', ['f', 'O_RDWR|O_CREAT', 0o600], '3'),
    call('pwrite', [3, 'abc', 2], '3'),
    call('pread', [3, 64, 0], JSON.stringify('\0\0abc')),
    call('open', ['f', 'O_RDONLY', 0], 'EACCES', { uid: 1000, pid: 2 }),
    call('pread', [3, 64, 0], JSON.stringify('abc')),
  ];
  const moments = calls.flatMap((_, at) => [begins(at), ends(at)]);
  expect(judge(calls, moments)).toEqual({ call: 4, allowed: [JSON.stringify('\0\0abc')] });
});
