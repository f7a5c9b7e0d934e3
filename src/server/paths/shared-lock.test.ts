import { expect, test } from 'vitest';
import { SharedLock } from './shared-lock.ts';

/** Starts holders of a lock that stay until they are told to go, and tells who is in. */
function crowd() {
  const lock = new SharedLock();
  const inside: string[] = [];
  const enter = (name: string, kind: 'shared' | 'exclusive') => {
    let leave = (): void => {};
    const stay = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const over = lock[kind](async () => {
      inside.push(name);
      await stay;
      inside.splice(inside.indexOf(name), 1);
    });
    return async (): Promise<void> => {
      leave();
      await over;
    };
  };
  return { lock, inside, enter };
}

test('many hold it together, one alone', async () => {
  const { inside, enter } = crowd();
  const [a, b, c] = [enter('a', 'shared'), enter('b', 'shared'), enter('c', 'exclusive')];
  expect(inside).toEqual(['a', 'b']);
  await a();
  expect(inside).toEqual(['b']);
  await b();
  expect(inside).toEqual(['c']);
  await c();
  expect(inside).toEqual([]);
});

test('who waits alone is not overtaken by those who would share', async () => {
  const { inside, enter } = crowd();
  const [a, alone, b, c] = [
    enter('a', 'shared'),
    enter('alone', 'exclusive'),
    enter('b', 'shared'),
    enter('c', 'shared'),
  ];
  expect(inside).toEqual(['a']);
  await a();
  expect(inside).toEqual(['alone']);
  await alone();
  expect(inside).toEqual(['b', 'c']);
  await Promise.all([b(), c()]);
});

test('it is free again after a failure', async () => {
  const { lock } = crowd();
  await expect(lock.exclusive(() => Promise.reject(new Error('oops')))).rejects.toThrow('oops');
  expect(await lock.exclusive(async () => 'free')).toBe('free');
});
