import { expect, test } from 'vitest';
import { cases, choose } from './cases.ts';
import { parseOptions } from './options.ts';

test('without options all cases run, for five rounds, without counting system calls', () => {
  expect(parseOptions([])).toMatchObject({ cases: [], subjects: null, rounds: 5, systemCalls: false, record: false });
});

test('a record reads and writes 1 GiB and counts system calls', () => {
  expect(parseOptions(['--record'])).toMatchObject({ sizes: { file: 2 ** 30 }, systemCalls: true });
});

test('what is given counts more than --quick', () => {
  expect(parseOptions(['--quick', '--rounds', '7', '--size', '2'])).toMatchObject({
    rounds: 7,
    sizes: { file: 2 ** 21 },
  });
});

test.each([
  [['--rounds', '0'], 'a positive number is expected'],
  [['--turn', '1e3'], 'a positive number is expected'],
  [['--record', '--case', 'stat'], 'only a whole run is recorded'],
  [['--record', '--quick'], 'only a whole run is recorded'],
  [['--subjects', 'a,x'], 'letters from a to g'],
  [['macro'], 'the only word is micro'],
  [['--nothing'], "Unknown option '--nothing'"],
])('%j is refused', (args, why) => {
  expect(() => parseOptions(args)).toThrow(TypeError);
  expect(() => parseOptions(args)).toThrow(why);
});

test('cases are chosen by how their names begin', () => {
  const { cases: chosen, inodeMemory } = choose(['read', 'getattr']);
  expect(chosen.map(({ name }) => name)).toEqual(['getattr', 'readdir', 'readdir-cached', 'read']);
  expect(inodeMemory).toBe(false);
  expect(choose(['inode'])).toEqual({ cases: [], inodeMemory: true });
  expect(choose([])).toEqual({ cases, inodeMemory: true });
  expect(() => choose(['read', 'nothing'])).toThrow('--case nothing: there is no such case');
});

test('every case has a name of its own', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});
