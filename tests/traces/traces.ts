import { t1 } from './recorded/t1.ts';
import { t2 } from './recorded/t2.ts';
import { t3 } from './recorded/t3.ts';
import type { Trace } from './trace.ts';

/** Every recorded run, in its order. */
export const traces: readonly Trace[] = [t1, t2, t3];
