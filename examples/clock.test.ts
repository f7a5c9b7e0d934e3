import { mount } from 'fusewire';
import { expect, test } from 'vitest';
import clock from './clock.ts';

/** A clock that is moved by hand. */
class HandClock {
  #time = Date.parse('2026-07-01T12:00:00Z');
  #tick: (() => void) | null = null;

  get isRunning(): boolean {
    return this.#tick !== null;
  }

  readonly now = (): Date => new Date(this.#time);

  readonly start = (tick: () => void): (() => void) => {
    this.#tick = tick;
    return () => {
      this.#tick = null;
    };
  };

  pass(seconds: number): void {
    for (let count = 0; count < seconds; count++) {
      this.#time += 1000;
      this.#tick?.();
    }
  }
}

test('/ticks gets a line each second, and its size and mtime with it', async () => {
  const hand = new HandClock();
  await using mounted = await mount(clock(hand));
  const { fs } = mounted;
  expect(fs.statSync('/ticks').size).toBe(0);
  hand.pass(2);
  expect(fs.readFileSync('/ticks', 'utf8')).toBe('2026-07-01T12:00:01Z\n2026-07-01T12:00:02Z\n');
  expect(fs.statSync('/ticks')).toMatchObject({ size: 42, mtime: new Date('2026-07-01T12:00:02Z') });
});

test('a reader of /ticks at its end reads on from there when a second has passed', async () => {
  const hand = new HandClock();
  await using mounted = await mount(clock(hand));
  const fd = mounted.fs.openSync('/ticks', 'r');
  const read = (): string => {
    const buffer = Buffer.alloc(100);
    return buffer.toString('utf8', 0, mounted.fs.readSync(fd, buffer));
  };
  hand.pass(1);
  expect([read(), read()]).toEqual(['2026-07-01T12:00:01Z\n', '']);
  hand.pass(1);
  expect(read()).toBe('2026-07-01T12:00:02Z\n');
});

test('what is known of /now is believed until the server tells that it changed', async () => {
  const hand = new HandClock();
  const asked: string[] = [];
  await using mounted = await mount(clock(hand), {
    trace: ({ step, request }) => {
      if (step === 'created') asked.push(request.opcode.name);
    },
  });
  const changed = (): string => mounted.fs.statSync('/now').mtime.toISOString();
  expect([changed(), changed()]).toEqual(['2026-07-01T12:00:00.000Z', '2026-07-01T12:00:00.000Z']);
  hand.pass(1);
  expect([changed(), changed()]).toEqual(['2026-07-01T12:00:01.000Z', '2026-07-01T12:00:01.000Z']);
  expect(asked.filter((name) => name === 'LOOKUP' || name === 'GETATTR')).toEqual(['LOOKUP', 'GETATTR']);
});

test('/now shows the present second', async () => {
  const hand = new HandClock();
  await using mounted = await mount(clock(hand));
  expect(mounted.fs.readFileSync('/now', 'utf8')).toBe('2026-07-01T12:00:00Z\n');
  hand.pass(1);
  expect(mounted.fs.readFileSync('/now', 'utf8')).toBe('2026-07-01T12:00:01Z\n');
});

test('each open of /opens sees its own number, though its size is 0', async () => {
  await using mounted = await mount(clock(new HandClock()));
  const { fs } = mounted;
  const fd = fs.openSync('/opens', 'r');
  expect(fs.readFileSync('/opens', 'utf8')).toBe('2\n');
  expect(fs.readFileSync(fd, 'utf8')).toBe('1\n');
  expect(fs.statSync('/opens').size).toBe(0);
});

test('the clock runs while it is mounted, and no longer', async () => {
  const hand = new HandClock();
  const mounted = await mount(clock(hand));
  expect(hand.isRunning).toBe(true);
  await mounted.unmount();
  expect(hand.isRunning).toBe(false);
});
