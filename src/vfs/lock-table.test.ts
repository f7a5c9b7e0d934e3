import { beforeEach, describe, expect, test } from 'vitest';
import { EAGAIN, EDEADLK, ERESTARTSYS, Errno } from '../abi/errno.ts';
import { F_RDLCK, F_UNLCK, F_WRLCK } from '../abi/linux.ts';
import { VirtualClock } from '../task/clock.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Scheduler } from '../task/scheduler.ts';
import { Task } from '../task/task.ts';
import { type FileLock, OFFSET_MAX } from './file-lock.ts';
import { LockTable } from './lock-table.ts';

/** An owner of locks with a name. */
interface Owner {
  readonly name: string;
  readonly kind: FileLock['kind'];
}

const processNamed = (name: string): Owner => ({ name, kind: 'posix' });
const openFileNamed = (name: string): Owner => ({ name, kind: 'ofd' });

const lockOf = (owner: Owner, type: number, start = 0, end: number | bigint = OFFSET_MAX): FileLock => ({
  kind: owner.kind,
  owner,
  type,
  start: BigInt(start),
  end: BigInt(end),
  pid: 100,
});

/** Locks that tasks of a scheduler want, and how that ends. */
class World {
  readonly scheduler = new Scheduler(new VirtualClock());
  readonly ends: string[] = [];
  #lastTid = 100;

