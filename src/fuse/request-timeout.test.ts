import { expect, test } from 'vitest';
import { ECONNABORTED, ENODEV, ENOTCONN } from '../abi/errno.ts';
import { flagWords } from '../abi/init-flags.ts';
import { NOTIFY_RESEND } from '../abi/notify.ts';
import { encodeNotification } from '../abi/notify-message.ts';
import { RELEASE } from '../abi/opcodes.ts';
import { effectiveTimeout, nextCheck, type TimeoutSettings } from './request-timeout.ts';
import { endOf, type Received, Rig, thrownBy } from './testing/rig.ts';

test.each<[said: number, defaults: number, max: number, seconds: number | null]>([
  [0, 0, 0, null],
  [1, 0, 0, 15],
  [15, 0, 0, 15],
  [16, 0, 0, 16],
  [65_535, 0, 0, 65_535],
  [0, 40, 0, 40],
  [0, 1, 0, 15],
  [20, 40, 0, 20],
  [0, 0, 50, 50],
  [60, 0, 50, 50],
  [20, 0, 50, 20],
  [0, 60, 50, 50],
  [0, 40, 50, 40],
  [0, 0, 3, 15],
  [100, 0, 3, 15],
])('of %i s from the server, %i by default and %i at most come %j', (said, defaultRequestTimeout, max, seconds) => {
  expect(effectiveTimeout(said, { defaultRequestTimeout, maxRequestTimeout: max })).toBe(seconds);
});

test('Linux looks every 15 s after INIT, and a request must have become too old before', () => {
  expect([0, 14_999, 15_000, 15_001, 30_000].map((expiry) => nextCheck(0, expiry))).toEqual([
    15_000, 15_000, 30_000, 30_000, 45_000,
  ]);
  expect(nextCheck(7, 15_006)).toBe(15_007);
});

const agreed = { ...flagWords(['INIT_EXT', 'REQUEST_TIMEOUT']), request_timeout: 20 };

function connected(timeouts: TimeoutSettings, init = {}): Rig {
  const rig = new Rig({ timeouts });
  rig.advance(3000);
  rig.connection.start();
  rig.receive();
  rig.answerInit(init);
  return rig;
}

test('a request that the server keeps longer than it said ends the connection', () => {
  const rig = connected({}, agreed);
  rig.advance(9000);
  const running = rig.readlink(1n);
  rig.receive();
  const waiting = rig.readlink(2n);
  rig.advance(20_999); // It is too old at 29 s.
  expect(endOf(running)).toBe('waits');
  rig.advance(1);
  expect([running.end, waiting.end]).toEqual([ECONNABORTED, ECONNABORTED]);
  expect(rig.readlink(3n).end).toBe(ENOTCONN);
  expect(thrownBy(() => rig.file.take(8192))).toBe(ENODEV);
  expect(rig.connection.failure).toBe('READLINK 4 had no reply for 20 s');
  expect(rig.scheduler.nextTimer).toBeNull();
});

test('a request that nobody has read counts, and so does one that waits in the background', () => {
  for (const background of [false, true]) {
    const rig = connected({ defaultRequestTimeout: 15 });
    if (background) rig.connection.background.maximum = 0;
    let result: unknown = null;
    if (background) rig.connection.send(RELEASE, 1n, { body: releaseBody }, { onReply: (end) => (result = end) });
    const running = background ? null : rig.readlink(1n);
    rig.advance(29_999);
    expect(rig.connection.state).toBe('connected');
    rig.advance(1);
    expect(running === null ? result : running.end).toBe(ECONNABORTED);
  }
});

const releaseBody = { fh: 0n, flags: 0, release_flags: 0, lock_owner: 0n };

test('a request that is sent again is as old as it was', () => {
  const rig = connected({}, agreed);
  const running = rig.readlink(1n);
  rig.receive();
  rig.advance(19_000);
  rig.file.write(encodeNotification(NOTIFY_RESEND, { body: undefined, tail: undefined }));
  rig.receive();
  rig.advance(11_000);
  expect(running.end).toBe(ECONNABORTED);
});

test('a server that answers in time is looked after for ever, and at rest there is no timer', () => {
  const rig = connected({}, agreed);
  for (let round = 0; round < 20; round++) {
    rig.readlink(1n);
    const received = rig.receive() as Received;
    rig.advance(19_000);
    rig.answer(received);
  }
  expect(rig.connection.state).toBe('connected');
  rig.advance(100_000);
  expect(rig.scheduler.nextTimer).toBeNull();
});

test('what waits for INIT has no timeout', () => {
  const rig = new Rig({ timeouts: { maxRequestTimeout: 15 } });
  rig.connection.start();
  const running = rig.readlink(1n);
  rig.advance(1_000_000);
  expect(endOf(running)).toBe('waits');
});

test('the flag must be agreed on for what the server says to count', () => {
  const rig = connected({}, { request_timeout: 20 });
  rig.readlink(1n);
  expect(rig.scheduler.nextTimer).toBeNull();
});

test.each([-1, 1.5, 65_536, Number.NaN])('a setting of %d is refused', (defaultRequestTimeout) => {
  expect(() => new Rig({ timeouts: { defaultRequestTimeout } })).toThrow(RangeError);
});
