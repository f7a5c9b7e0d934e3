import { t1 } from './recorded/t1.ts';
import { t2 } from './recorded/t2.ts';
import { t3 } from './recorded/t3.ts';
import { t4 } from './recorded/t4.ts';
import { t5 } from './recorded/t5.ts';
import { t6 } from './recorded/t6.ts';
import { t7 } from './recorded/t7.ts';
import { t8 } from './recorded/t8.ts';
import { t9 } from './recorded/t9.ts';
import { t10 } from './recorded/t10.ts';
import { t11 } from './recorded/t11.ts';
import { t12 } from './recorded/t12.ts';
import { t13 } from './recorded/t13.ts';
import { t14 } from './recorded/t14.ts';
import { t18 } from './recorded/t18.ts';
import { t22 } from './recorded/t22.ts';
import { t23 } from './recorded/t23.ts';
import { t24 } from './recorded/t24.ts';
import type { Trace } from './trace.ts';

/** Every recorded run, in its order. */
export const traces: readonly Trace[] = [
  t1,
  t2,
  t3,
  t4,
  t5,
  t6,
  t7,
  t8,
  t9,
  t10,
  t11,
  t12,
  t13,
  t14,
  t18,
  t22,
  t23,
  t24,
];