  /** Starts to wait for a lock; `name` with its end stands in {@link ends} once it is over. */
  want(name: string, table: LockTable, lock: FileLock, wait: 'wait' | 'try' = 'wait'): Task {
    const task = new Task(this.scheduler, ++this.#lastTid, credentialsOf(0, 0));
    this.scheduler.start(task, table.set(task, lock, wait), (result) => {
      try {
        result();
        this.ends.push(name);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        this.ends.push(`${name}: ${error.code}`);
      }
    });
    this.scheduler.run();
    return task;
  }

  /** What an attempt gives at once: 'done' or an errno's name. */
  try(table: LockTable, lock: FileLock): string {
    this.want('done', table, lock, 'try');
    const at = this.ends.findIndex((end) => end.startsWith('done'));
    return (this.ends.splice(at, 1)[0] as string).replace('done: ', '');
  }

  takeEnds(): string[] {
    this.scheduler.run();
    return this.ends.splice(0);
  }
}

/** Processes, new ones for each test: what they wait for goes beyond one table. */
let [a, b, c, d] = processes();

function processes(): [Owner, Owner, Owner, Owner] {
  return [processNamed('a'), processNamed('b'), processNamed('c'), processNamed('d')];
}

beforeEach(() => {
  [a, b, c, d] = processes();
});

/** The ranges of one owner, as another one meets them: `0-9 W`. */
function rangesOf(table: LockTable, stranger: Owner): string[] {
  const found: string[] = [];
  for (let start = 0; ; ) {
    const range = table.conflict(lockOf(stranger, F_WRLCK, start));
    if (range === undefined) return found;
    found.push(`${range.start}-${range.end === OFFSET_MAX ? '' : range.end} ${range.type === F_RDLCK ? 'R' : 'W'}`);
    if (range.end === OFFSET_MAX) return found;
    start = Number(range.end) + 1;
  }
}

/** A script of ranges that one owner sets, `R 0 9`, and what it holds then. */
function held(...steps: string[]): string[] {
  const [world, table] = [new World(), new LockTable()];
  for (const step of steps) {
    const [type = '', start, end] = step.split(' ');
    const range = [Number(start), end === undefined ? OFFSET_MAX : Number(end)] as const;
    expect(world.try(table, lockOf(a, { R: F_RDLCK, W: F_WRLCK, U: F_UNLCK }[type] ?? -1, ...range))).toBe('done');
  }
  return rangesOf(table, b);
}

describe('the ranges of one owner', () => {
  test.each([
    ['are as they were set', ['W 10 19', 'R 30 39'], ['10-19 W', '30-39 R']],
    ['stand in the order of the file', ['W 30 39', 'R 10 19', 'W 0 5'], ['0-5 W', '10-19 R', '30-39 W']],
    ['are joined where they overlap and are alike', ['W 0 9', 'W 5 14'], ['0-14 W']],
    ['are joined where they are neighbours and alike', ['W 0 9', 'W 20 29', 'W 10 19'], ['0-29 W']],
    ['are not joined across a gap', ['W 0 9', 'W 11 19'], ['0-9 W', '11-19 W']],
    ['are not joined with another type', ['W 0 9', 'R 10 19'], ['0-9 W', '10-19 R']],
    ['are swallowed by a larger one', ['W 2 3', 'R 5 6', 'W 8 9', 'R 0 20'], ['0-20 R']],
    ['lose what another type takes at the end', ['W 0 9', 'R 5 14'], ['0-4 W', '5-14 R']],
    ['lose what another type takes at the beginning', ['W 5 14', 'R 0 9'], ['0-9 R', '10-14 W']],
    ['are split by another type', ['W 0 29', 'R 10 19'], ['0-9 W', '10-19 R', '20-29 W']],
    ['are split by an unlock', ['W 0 29', 'U 10 19'], ['0-9 W', '20-29 W']],
    ['are cut by an unlock across several', ['W 0 9', 'R 20 29', 'W 40 49', 'U 5 44'], ['0-4 W', '45-49 W']],
    ['may have no end', ['W 10', 'R 20'], ['10-19 W', '20- R']],
    ['are joined up to no end', ['R 10', 'R 5 9'], ['5- R']],
    ['are gone after an unlock of everything', ['W 10', 'R 0 3', 'U 0'], []],
    ['are as they were after an unlock of what is free', ['W 10 19', 'U 0 9', 'U 20'], ['10-19 W']],
  ])('%s', (_name, steps, expected) => {
    expect(held(...steps)).toEqual(expected);
  });
});

test('of several owners, the first lock of the one that came first is shown', () => {
  const [world, table] = [new World(), new LockTable()];
  world.try(table, lockOf(b, F_RDLCK, 50, 59));
  world.try(table, lockOf(a, F_RDLCK, 0, 99));
  expect(table.conflict(lockOf(c, F_WRLCK))).toMatchObject({ start: 50n });
  world.try(table, lockOf(b, F_UNLCK));
  world.try(table, lockOf(b, F_RDLCK, 50, 59));
  expect(table.conflict(lockOf(c, F_WRLCK))).toMatchObject({ start: 0n });
});

test('locks of processes and of open files exclude each other, and no process stands behind the latter', () => {
  const [world, table, file] = [new World(), new LockTable(), openFileNamed('f')];
  expect(world.try(table, lockOf(file, F_WRLCK, 0, 9))).toBe('done');
  expect(world.try(table, lockOf(a, F_RDLCK, 9, 9))).toBe('EAGAIN');
  expect(table.conflict(lockOf(a, F_RDLCK))).toMatchObject({ pid: -1, start: 0n, end: 9n });
});

describe('who waits for a lock', () => {
  test('gets it when it is free, one after the other in the order they came', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_WRLCK));
    world.want('b', table, lockOf(b, F_WRLCK));
    world.want('c', table, lockOf(c, F_WRLCK));
    expect(world.takeEnds()).toEqual([]);
    world.try(table, lockOf(a, F_UNLCK));
    expect(world.takeEnds()).toEqual(['b']);
    table.release(b);
    expect(world.takeEnds()).toEqual(['c']);
  });

  test('gets it together with those that it does not exclude', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_WRLCK));
    world.want('b', table, lockOf(b, F_RDLCK));
    world.want('c', table, lockOf(c, F_RDLCK));
    world.want('d', table, lockOf(d, F_WRLCK));
    table.release(a);
    expect(world.takeEnds()).toEqual(['b', 'c']);
    table.release(b);
    expect(world.takeEnds()).toEqual([]);
    table.release(c);
    expect(world.takeEnds()).toEqual(['d']);
  });

  test('gets it when the part that is in the way is given back', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_WRLCK, 0, 99));
    world.want('b', table, lockOf(b, F_WRLCK, 50, 59));
    world.try(table, lockOf(a, F_UNLCK, 0, 49));
    expect(world.takeEnds()).toEqual([]);
    world.try(table, lockOf(a, F_UNLCK, 40, 69));
    expect(world.takeEnds()).toEqual(['b']);
    expect(world.try(table, lockOf(b, F_WRLCK, 70, 70))).toBe('EAGAIN');
  });

  test('gets it when the lock in the way becomes a shared one', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_WRLCK));
    world.want('b', table, lockOf(b, F_RDLCK));
    world.try(table, lockOf(a, F_RDLCK));
    expect(world.takeEnds()).toEqual(['b']);
  });

  test('stays asleep while the lock in the way grows', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_WRLCK, 0, 9));
    const task = world.want('b', table, lockOf(b, F_WRLCK, 5, 5));
    const { sleep } = task;
    world.try(table, lockOf(a, F_WRLCK, 10, 19));
    expect(task.sleep).toBe(sleep);
    table.release(a);
    expect(world.takeEnds()).toEqual(['b']);
  });

  test('is overtaken by who is not excluded', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_RDLCK));
    world.want('b', table, lockOf(b, F_WRLCK));
    expect(world.try(table, lockOf(c, F_RDLCK))).toBe('done');
  });

  test.each(['signal', 'killed'] as const)(
    'gets ERESTARTSYS and nothing else when it is %s, and those behind it go on',
    (kind) => {
      const [world, table] = [new World(), new LockTable()];
      world.try(table, lockOf(a, F_RDLCK));
      const waiting = world.want('b', table, lockOf(b, F_WRLCK));
      world.want('c', table, lockOf(c, F_WRLCK));
      waiting.signal(kind);
      expect(world.takeEnds()).toEqual([`b: ${ERESTARTSYS.code}`]);
      table.release(a);
      expect(world.takeEnds()).toEqual(['c']);
      expect(world.try(table, lockOf(d, F_RDLCK))).toBe(EAGAIN.code);
    },
  );
});

