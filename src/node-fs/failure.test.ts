import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { EACCES, EOPNOTSUPP, ESTALE, errnoOf } from '../abi/errno.ts';
import type { Thread } from '../process/thread.ts';
import { Failure, failedWith, named, toNodeError } from './failure.ts';

const task = {} as Thread;

/** What running the call to its end throws. */
function thrownBy(code: Generator): unknown {
  try {
    code.next();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('a failure becomes an Error with code, errno, syscall, path and dest in this order', () => {
  const error = toNodeError(new Failure(EACCES, 'rename', '/a', '/b')) as NodeJS.ErrnoException;
  expect(error.message).toBe("EACCES: permission denied, rename '/a' -> '/b'");
  expect(Object.entries(error)).toEqual([
    ['errno', -13],
    ['code', 'EACCES'],
    ['syscall', 'rename'],
    ['path', '/a'],
    ['dest', '/b'],
  ]);
  expect(error.constructor).toBe(Error);
  expect(inspect(error)).toMatch(/^Error: EACCES: permission denied, rename '\/a' -> '\/b'\n/);
});

test('an empty path is shown, no path is not', () => {
  expect((toNodeError(new Failure(EACCES, 'open', '')) as Error).message).toBe("EACCES: permission denied, open ''");
  expect((toNodeError(new Failure(EACCES, 'read')) as Error).message).toBe('EACCES: permission denied, read');
});

test('an errno has the name and the text that libuv knows it by', () => {
  expect(toNodeError(new Failure(EOPNOTSUPP, 'write'))).toMatchObject({
    code: 'ENOTSUP',
    errno: -95,
    message: 'ENOTSUP: operation not supported on socket, write',
  });
});

test.each([ESTALE, errnoOf(511)])('an errno unknown to libuv is shown as Node shows it: %s', (errno) => {
  const text = `Unknown system error -${errno.number}`;
  expect(toNodeError(new Failure(errno, 'open', 'x'))).toMatchObject({
    code: text,
    errno: -errno.number,
    message: `${text}: ${text}, open 'x'`,
  });
});

test('a path that is no UTF-8 is shown with U+FFFD', () => {
  expect(toNodeError(new Failure(EACCES, 'open', 'a\xffb\xc3\xa4'))).toMatchObject({ path: 'a\ufffdb\u00e4' });
});

test('what is no failure stays as it is', () => {
  const error = new Error('deadlock');
  expect(toNodeError(error)).toBe(error);
});

test('a call names itself and as many paths as it says', () => {
  function* refuse(_task: Thread, ..._args: string[]): Generator<never, void> {
    throw EACCES;
  }
  const shown = ([0, 1, 2] as const).map((paths) => thrownBy(named('call', paths, refuse)(task, 'a', 'b', 'c')));
  expect(shown).toEqual([
    new Failure(EACCES, 'call'),
    new Failure(EACCES, 'call', 'a'),
    new Failure(EACCES, 'call', 'a', 'b'),
  ]);
});

test('a call made of others names itself for what they fail with, and lets all else through', () => {
  const inner = named('inner', 1, function* (_task: Thread, path: string): Generator<never, void> {
    if (path === 'bug') throw new TypeError('a bug');
    throw EACCES;
  });
  const outer = named('outer', 1, (thread: Thread, path: string) => inner(thread, path));
  const failure = thrownBy(outer(task, 'x'));
  expect(failure).toEqual(new Failure(EACCES, 'outer', 'x'));
  expect(failedWith(failure, EACCES)).toBe(true);
  expect(failedWith(failure, ESTALE)).toBe(false);
  expect(thrownBy(outer(task, 'bug'))).toBeInstanceOf(TypeError);
});
