import { expect, test } from 'vitest';
import { ENOENT } from '../abi/errno.ts';
import { encodeReply } from '../abi/message.ts';
import { NOTIFY_RESEND } from '../abi/notify.ts';
import { encodeNotification } from '../abi/notify-message.ts';
import { READLINK } from '../abi/opcodes.ts';
import { endOf, type Received, Rig, thrownBy } from './testing/rig.ts';

const resend = (rig: Rig): number =>
  rig.file.write(encodeNotification(NOTIFY_RESEND, { body: undefined, tail: undefined }));

const received = (rig: Rig): Received[] => {
  const all: Received[] = [];
  for (let next = rig.receive(); next !== null; next = rig.receive()) all.push(next);
  return all;
};

const reply = (rig: Rig, unique: number): number =>
  rig.file.write(encodeReply(READLINK, { unique }, rig.connection.protocol));

test('what was read and not answered comes again, before all others, marked as sent again', () => {
  const rig = Rig.connected();
  for (const nodeid of [1n, 2n, 3n]) rig.readlink(nodeid);
  const [first, second, third] = received(rig) as [Received, Received, Received];
  rig.readlink(4n);
  rig.answer(second);
  expect(resend(rig)).toBe(16);
  const again = received(rig);
  expect(again.map(({ header }) => header.nodeid)).toEqual([3n, 1n, 4n]);
  expect(again.map(({ header }) => header.unique)).toEqual([-third.header.unique, -first.header.unique, 10]);
});

test('only its new unique answers a request that was sent again', () => {
  const rig = Rig.connected();
  const running = rig.readlink(1n);
  const { unique } = (rig.receive() as Received).header;
  resend(rig);
  rig.receive();
  expect(thrownBy(() => reply(rig, unique))).toBe(ENOENT);
  reply(rig, -unique);
  rig.scheduler.run();
  expect(endOf(running)).toBe('reply');
  expect([rig.connection.device.completions.size, rig.connection.waiting]).toEqual([0, 0]);
});

test('until it is read again it can be killed, and not be answered', () => {
  const rig = Rig.connected();
  const [killed, other] = [rig.readlink(1n), rig.readlink(2n)];
  const messages = received(rig);
  resend(rig);
  expect(thrownBy(() => reply(rig, -(messages[1] as Received).header.unique))).toBe(ENOENT);
  killed.task.signal('killed');
  rig.scheduler.run();
  expect([endOf(killed), endOf(other)]).toEqual(['EINTR', 'waits']);
  expect(received(rig).map(({ header }) => header.nodeid)).toEqual([2n]);
});

test('the INTERRUPT of an interrupted one follows it, by its new unique', () => {
  const rig = Rig.connected();
  const running = rig.readlink(1n);
  const { unique } = (rig.receive() as Received).header;
  running.task.signal('signal');
  rig.scheduler.run();
  resend(rig);
  const again = received(rig);
  expect(again.map(({ opcode, header }) => [opcode.name, header.unique])).toEqual([
    ['READLINK', -unique],
    ['INTERRUPT', -unique - 1],
  ]);
  expect(rig.bodyOf(again[1] as Received)).toEqual({ unique: -unique });
});

test('a connection with nothing under way has nothing to send again', () => {
  const rig = Rig.connected();
  expect(resend(rig)).toBe(16);
  expect(rig.file.hasWork).toBe(false);
  rig.connection.abort();
  expect(resend(rig)).toBe(16);
});
