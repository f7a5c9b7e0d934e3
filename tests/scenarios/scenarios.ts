import { afterAll, test } from 'vitest';
import { leaveControlDirectory } from './fusectl.ts';
import { FusewireWorld } from './fusewire-world.ts';
import { closeRunners, LinuxWorld, mountingProblem } from './linux-world.ts';
import { loopProblem } from './loop-device.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { mountingOf } from './world.ts';

afterAll(async () => {
  closeRunners();
  await leaveControlDirectory();
});

/**
 * A test that plays a scenario on Linux, so that it tells the truth, and on Fusewire. Where nothing can be mounted it is
 * played on Fusewire, and then skipped with the reason.
 */
export function scenario(name: string, told: Scenario, { timeout = 60_000 } = {}): void {
  test(name, { timeout }, async (context) => {
    const problem = mountingProblem() ?? (told.mount?.blockSize === undefined ? null : loopProblem());
    if (problem === null) {
      await using linux = await LinuxWorld.mount(mountingOf(told));
      await play(linux, told);
    }
    await using fusewire = new FusewireWorld(mountingOf(told));
    await play(fusewire, told);
    context.skip(problem !== null, `played on Fusewire alone: ${problem}`);
  });
}
