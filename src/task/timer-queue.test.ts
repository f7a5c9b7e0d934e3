import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerQueue } from './timer-queue.ts';

test('timers fire in the order of their times, equal times in the order they were set', () => {
  const fired: string[] = [];
  const timers = new TimerQueue();
  for (const [time, name] of [
    [3, 'c'],
    [1, 'a'],
    [2, 'b1'],
    [2, 'b2'],
  ] as const) {
    timers.add(time, () => fired.push(name));
  }
  timers.fire(2);
  expect(fired).toEqual(['a', 'b1', 'b2']);
  expect(timers.next).toBe(3);
});

test('a timer that a firing timer adds for now fires in the same turn', () => {
  const fired: number[] = [];
  const timers = new TimerQueue();
  timers.add(1, () => timers.add(1, () => fired.push(2)));
  timers.fire(1);
  expect(fired).toEqual([2]);
});

test('cancelled timers never fire, whatever was added and cancelled in between', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean()), { maxLength: 200 }), (plan) => {
      const timers = new TimerQueue();
      const fired: number[] = [];
      const expected: number[] = [];
      for (const [time, keep] of plan) {
        const timer = timers.add(time, () => fired.push(time));
        if (keep) expected.push(time);
        else timer.cancel();
      }
      expect(timers.next).toBe(expected.length === 0 ? null : Math.min(...expected));
      timers.fire(50);
      expect(fired).toEqual([...expected].sort((a, b) => a - b));
      expect(timers.next).toBeNull();
    }),
  );
});
