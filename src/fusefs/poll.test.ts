import { describe, expect, test } from 'vitest';
import { EINTR, EINVAL, EIO, ENOSYS } from '../abi/errno.ts';
import { O_RDONLY, POLLERR, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/linux.ts';
import { NOTIFY_POLL } from '../abi/notify.ts';
import { encodeNotification } from '../abi/notify-message.ts';
import { close } from '../syscalls/descriptors.ts';
import { open } from '../syscalls/open.ts';
import { type PollFd, poll } from '../syscalls/poll.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';
import { thrownBy } from './testing/thrown-by.ts';

const answering = (revents: number) => ({ body: { revents } });

/** A machine with an open file f, and one with g, whose server has nothing to tell yet. */
function opened(script: Partial<Script> = {}) {
  const m = new Scenario({ entryValid: 100, attrValid: 100, answers: { POLL: answering(0) }, ...script });
  for (const name of ['f', 'g']) m.server.tree.file(name, new Uint8Array(0));
  const [f, g] = ['f', 'g'].map((name) => m.run((t) => open(t, `/${name}`, O_RDONLY))) as [number, number];
  m.settle();
  m.server.takeLog();
  return { m, f, g };
}

const asking = (fd: number, events = POLLIN): PollFd => ({ fd, events, revents: 0 });
const askedOf = (nodeid: number, fh: number, flags: number): string =>
  `POLL n=${nodeid} fh=${fh} flags=${flags} events=0x19`;

/** Writes NOTIFY_POLL as the server does. */
function notify(m: Scenario, kh: bigint): void {
  const device = m.connection.device.open();
  device.write(encodeNotification(NOTIFY_POLL, { body: { kh }, tail: undefined }));
  m.settle();
}

describe('timeout 0', () => {
  test('asks once, and for no notification', () => {
    const { m, f } = opened();
    const fds = [asking(f)];
    expect(m.does((t) => poll(t, fds, 0), askedOf(2, 101, 0))).toBe(0);
    m.server.script.answers = { POLL: answering(POLLIN | POLLOUT) };
    expect(m.does((t) => poll(t, fds, 0), askedOf(2, 101, 0))).toBe(1);
    expect(fds[0]?.revents).toBe(POLLIN);
  });

  test('without POLL every file is ready, and nobody is asked again', () => {
    const { m, f, g } = opened({ errors: { POLL: ENOSYS } });
    const ready = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
    const fds = [asking(f, ready), asking(g)];
    expect(m.does((t) => poll(t, fds, 0), `POLL n=2 fh=101 flags=0 events=0x15d`)).toBe(2);
    expect(fds.map(({ revents }) => revents)).toEqual([ready, POLLIN]);
    expect(m.does((t) => poll(t, fds, 0))).toBe(2);
  });

  test('another error of the server is POLLERR, this time', () => {
    const { m, f } = opened({ errors: { POLL: EIO } });
    const fds = [asking(f)];
    m.does((t) => poll(t, fds, 0), askedOf(2, 101, 0));
    expect(fds[0]?.revents).toBe(POLLERR);
    m.does((t) => poll(t, fds, 0), askedOf(2, 101, 0));
  });
});

describe('a sleeper', () => {
  test('asks for a notification, and asks again when it comes', () => {
    const { m, f } = opened();
    const fds = [asking(f)];
    const sleeper = m.start((t) => poll(t, fds, -1));
    notify(m, 1n);
    expect(sleeper.end()).toBeUndefined();
    m.server.script.answers = { POLL: answering(POLLIN) };
    notify(m, 1n);
    expect([sleeper.end(), fds[0]?.revents]).toEqual([1, POLLIN]);
    expect(m.server.takeLog()).toEqual([askedOf(2, 101, 1), askedOf(2, 101, 1), askedOf(2, 101, 1)]);
  });

  test('looks at all its files when one of them notifies', () => {
    const { m, f, g } = opened();
    const sleeper = m.start((t) => poll(t, [asking(f), asking(g)], -1));
    m.server.takeLog();
    notify(m, 2n);
    expect(m.server.takeLog()).toEqual([askedOf(2, 101, 1), askedOf(3, 102, 1)]);
    expect(sleeper.end()).toBeUndefined();
  });

  test('asks no file behind a ready one for a notification', () => {
    const { m, f, g } = opened({ errors: { POLL: EIO } });
    m.does((t) => poll(t, [asking(f), asking(g)], -1), askedOf(2, 101, 1), askedOf(3, 102, 0));
  });

  test('a notification that comes before it sleeps is not lost', () => {
    const { m, f } = opened({ hold: ['POLL'] });
    const fds = [asking(f)];
    const sleeper = m.start((t) => poll(t, fds, -1));
    notify(m, 1n);
    m.server.answerHeld(0);
    m.server.script.answers = { POLL: answering(POLLIN) };
    m.settle();
    m.server.letGo();
    m.settle();
    expect(sleeper.end()).toBe(1);
  });

  test('asks once more when its time is over', () => {
    const { m, f } = opened();
    const sleeper = m.start((t) => poll(t, [asking(f)], 50));
    m.clock.advance(49);
    m.settle();
    expect(sleeper.end()).toBeUndefined();
    m.clock.advance(1);
    m.settle();
    expect(sleeper.end()).toBe(0);
    expect(m.server.takeLog()).toEqual([askedOf(2, 101, 1), askedOf(2, 101, 1)]);
  });

  test('a signal is EINTR, after asking once more', () => {
    const { m, f } = opened();
    const sleeper = m.start((t) => poll(t, [asking(f)], -1));
    m.server.takeLog();
    sleeper.task.signal('signal');
    m.settle();
    expect(sleeper.end()).toBe(EINTR);
    expect(m.server.takeLog()[0]).toBe(askedOf(2, 101, 1));
  });

  test('while one sleeps, others who do not want to sleep ask for a notification too; afterwards no more', () => {
    const { m, f } = opened();
    const sleeper = m.start((t) => poll(t, [asking(f)], -1));
    m.does((t) => poll(t, [asking(f)], 0), askedOf(2, 101, 1));
    sleeper.task.signal('killed');
    m.settle();
    m.does((t) => poll(t, [asking(f)], 0), askedOf(2, 101, 0));
  });

  test('keeps its file open when the descriptor is closed, and then finds it gone', () => {
    const { m, f } = opened();
    const fds = [asking(f)];
    const sleeper = m.start((t) => poll(t, fds, -1));
    m.server.takeLog();
    m.does((t) => close(t, f), 'FLUSH n=2 fh=101 lo=Y');
    notify(m, 1n);
    expect([sleeper.end(), fds[0]?.revents]).toEqual([1, 0x20]);
    expect(m.server.takeLog()).toEqual(['RELEASE n=2 fh=101 flags=0x8000 release_flags=0 lo=0']);
  });

  test('learns that the server is gone', () => {
    const { m, f } = opened();
    const fds = [asking(f)];
    const sleeper = m.start((t) => poll(t, fds, -1));
    m.connection.abort();
    m.scheduler.run();
    expect([sleeper.end(), fds[0]?.revents]).toEqual([1, POLLERR]);
  });
});

test('a directory is ready, and its server not asked', () => {
  const { m } = opened();
  const d = m.run((t) => open(t, '/', O_RDONLY));
  const fds = [asking(d, POLLIN | POLLOUT)];
  m.does((t) => poll(t, fds, -1));
  expect(fds[0]?.revents).toBe(POLLIN | POLLOUT);
});

test('NOTIFY_POLL for a file that nobody polls is taken, and one of a wrong length is EINVAL', () => {
  const { m } = opened();
  const device = m.connection.device.open();
  const message = encodeNotification(NOTIFY_POLL, { body: { kh: 99n }, tail: undefined });
  expect(device.write(message)).toBe(24);
  const short = message.slice(0, 20);
  new DataView(short.buffer).setUint32(0, 20, true);
  expect(thrownBy(() => device.write(short))).toBe(EINVAL);
});
