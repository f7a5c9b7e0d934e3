import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { obstacle } from '../oracle/obstacle.ts';
import { failureOf } from './known.ts';
import { exclusions, suiteFiles } from './suite.ts';
import { tables } from './tables.ts';
import { Trial } from './trial.ts';

// The short form of `npm run conformance`: every assertion on Fusewire in one set-up, a part of them on Linux too.
const PART = 6;
const TIMEOUT = 120_000; // for a machine with other work

let trial: Trial;

beforeAll(() => {
  trial = new Trial(obstacle() === null ? 'both' : 'Fusewire');
});

afterAll(async () => {
  await trial[Symbol.asyncDispose]();
});

for (const { call } of tables) {
  test(`${call} does what the table says`, { timeout: TIMEOUT }, async () => {
    const failures: string[] = [];
    for (const variant of ['direct', 'full'] as const) {
      for await (const tried of trial.run({ call, variant, every: PART })) {
        const failure = failureOf(tried);
        if (failure !== null && failure.known === null) failures.push(failure.text);
      }
    }
    expect(failures).toEqual([]);
  });
}

test('Linux is asked too', (context) => {
  context.skip(obstacle() !== null, obstacle() ?? '');
  expect(trial.asksLinux).toBe(true);
});

describe('the tables', () => {
  const assertions = tables.flatMap((table) =>
    table.assertions.map((assertion) => ({ ...assertion, call: table.call })),
  );
  const covered = new Set(assertions.flatMap(({ covers }) => covers));
  const excluded = exclusions.flatMap(({ files }) => files);

  test('have each file of pjdfstest, or the reason why not', () => {
    const missing = suiteFiles.map(([file]) => file).filter((file) => !covered.has(file) && !excluded.includes(file));
    expect(missing).toEqual([]);
  });

  test('leave nothing out that they have, nor twice', () => {
    expect(excluded.filter((file) => covered.has(file))).toEqual([]);
    expect(new Set(excluded).size).toBe(excluded.length);
  });

  test('name no file that pjdfstest has not', () => {
    const files = new Set(suiteFiles.map(([file]) => file));
    expect([...covered, ...excluded].filter((file) => !files.has(file))).toEqual([]);
  });

  test('give no two assertions about a call the same name', () => {
    const names = assertions.map(({ call, name }) => `${call}: ${name}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
