import { expect, test } from 'vitest';
import { prepare, type Verdict } from '../oracle/oracle.ts';
import type { Outcome } from '../oracle/outcome.ts';
import { rowsOf, seenBy } from './page.ts';
import { Tally } from './tally.ts';

const script = prepare({ name: 'some calls', steps: 'stat f\nunlink f' });

const outcome = (steps: readonly (readonly string[])[], background: readonly string[]): Outcome => ({
  results: ['', ''],
  tree: [],
  requests: { steps, background },
  log: [],
});

/** A run in which the kernels sent this. */
const verdict = (linux: Outcome, fusewire: Outcome): Verdict => ({
  script,
  variant: 'direct',
  linux,
  fusewire,
  differences: [],
});

test('an opcode is counted once a step, by the call that was made, and compared by itself', () => {
  const tally = new Tally();
  const linux = outcome(
    [
      ["LOOKUP n=1 'f'", 'GETATTR n=2'],
      ["LOOKUP n=1 'f'", "UNLINK n=1 'f'"],
    ],
    ['FORGET n=2'],
  );
  const fusewire = outcome(
    [
      ["LOOKUP n=1 'f'", 'GETATTR n=3'],
      ["LOOKUP n=1 'f'", "UNLINK n=1 'f'"],
    ],
    ['FORGET n=2'],
  );
  tally.add(verdict(linux, fusewire));
  tally.add(verdict(linux, linux));
  expect(seenBy(tally, 'LOOKUP')).toEqual({ calls: 'stat, unlink', compared: '4 of 4 steps' });
  expect(seenBy(tally, 'GETATTR')).toEqual({ calls: 'stat', compared: '1 of 2 steps' });
  expect(seenBy(tally, 'FORGET')).toEqual({ calls: 'nobody waits for it', compared: '2 of 2 scripts' });
  expect(seenBy(tally, 'STATX')).toBeUndefined();
});

test('what one kernel alone sends is not the same', () => {
  const tally = new Tally();
  tally.add(verdict(outcome([['ACCESS n=1'], []], []), outcome([[], []], [])));
  expect(seenBy(tally, 'ACCESS')).toEqual({ calls: 'stat', compared: '0 of 1 steps' });
});

test('a row has what was seen, unless the client does not send the opcode at all', () => {
  const rows = rowsOf(() => ({ calls: 'stat', compared: '1 of 1 steps' }));
  const named = Object.fromEntries(rows.map((row) => [row.opcode, row.calls]));
  expect(named).toMatchObject({ LOOKUP: 'stat', CUSE_INIT: 'not sent' });
});
