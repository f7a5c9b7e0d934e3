import { describe, expect, test } from 'vitest';
import { blocksOf, exchangesOf, isQuoted, matches, quotesOf } from './readme-blocks.ts';

test('only marked blocks are taken, with the line of their fence', () => {
  const text = 'a\n```ts\nno\n```\n<!-- test: ts -->\n```ts\nyes();\n```\n';
  expect(blocksOf(text)).toEqual([{ kind: 'ts', line: 6, code: 'yes();\n' }]);
});

test.each(['<!-- test: js -->\n```js\n```\n', '<!-- test: ts -->\n\n```ts\n```\n', '<!-- test: sh -->\n```sh\n'])(
  'a marker without its block is an error: %j',
  (text) => {
    expect(() => blocksOf(text)).toThrow(/needs a kind/);
  },
);

test('a quote has the file that it is from, and needs a block', () => {
  expect(quotesOf('<!-- from: a/b.ts -->\n```ts\na\n\nb\n```\n')).toEqual([
    { file: 'a/b.ts', line: 2, code: 'a\n\nb\n' },
  ]);
  expect(() => quotesOf('<!-- from: a.ts -->\na\n')).toThrow(/needs a fenced block/);
});

describe('a quote', () => {
  test.each([
    ['b\n', true],
    ['a {\n  b\n', true],
    ['b\n\nc\n', true],
    ['  b\n', true],
    ['b\nc\n', false],
    ['a\n', false],
    ['B\n', false],
  ])('of whole lines %j is one: %s', (code, expected) => {
    expect(isQuoted('a {\n  b\n\n  c\n}\n', code)).toBe(expected);
  });
});

test('a console block is commands and what they print', () => {
  expect(exchangesOf('$ one \\\n  --two\n1\n2\n$ three\n')).toEqual([
    { command: 'one   --two', shown: '1\n2' },
    { command: 'three', shown: '' },
  ]);
});

describe('output matches what is shown', () => {
  test.each([
    ['a\nb\n', 'a\nb', true],
    ['a\n', 'a\nb', false],
    ['a.c\n', 'a...', true],
    ['abc\n', 'a.c', false],
    ['took 12 ms  \nend\n', 'took ... ms\nend', true],
    ['a\nb\nc\nd\n', 'a\n...\nd', true],
    ['a\nd\n', 'a\n...\nd', true],
    ['a\nb\n', 'a\n...\nd', false],
    ['', '', true],
    ['unexpected\n', '', false],
  ])('%j as %j: %s', (output, shown, expected) => {
    expect(matches(output, shown)).toBe(expected);
  });
});