describe('a deadlock', () => {
  test('of two processes is EDEADLK for the second, on different files too', () => {
    const world = new World();
    const [one, other] = [new LockTable(), new LockTable()];
    world.try(one, lockOf(a, F_WRLCK));
    world.try(other, lockOf(b, F_WRLCK));
    world.want('b', one, lockOf(b, F_WRLCK));
    world.want('a', other, lockOf(a, F_WRLCK));
    expect(world.takeEnds()).toEqual([`a: ${EDEADLK.code}`]);
    one.release(a);
    expect(world.takeEnds()).toEqual(['b']);
  });

  test('of two processes that both upgrade a shared lock is EDEADLK for the second', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_RDLCK));
    world.try(table, lockOf(b, F_RDLCK));
    world.want('a', table, lockOf(a, F_WRLCK));
    world.want('b', table, lockOf(b, F_WRLCK));
    expect(world.takeEnds()).toEqual([`b: ${EDEADLK.code}`]);
  });

  test('of three processes is found through the one between', () => {
    const [world, table] = [new World(), new LockTable()];
    for (const [at, owner] of [a, b, c].entries()) world.try(table, lockOf(owner, F_WRLCK, at, at));
    world.want('a', table, lockOf(a, F_WRLCK, 1, 1));
    world.want('b', table, lockOf(b, F_WRLCK, 2, 2));
    world.want('c', table, lockOf(c, F_WRLCK, 0, 0));
    expect(world.takeEnds()).toEqual([`c: ${EDEADLK.code}`]);
  });

  test.each([
    [12, ['last: EDEADLK']],
    [13, []],
  ])('of %i processes in a ring gives, as on Linux, %j', (count, expected) => {
    const [world, table] = [new World(), new LockTable()];
    const ring = Array.from({ length: count }, (_, at) => processNamed(String(at)));
    for (const [at, owner] of ring.entries()) world.try(table, lockOf(owner, F_WRLCK, at, at));
    for (const [at, owner] of ring.entries()) {
      const next = (at + 1) % count;
      world.want(next === 0 ? 'last' : 'other', table, lockOf(owner, F_WRLCK, next, next));
    }
    expect(world.takeEnds()).toEqual(expected);
  });

  test('is no deadlock once the other gave up', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(a, F_WRLCK, 0, 0));
    world.try(table, lockOf(b, F_WRLCK, 1, 1));
    world.want('b', table, lockOf(b, F_WRLCK, 0, 0)).signal('signal');
    expect(world.takeEnds()).toEqual(['b: ERESTARTSYS']);
    world.want('a', table, lockOf(a, F_WRLCK, 1, 1));
    expect(world.takeEnds()).toEqual([]);
  });

  test('of open files is not looked for: both wait', () => {
    const [world, table] = [new World(), new LockTable()];
    const [f, g] = [openFileNamed('f'), openFileNamed('g')];
    world.try(table, lockOf(f, F_WRLCK, 0, 0));
    world.try(table, lockOf(g, F_WRLCK, 1, 1));
    world.want('f', table, lockOf(f, F_WRLCK, 1, 1));
    const second = world.want('g', table, lockOf(g, F_WRLCK, 0, 0));
    expect(world.takeEnds()).toEqual([]);
    second.signal('killed');
    expect(world.takeEnds()).toEqual(['g: ERESTARTSYS']);
  });
});

describe('locks of flock(2)', () => {
  const [f, g, h] = ['f', 'g', 'h'].map((name): Owner => ({ name, kind: 'flock' })) as [Owner, Owner, Owner];

  test('are no business of those of fcntl(2)', () => {
    const [world, table] = [new World(), new LockTable()];
    expect(world.try(table, lockOf(f, F_WRLCK))).toBe('done');
    expect(world.try(table, lockOf(a, F_WRLCK))).toBe('done');
    expect(table.conflict(lockOf(a, F_WRLCK))).toBeUndefined();
  });

  test('are lost by a change of type that fails', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(f, F_RDLCK));
    world.try(table, lockOf(g, F_RDLCK));
    expect(world.try(table, lockOf(f, F_WRLCK))).toBe('EAGAIN');
    world.try(table, lockOf(g, F_UNLCK));
    expect(world.try(table, lockOf(h, F_WRLCK))).toBe('done');
  });

  test('are given back before an upgrade waits: who waited for that comes behind who upgrades now', () => {
    const [world, table] = [new World(), new LockTable()];
    world.try(table, lockOf(f, F_RDLCK));
    world.try(table, lockOf(g, F_RDLCK));
    world.want('f', table, lockOf(f, F_WRLCK));
    world.want('g', table, lockOf(g, F_WRLCK));
    expect(world.takeEnds()).toEqual(['g']);
    table.release(g);
    expect(world.takeEnds()).toEqual(['f']);
  });
});
