import { expect, test } from 'vitest';
import { answer, checkToken, hello, isSameToken, LONGEST_LINE, newToken, readAnswer, readHello } from './hello.ts';

test('what one side writes the other reads', () => {
  expect(hello(null)).toBe('FUSEWIRE/1\n');
  expect(readHello(hello(null))).toEqual({ token: null });
  expect(readHello(hello('some-token'))).toEqual({ token: 'some-token' });
  expect(answer(null)).toBe('FUSEWIRE/1 ok\n');
  expect(readAnswer(answer(null))).toEqual({ refusal: null });
  expect(readAnswer(answer('not now'))).toEqual({ refusal: 'not now' });
});

test.each([
  '',
  'FUSEWIRE/1',
  'FUSEWIRE/2\n',
  'FUSEWIRE/1 \n',
  'FUSEWIRE/1 a b\n',
  'GET / HTTP/1.1\r\n',
  'FUSEWIRE/1\r\n',
])('%j is no hello', (line) => {
  expect(readHello(line)).toBeUndefined();
});

test.each(['', 'FUSEWIRE/1\n', 'FUSEWIRE/1 maybe\n', 'FUSEWIRE/1 refused \x1b[2J\n', 'SSH-2.0-x\r\n'])(
  '%j is no answer',
  (line) => {
    expect(readAnswer(line)).toBeUndefined();
  },
);

test('a token is long enough, fits into a line, and is one word', () => {
  expect(() => checkToken('x'.repeat(15))).toThrow('at least 16');
  expect(() => checkToken('x'.repeat(513))).toThrow('at most 512');
  expect(() => checkToken('sixteen letters and spaces')).toThrow('without spaces');
  for (const token of ['x'.repeat(16), 'x'.repeat(512), newToken()]) {
    checkToken(token);
    expect(hello(token).length).toBeLessThanOrEqual(LONGEST_LINE);
  }
});

test('tokens are the same or not, whatever their lengths', () => {
  expect(isSameToken('secret', 'secret')).toBe(true);
  expect(isSameToken('secret', 'secre')).toBe(false);
  expect(isSameToken('', 'secret')).toBe(false);
  expect(newToken()).not.toBe(newToken());
});
