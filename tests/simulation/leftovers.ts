import { OPEN } from '../../src/abi/opcodes.ts';
import type { Plan } from './plan.ts';
import type { World } from './world.ts';

/** What should not be there any more once every process has ended and the mount is gone. */
export function leftoversOf(world: World, mode: Plan['mode']): string[] {
  const { connection, superblock, server, kernel } = world;
  const found: string[] = [];
  const must = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  if (server.ignored > 0) connection.abort('user');
  world.settle();
  superblock.root.prune();
  world.settle();
  // A server without OPEN is not told of the release of a file either, though CREATE may have given a handle.
  const isToldOfReleases = !connection.unsupported.has(OPEN);
  if (mode !== 'hostile') found.push(...server.ledger.leftovers(isToldOfReleases));
  superblock.kill();
  connection.abort('unmount');
  world.settle();
  must(connection.waiting === 0, `${connection.waiting} requests wait`);
  must(connection.device.completions.size === 0, `${connection.device.completions.size} completions`);
  must(connection.device.slots.used === 0, `${connection.device.slots.used} slots taken`);
  must(connection.background.size === 0, `${connection.background.size} background requests`);
  must(connection.device.fullQueue.length === 0, 'somebody waits for a slot');
  must(connection.notificationsWaiting === 0, `${connection.notificationsWaiting} notifications wait`);
  must(kernel.scheduler.nextTimer === null, 'a timer is left');
  must([...kernel.scheduler.tasks].length === 0, 'tasks are left');
  must(superblock.root.inode?.lock.isLocked !== true, 'the root is locked');
  return found;
}
