import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { allErrnos, EACCES, ENOENT, errnoOf } from './errno.ts';

test.runIf(process.platform === 'linux')('every number is that of Linux', () => {
  const ours = Object.fromEntries(allErrnos().map(({ code, number }) => [code, number]));
  const { EAGAIN, EOPNOTSUPP, EWOULDBLOCK, ENOTSUP, ...theirs } = constants.errno;
  expect(ours).toMatchObject({ ...theirs, EAGAIN, EOPNOTSUPP });
  expect([EWOULDBLOCK, ENOTSUP]).toEqual([EAGAIN, EOPNOTSUPP]);
});

test('a number has one constant, with a name or without', () => {
  expect(errnoOf(2)).toBe(ENOENT);
  expect(errnoOf(13)).toBe(EACCES);
  expect(errnoOf(511)).toBe(errnoOf(511));
  expect(errnoOf(511)).toMatchObject({ code: 'E511', number: 511 });
  expect(allErrnos()).not.toContain(errnoOf(511));
});
