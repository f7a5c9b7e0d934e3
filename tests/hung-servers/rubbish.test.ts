import { expect, test } from 'vitest';
import { Errno } from '../../src/abi/errno.ts';
import { Rig } from '../../src/fuse/testing/rig.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { concatenated, pack } from '../scenarios/wire-format.ts';

const MESSAGES = 200_000;
const TASKS = 20;

/** The same numbers every time. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A message that a server may write, rarely one that means anything. */
function rubbish(random: (below: number) => number): Uint8Array {
  const body = Uint8Array.from({ length: random(4) === 0 ? random(200) : 0 }, () => random(256));
  const unique = [0, random(200), 2n ** 63n + BigInt(random(200)), 2n ** 64n - 1n][random(4)] ?? 0;
  const code = unique === 0 ? random(12) : -random(600);
  const len = random(10) === 0 ? random(1 << 16) : 16 + body.length;
  const message = concatenated([pack('out_header', { len, error: random(50) === 0 ? 7 : code, unique }), body]);
  return random(20) === 0 ? message.subarray(0, random(16)) : message;
}

test(`${MESSAGES} messages of rubbish leave nothing behind but the requests that wait`, () => {
  const rig = Rig.connected();
  const superblock = new FuseSuperblock(rig.connection, 42);
  const running = Array.from({ length: TASKS }, (_, at) => rig.readlink(BigInt(at + 2)));
  const random = randomNumbers(7);
  const outcomes = new Map<string, number>();
  const most = { waiting: 0, queued: 0, completions: 0, notifications: 0, slots: 0, tasks: 0 };
  for (let sent = 0; sent < MESSAGES; sent++) {
    if (random(10) === 0) rig.receive();
    const at = random(TASKS);
    if (running[at]?.end !== undefined) running[at] = rig.readlink(BigInt(at + 2));
    if (random(1000) === 0) running[random(TASKS)]?.task.signal('signal');
    const outcome = write(rig, rubbish(random));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    rig.scheduler.run();
    const { device, waiting, notificationsWaiting } = rig.connection;
    most.waiting = Math.max(most.waiting, waiting);
    most.queued = Math.max(most.queued, device.queue.length);
    most.completions = Math.max(most.completions, device.completions.size);
    most.slots = Math.max(most.slots, device.slots.used);
    most.notifications = Math.max(most.notifications, notificationsWaiting);
    most.tasks = Math.max(most.tasks, [...rig.scheduler.tasks].length);
  }
  expect(most.notifications).toBe(0);
  for (const count of [most.waiting, most.queued, most.completions, most.slots, most.tasks]) {
    expect(count).toBeLessThanOrEqual(TASKS);
  }
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['taken', 'EINVAL', 'ENOENT']));
  expect(superblock.inodeWith(1n)).toBeDefined();
  expect(rig.connection.state).toBe('connected');
  rig.connection.abort();
  rig.scheduler.run();
  expect(running.every(({ end }) => end !== undefined)).toBe(true);
  expect([rig.connection.waiting, rig.connection.device.completions.size, rig.scheduler.nextTimer]).toEqual([
    0,
    0,
    null,
  ]);
}, 120_000);

function write(rig: Rig, message: Uint8Array): string {
  try {
    rig.file.write(message);
    return 'taken';
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  }
}
