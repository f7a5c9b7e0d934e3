import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountCalls } from './calls/mounts.ts';
import { calls } from './calls.ts';
import { generatedCalls } from './generator.ts';
import { obstacle } from './obstacle.ts';
import { Trial } from './trial.ts';
import { variants } from './variants.ts';

// The short form of `npm run oracle`: hand-written scripts, all in some variants and a part in the others; few random ones.
const RANDOM = { seed: 1, scripts: variants.length, steps: 100 };
/** In the other variants each so-manieth script, and in each variant others. */
const PART = 16;
const TIMEOUT = 300_000; // for a machine with other work

let complaints: string[] = [];
let trial: Trial | null = null;

beforeAll(() => {
  if (obstacle() === null) trial = new Trial((explanation) => complaints.push(explanation));
});

afterAll(async () => {
  await trial?.[Symbol.asyncDispose]();
});

for (const [index, variant] of variants.entries()) {
  test(`hand-written scripts give the same on Linux and on Fusewire: ${variant.name}`, {
    timeout: TIMEOUT,
  }, async (context) => {
    context.skip(trial === null, obstacle() ?? '');
    complaints = [];
    await trial?.runWritten([variant], variant.isInShortForm === true ? {} : { every: PART, from: index % PART });
    expect(complaints).toEqual([]);
  });
}

test('random scripts give the same on Linux and on Fusewire', { timeout: TIMEOUT }, async (context) => {
  context.skip(trial === null, obstacle() ?? '');
  complaints = [];
  await trial?.runRandom({ ...RANDOM, variants });
  expect(complaints).toEqual([]);
});

test('every system call is in a hand-written script', (context) => {
  context.skip(trial === null, obstacle() ?? '');
  expect(trial?.written.missing(Object.keys(calls))).toEqual([]);
});

test('random scripts make every system call that scripts can make, but mount nothing', () => {
  const wanted = Object.keys(calls).filter((call) => !Object.hasOwn(mountCalls, call));
  expect(wanted.filter((call) => !generatedCalls.has(call))).toEqual([]);
});
