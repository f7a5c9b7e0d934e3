import { performance } from 'node:perf_hooks';
import type { Clock } from '../task/clock.ts';

/** The machine's clocks; the wall clock is good to a millisecond. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => {
    const milliseconds = Date.now();
    const seconds = Math.floor(milliseconds / 1000);
    return { seconds, nanoseconds: (milliseconds - seconds * 1000) * 1_000_000 };
  },
};
