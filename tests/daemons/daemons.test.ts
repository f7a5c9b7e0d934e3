import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBench } from './bench.ts';
import { type Bench, checksOf } from './checks.ts';
import { whyNoKernelMount } from './kernel-mount.ts';
import { shortForm } from './list.ts';
import { whyNot } from './row.ts';

const limitMs = 120_000;
const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-daemons-'));
let bench: Bench;

beforeAll(async () => {
  bench = await makeBench(base, 'whole');
});

afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

test('the reference tree has at least 500 files', () => {
  expect(bench.original.length).toBeGreaterThan(500);
});

for (const row of shortForm) {
  describe(row.name, () => {
    for (const check of checksOf(row)) {
      test(check.name, { timeout: limitMs }, async (context) => {
        const reason = whyNot(row) ?? whyNoKernelMount();
        context.skip(reason !== null, reason ?? '');
        await check.run(bench, ({ seen, expected }) => expect(seen).toEqual(expected));
      });
    }
  });
}
