import { afterAll, describe, expect, test } from 'vitest';
import { leaveControlDirectory } from '../scenarios/fusectl.ts';
import { FusewireWorld } from '../scenarios/fusewire-world.ts';
import { closeRunners, LinuxWorld, mountingProblem } from '../scenarios/linux-world.ts';
import { mountingFor, play, type Verdict } from './play.ts';
import { traces } from './traces.ts';

afterAll(async () => {
  closeRunners();
  await leaveControlDirectory();
});

const problemsOf = (verdicts: readonly Verdict[]): string =>
  verdicts.flatMap(({ label, problem }) => (problem === null ? [] : [`## ${label}\n  ${problem}`])).join('\n');

// What was recorded of one kernel is played on this machine's first, so that it tells the truth, and then on Fusewire.
for (const { name, covers, mounts } of traces) {
  describe(`${name}: ${covers}`, () => {
    for (const mount of mounts) {
      test(mount.title, async (context) => {
        const problem = mountingProblem();
        if (problem === null) {
          await using linux = await LinuxWorld.mount(mountingFor(mount));
          expect(problemsOf(await play(linux, mount)), 'on Linux').toBe('');
        }
        await using fusewire = new FusewireWorld(mountingFor(mount));
        expect(problemsOf(await play(fusewire, mount)), 'on Fusewire').toBe('');
        context.skip(problem !== null, `played on Fusewire alone: ${problem}`);
      });
    }
  });
}
