import { afterAll, describe, expect, test } from 'vitest';
import type { InitFlag } from '../../src/abi/init-flags.ts';
import { allOpcodes } from '../../src/abi/opcodes.ts';
import { leaveControlDirectory } from '../scenarios/fusectl.ts';
import { FusewireWorld } from '../scenarios/fusewire-world.ts';
import { closeRunners, LinuxWorld, mountingProblem } from '../scenarios/linux-world.ts';
import { mountingOf, type World } from '../scenarios/world.ts';
import { COLUMNS, NOBODY_IS_STUCK_IN, OPENED, ROWS, type Row, TREE } from './matrix.ts';
import { Stage } from './stage.ts';

// A server that keeps one request: which calls of others wait for it, and which go on. On Linux one row stands for all with
// the same answer; HUNG_SERVERS=all plays every row there, which takes minutes.

afterAll(async () => {
  closeRunners();
  await leaveControlDirectory();
});

const ROOT = { uid: 0, gid: 0 };
const MOUNTING = mountingOf({ tasks: [ROOT, ROOT], moves: [] });

/** A kernel on which the row's request is stuck. */
async function stuckOn(world: World, { opcode, call, serial }: Row): Promise<Stage> {
  const flags: readonly InitFlag[] = serial === true ? ['FLOCK_LOCKS'] : ['FLOCK_LOCKS', 'PARALLEL_DIROPS'];
  const stage = new Stage(world, flags);
  await stage.does(TREE + [0, 1].map((task) => OPENED.replaceAll('{t}', String(task))).join(''));
  await stage.sticks(opcode, call);
  return stage;
}

/** The columns that wait. After one that does there is a new kernel, since who waits holds others up in turn. */
async function waitingFor(row: Row, boot: () => Promise<World>): Promise<string[]> {
  const waits: string[] = [];
  const left: string[] = [...COLUMNS];
  while (left.length > 0) {
    await using world = await boot();
    const stage = await stuckOn(world, row);
    let fate = 'goes on';
    while (left.length > 0 && fate === 'goes on') {
      const column = left.shift() as string;
      fate = await stage.fateOf(`@1 ${column}`);
      if (fate === 'waits') waits.push(column);
    }
  }
  return waits;
}

const inOrder = ({ waits }: Row): string[] => COLUMNS.filter((column) => waits.includes(column));
const nameOf = ({ opcode, call, serial }: Row): string =>
  `${opcode} of ${call}${serial === true ? ' without PARALLEL_DIROPS' : ''}`;

describe('on Fusewire, while nobody answers', () => {
  test.each(ROWS.map((row) => [nameOf(row), row] as const))('%s', async (_name, row) => {
    expect(await waitingFor(row, async () => new FusewireWorld(MOUNTING))).toEqual(inOrder(row));
  });
});

describe('on Linux, while nobody answers', () => {
  const rows = process.env.HUNG_SERVERS === 'all' ? ROWS : ROWS.filter(({ onLinux }) => onLinux);
  test.for(rows.map((row) => [nameOf(row), row] as const))(
    '%s',
    { timeout: 120_000 },
    async ([_name, row], context) => {
      const problem = mountingProblem();
      context.skip(problem !== null, problem ?? '');
      expect(await waitingFor(row, () => LinuxWorld.mount(MOUNTING))).toEqual(inOrder(row));
    },
  );
});

test('every kind of request has a row, or its reason', () => {
  const rows = new Set(ROWS.map(({ opcode }) => opcode));
  const missing = allOpcodes.map(({ name }) => name).filter((name) => !rows.has(name));
  expect(missing.sort()).toEqual(Object.keys(NOBODY_IS_STUCK_IN).sort());
});
