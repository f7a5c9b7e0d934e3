import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases } from './testing/cases.ts';
import { callFace } from './testing/outcome.ts';
import { Comparison } from './testing/perform.ts';

let comparison: Comparison;

beforeAll(async () => {
  comparison = await Comparison.start();
});

afterAll(() => comparison.close());

for (const { name, call, args, faces, except } of cases) {
  test.each(faces)(`${name}: as node:fs, %s`, (face) =>
    comparison.expectSame((fs, at) => callFace(fs, face, call, args(at)), except),
  );
}

test('no call leaves a descriptor open', () => {
  expect(comparison.ours.openDescriptors()).toBe(0);
});
