import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { leaveControlDirectory } from '../scenarios/fusectl.ts';
import { FusewireWorld } from '../scenarios/fusewire-world.ts';
import { closeRunners, LinuxWorld, mountingProblem } from '../scenarios/linux-world.ts';
import { loopProblem } from '../scenarios/loop-device.ts';
import { knownDifferences } from './known-differences.ts';
import { mountingFor, play, type Verdict } from './play.ts';
import { summary, totals } from './summary.ts';
import { traces } from './traces.ts';

afterAll(async () => {
  closeRunners();
  await leaveControlDirectory();
});

const MARK = '<!-- Below is what tests/traces/summary.ts says. -->\n\n';
const DOCUMENT = new URL('../../docs/traces.md', import.meta.url);

/** What is wrong with a play; of the steps that are known to differ, whether they still do. */
function problemsOf(verdicts: readonly Verdict[], known: ReadonlySet<string> = new Set()): string {
  const seen = new Map<string, number>();
  return verdicts
    .flatMap(({ label, problem }) => {
      const count = (seen.get(label) ?? 0) + 1;
      seen.set(label, count);
      const name = count === 1 ? label : `${label} #${count}`;
      if (!known.has(name)) return problem === null ? [] : [`## ${name}\n  ${problem}`];
      return problem === null ? [`## ${name}\n  is listed as different, but is the same`] : [];
    })
    .join('\n');
}

const knownIn = (name: string): ReadonlySet<string> =>
  new Set(knownDifferences.filter(({ mount }) => mount === name).flatMap(({ steps }) => steps));

test('docs/traces.md says of every step what became of it', () => {
  const [steps, same, different, unmade] = totals(traces);
  console.log(`${steps} steps: ${same} the same, ${different} known to differ, ${unmade} not made (docs/traces.md)`);
  expect(readFileSync(DOCUMENT, 'utf8').split(MARK)[1]).toBe(summary(traces));
});

test('what is known to differ is in a trace', () => {
  const mounts = traces.flatMap(({ name, mounts: all }) => all.map(({ title }) => `${name} / ${title}`));
  expect(knownDifferences.map(({ mount }) => mount).filter((mount) => !mounts.includes(mount))).toEqual([]);
});

// What was recorded of one kernel is played on this machine's first, so that it tells the truth, and then on Fusewire.
for (const { name, covers, mounts } of traces) {
  describe(`${name}: ${covers}`, () => {
    for (const mount of mounts) {
      test(mount.title, { timeout: 60_000 }, async (context) => {
        const problem = mountingProblem() ?? (mount.mount?.blockSize === undefined ? null : loopProblem());
        if (problem === null) {
          await using linux = await LinuxWorld.mount(mountingFor(mount));
          expect(problemsOf(await play(linux, mount)), 'on Linux').toBe('');
        }
        await using fusewire = new FusewireWorld(mountingFor(mount));
        const known = knownIn(`${name} / ${mount.title}`);
        expect(problemsOf(await play(fusewire, mount), known), 'on Fusewire').toBe('');
        context.skip(problem !== null, `played on Fusewire alone: ${problem}`);
      });
    }
  });
}
