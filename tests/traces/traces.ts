import { t1 } from './recorded/t1.ts';
import { t2 } from './recorded/t2.ts';
import { t3 } from './recorded/t3.ts';
import { t4 } from './recorded/t4.ts';
import { t5 } from './recorded/t5.ts';
import { t10 } from './recorded/t10.ts';
import { t11 } from './recorded/t11.ts';
import { t12 } from './recorded/t12.ts';
import { t13 } from './recorded/t13.ts';
import { t14 } from './recorded/t14.ts';
import { t22 } from './recorded/t22.ts';
import { t24 } from './recorded/t24.ts';
import type { Trace } from './trace.ts';

/** Every recorded run, in its order. */
export const traces: readonly Trace[] = [t1, t2, t3, t4, t5, t10, t11, t12, t13, t14, t22, t24];
