import { expect, test } from 'vitest';
import { replaceSections } from './record.ts';

const document =
  'before\n<!-- bench: one -->\nold\n<!-- /bench -->\nprose\n<!-- bench: two -->\n<!-- /bench -->\nafter\n';

test('sections are replaced, and what stands around them stays', () => {
  expect(replaceSections(document, { one: 'new $1', two: 'more' })).toBe(
    'before\n<!-- bench: one -->\n\nnew $1\n\n<!-- /bench -->\nprose\n<!-- bench: two -->\n\nmore\n\n<!-- /bench -->\nafter\n',
  );
});

test('writing the same again changes nothing', () => {
  const once = replaceSections(document, { one: 'x', two: 'y' });
  expect(replaceSections(once, { one: 'x', two: 'y' })).toBe(once);
});

test('a section that has no place is an error', () => {
  expect(() => replaceSections(document, { three: '' })).toThrow('there is no <!-- bench: three -->');
});
