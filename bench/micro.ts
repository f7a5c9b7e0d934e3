import { run } from 'mitata';
import { mount } from '../src/mount.ts';
import { memory } from '../src/server/memory.ts';
import { cacheBenches } from './micro/caches.ts';
import { codecBenches } from './micro/codec.ts';
import { schedulerBenches } from './micro/scheduler.ts';
import { waitBenches } from './micro/waits.ts';

/** Measures parts alone, and prints nanoseconds for each: to find what a change did, not to compare with anybody. */
export async function micro(): Promise<void> {
  await using mounted = await mount(memory());
  codecBenches();
  schedulerBenches();
  cacheBenches(mounted);
  const endWaits = waitBenches();
  await run({ colors: process.stdout.isTTY });
  await endWaits();
}
