import { describe, expect, test } from 'vitest';
import { stepsOf } from '../oracle/script.ts';
import { expectationOf, Judge } from './expectation.ts';

/** What a judge says of results, one for each line. */
function judged(lines: readonly string[], results: readonly string[]): string[] {
  const judge = new Judge();
  return stepsOf(lines.join('\n')).map((step, at) =>
    judge.judge(step, expectationOf(step.expected), results[at] as string),
  );
}

const stat = (mode: string, ctime: string): string => `mode=${mode} nlink=1 uid=0 gid=0 size=3 ctime=${ctime}`;

describe('a case', () => {
  test('without an expectation fails by any errno, and by nothing else', () => {
    expect(judged(['close 3', 'close 3', 'readlink l'], ['0', 'EBADF', 'EASY'])).toEqual(['posix', 'wrong', 'posix']);
  });

  test('with an errno fails when it succeeds, and by another errno', () => {
    const line = 'unlink f -> EPERM';
    expect(judged([line, line, line], ['EPERM', '0', 'EACCES'])).toEqual(['posix', 'wrong', 'wrong']);
  });

  test('with two expectations says which was met', () => {
    const line = 'unlink d -> EPERM but EISDIR';
    expect(judged([line, line, line], ['EPERM', 'EISDIR', '0'])).toEqual(['posix', 'linux', 'wrong']);
  });

  test('of a stat looks at every field', () => {
    const line = 'lstat f -> type=fifo perm=4755 size=3';
    const results = [stat('014755', '1.000000000'), stat('0104755', '1.000000000'), stat('010755', '1.000000000')];
    expect(judged([line, line, line], results)).toEqual(['posix', 'wrong', 'wrong']);
    expect(judged([line], ['ENOENT'])).toEqual(['wrong']);
  });

  test('of a stat compares with the last look at a path, which a failed one is not', () => {
    const times = ['9.000000000', '10.000000001', '10.000000001', '10.000000000'].map((time) => stat('0100644', time));
    const lines = [
      'stat f -> type=regular',
      'stat f -> ctime>ctime@f',
      'stat f -> ctime=ctime@f',
      'stat g -> ctime>ctime@f',
    ];
    expect(judged(lines, times)).toEqual(['posix', 'posix', 'posix', 'wrong']);
    const [first = '', , third = ''] = times;
    expect(judged(['stat f', 'stat f -> ENOENT', 'stat f -> ctime>ctime@f'], [first, 'ENOENT', third])).toEqual([
      'posix',
      'posix',
      'posix',
    ]);
  });

  test('that cannot be read is an error', () => {
    expect(() => judged(['stat f -> colour=red'], [stat('0100644', '1.000000000')])).toThrow('no condition');
    expect(() => judged(['stat f -> ino=ino@g'], [stat('0100644', '1.000000000')])).toThrow();
    expect(() => judged(['stat f -> ctime=ctime@g'], [stat('0100644', '1.000000000')])).toThrow('nothing is known');
  });
});
