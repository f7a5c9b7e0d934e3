import type { Turn } from '../case.ts';

const BATCH = 128;
const AWAITED = 16;
const AT_A_TIME = 64;
/** Calls of a batch are few beside those that reading the clock costs, and system calls are counted over many. */
const COUNTED = 512; // calls

/** A call again and again, on this stack. */
export const again = (call: () => void, batch = BATCH): Turn => ({
  run: () => {
    for (let done = 0; done < batch; done++) call();
    return batch;
  },
  counted: Math.ceil(COUNTED / batch),
});

/** A call again and again, each awaited before the next. */
export const awaited = (call: () => Promise<unknown>, batch = AWAITED): Turn => ({
  run: async () => {
    for (let done = 0; done < batch; done++) await call();
    return batch;
  },
  counted: Math.ceil(COUNTED / batch),
});

/** Many calls at the same time, then all awaited. */
export const together = (call: () => Promise<unknown>): Turn => ({
  run: async () => {
    const calls: Promise<unknown>[] = [];
    for (let made = 0; made < AT_A_TIME; made++) calls.push(call());
    await Promise.all(calls);
    return AT_A_TIME;
  },
  counted: Math.ceil(COUNTED / AT_A_TIME),
});
