import { expect, test } from 'vitest';
import { EIO } from '../abi/errno.ts';
import { decodeRequest } from '../abi/message.ts';
import { NOTIFY_RESEND } from '../abi/notify.ts';
import { encodeNotification } from '../abi/notify-message.ts';
import { WRITE } from '../abi/opcodes.ts';
import { Request } from './request.ts';
import { type Received, Rig, type Running } from './testing/rig.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function write(rig: Rig, ...lent: Uint8Array[]): Running<unknown> {
  const size = lent.reduce((sum, { length }) => sum + length, 0);
  const body = { fh: 3n, offset: 5, size, write_flags: 0, lock_owner: 0n, flags: 0 };
  return rig.begin((task) => rig.connection.call(task, WRITE, 1n, { body, lent }));
}

const dataOf = (rig: Rig, { message }: Received): Uint8Array =>
  decodeRequest(WRITE, message, rig.connection.protocol).data;

test('data that are lent stand behind all else, as they are when the server takes the request', () => {
  const rig = Rig.connected();
  const [first, second] = [bytes(1, 2, 3), bytes(4)];
  write(rig, first, second);
  first[0] = 9;
  const received = rig.receive() as Received;
  expect([received.message.length, received.header.len]).toEqual([84, 84]);
  expect(dataOf(rig, received)).toEqual(bytes(9, 2, 3, 4));
  second[0] = 7;
  expect(dataOf(rig, received)).toEqual(bytes(9, 2, 3, 4));
});

test('they count where the whole message must find room', () => {
  const rig = Rig.connected();
  const running = write(rig, new Uint8Array(100));
  expect(rig.file.take(179)).toBeNull();
  rig.scheduler.run();
  expect(running.end).toBe(EIO);
  write(rig, new Uint8Array(100));
  expect(rig.file.take(180)).toHaveLength(180);
});

test('who takes it as it is gets the request, and their memory itself', () => {
  const rig = Rig.connected();
  const data = bytes(1, 2, 3);
  write(rig, data);
  const request = rig.file.takeAsItIs(100) as Request;
  expect(request).toBeInstanceOf(Request);
  expect([request.message.length, request.size, request.state]).toEqual([80, 83, 'sent']);
  expect(request.lent?.[0]).toBe(data);
  rig.readlink(1n);
  expect(rig.file.takeAsItIs(100)).toBeInstanceOf(Uint8Array);
});

test('they come again with a request that is sent again', () => {
  const rig = Rig.connected();
  write(rig, bytes(1, 2, 3));
  const { unique } = (rig.receive() as Received).header;
  rig.file.write(encodeNotification(NOTIFY_RESEND, { body: undefined, tail: undefined }));
  const again = rig.receive() as Received;
  expect(again.header.unique).toBe(-unique);
  expect(dataOf(rig, again)).toEqual(bytes(1, 2, 3));
});

test('who gave the call up has them back, and what is sent later is as it was', () => {
  const rig = Rig.connected();
  const data = bytes(1, 2, 3);
  const running = write(rig, data);
  const request = rig.file.takeAsItIs(100) as Request;
  running.task.signal('killed');
  rig.scheduler.run();
  data.fill(0);
  expect(request.lent).toEqual([bytes(1, 2, 3)]);
  rig.receive(); // INTERRUPT
  rig.file.write(encodeNotification(NOTIFY_RESEND, { body: undefined, tail: undefined }));
  expect(dataOf(rig, rig.receive() as Received)).toEqual(bytes(1, 2, 3));
});
