import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases } from '../node-fs/testing/cases.ts';
import { callFace } from '../node-fs/testing/outcome.ts';
import { Comparison } from '../node-fs/testing/perform.ts';
import { bootInWorker } from './testing/boot.ts';

let comparison: Comparison;

beforeAll(async () => {
  comparison = await Comparison.start(bootInWorker);
});

afterAll(() => comparison.close());

for (const { name, call, args, faces, except } of cases) {
  test.each(faces)(`${name}: through a worker as node:fs, %s`, (face) =>
    comparison.expectSame((fs, at) => callFace(fs, face, call, args(at)), except),
  );
}

test('no call leaves a descriptor open', () => {
  expect(comparison.ours.openDescriptors()).toBe(0);
});
