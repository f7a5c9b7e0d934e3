import { describe, expect, test } from 'vitest';
import { EINTR, EINVAL } from '../abi/errno.ts';
import { O_PATH, POLLIN, POLLNVAL } from '../abi/linux.ts';
import { open } from './open.ts';
import { poll, ppoll } from './poll.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

table({
  'files and directories that cannot tell are ready for what is asked': `
    open f O_CREAT|O_RDWR 0644 -> $f
    open . O_RDONLY -> $d
    poll $f 1 0 -> 1 1
    poll $f 0x145 -1 -> 1 325
    poll $d 0x145 0 -> 1 325
    poll $d 2 0 -> 0 0
    poll $f 0x1000 0 -> 0 0`,
  'what is not open is POLLNVAL, as is what is open as a path': `
    open . O_PATH -> $p
    poll 99 0 -1 -> 1 32
    poll $p 1 -1 -> 1 32
    poll -1 1 0 -> 0 0
    poll -99 1 0 -> 0 0`,
});

const nothing = { fd: -1, events: POLLIN, revents: 0 };

test('as many descriptors as a process may have can be asked about, one more is EINVAL', () => {
  const machine = new Machine();
  machine.process.fds.limit = 4;
  const fds = Array.from({ length: 5 }, () => ({ ...nothing, fd: 50 }));
  expect(machine.failureOf((t) => poll(t, fds, 0))).toBe(EINVAL);
  expect(fds[0]?.revents).toBe(0);
  expect(machine.run((t) => poll(t, fds.slice(1), 0))).toBe(4);
  expect(fds.map(({ revents }) => revents)).toEqual([0, POLLNVAL, POLLNVAL, POLLNVAL, POLLNVAL]);
});

describe('waiting for nothing', () => {
  test('ends when the time is over, by the clock of the scheduler', () => {
    const machine = new Machine();
    const waiting = machine.start((t) => poll(t, [], 10));
    machine.clock.advance(9.5);
    machine.scheduler.run();
    expect(waiting.end()).toBeUndefined();
    machine.clock.advance(0.5);
    machine.scheduler.run();
    expect(waiting.end()).toBe(0);
  });

  test.each([-1, -1000])('has no end with a timeout of %i but a signal, which is EINTR', (timeout) => {
    const machine = new Machine();
    const waiting = machine.start((t) => poll(t, [nothing], timeout));
    machine.clock.advance(1e9);
    machine.scheduler.run();
    expect(waiting.end()).toBeUndefined();
    waiting.task.signal('signal');
    machine.scheduler.run();
    expect(waiting.end()).toBe(EINTR);
  });
});

test('a signal that is there already is EINTR, unless something is ready', () => {
  const machine = new Machine();
  const p = machine.run((t) => open(t, '/', O_PATH));
  const outcomes = [-1, p].map((fd) =>
    machine
      .start((t) => {
        t.signal('signal');
        return poll(t, [{ ...nothing, fd }], 0);
      })
      .end(),
  );
  expect(outcomes).toEqual([EINTR, 1]);
});

describe('ppoll', () => {
  test.each([
    { seconds: -1, nanoseconds: 0 },
    { seconds: 0, nanoseconds: -1 },
    { seconds: 0, nanoseconds: 1_000_000_000 },
  ])('$seconds.$nanoseconds is no time span: EINVAL', (timeout) => {
    expect(new Machine().failureOf((t) => ppoll(t, [nothing], timeout))).toBe(EINVAL);
  });

  test('waits as long as it is told, without end for null', () => {
    const machine = new Machine();
    const [short, endless] = [{ seconds: 1, nanoseconds: 500_000 }, null].map((timeout) =>
      machine.start((t) => ppoll(t, [nothing], timeout)),
    );
    machine.clock.advance(1000.5);
    machine.scheduler.run();
    expect([short?.end(), endless?.end()]).toEqual([0, undefined]);
    expect(machine.run((t) => ppoll(t, [nothing], { seconds: 0, nanoseconds: 0 }))).toBe(0);
  });
});
