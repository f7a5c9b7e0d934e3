import { expect, test, vi } from 'vitest';
import { EAGAIN } from '../abi/errno.ts';
import { encodeError } from '../abi/message.ts';
import { READ, RELEASE } from '../abi/opcodes.ts';
import { Events } from './events.ts';
import { Request } from './request.ts';
import { type Received, Rig, rawReply, thrownBy } from './testing/rig.ts';

const releaseBody = { fh: 0n, flags: 0, release_flags: 0, lock_owner: 0n };

/** The steps as they come: "created READLINK 7" by nodeid. */
function heard(rig: Rig): () => string[] {
  let steps: string[] = [];
  rig.connection.events.on(({ step, request }) => steps.push(`${step} ${request.opcode.name} ${request.nodeid}`));
  return () => {
    const all = steps;
    steps = [];
    return all;
  };
}

const of = (name: string, nodeid: number, ...steps: string[]): string[] =>
  steps.map((step) => `${step} ${name} ${nodeid}`);

test('a plain request: created, queued, read, replied, completed', () => {
  const rig = Rig.connected();
  const steps = heard(rig);
  rig.readlink(1n);
  expect(steps()).toEqual(of('READLINK', 1, 'created', 'queued'));
  const received = rig.receive() as Received;
  expect(steps()).toEqual(of('READLINK', 1, 'read'));
  rig.answer(received);
  expect(steps()).toEqual(of('READLINK', 1, 'replied', 'completed'));
});

test('INIT is a request as any other, and what waits for it is blocked', () => {
  const rig = new Rig();
  const steps = heard(rig);
  rig.connection.start();
  rig.readlink(1n);
  rig.receive();
  rig.answerInit();
  expect(steps()).toEqual([
    ...of('INIT', 0, 'created', 'queued'),
    ...of('READLINK', 1, 'created', 'blocked'),
    ...of('INIT', 0, 'read', 'replied', 'completed'),
    ...of('READLINK', 1, 'queued'),
  ]);
});

test('one that finds the device full: blocked before it is queued', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  rig.readlink(1n);
  const steps = heard(rig);
  rig.readlink(2n);
  expect(steps()).toEqual(of('READLINK', 2, 'created', 'blocked'));
  rig.answer(rig.receive() as Received);
  expect(steps()).toEqual([...of('READLINK', 1, 'read', 'replied', 'completed'), ...of('READLINK', 2, 'queued')]);
});

test('one killed in the line is completed without having been queued', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  rig.readlink(1n);
  const steps = heard(rig);
  const { task } = rig.readlink(2n);
  task.signal('killed');
  rig.scheduler.run();
  expect(steps()).toEqual(of('READLINK', 2, 'created', 'blocked', 'completed'));
});

test('an interrupted one: before and after it is read', () => {
  const rig = Rig.connected();
  const steps = heard(rig);
  const { task: late } = rig.readlink(1n);
  rig.receive();
  late.signal('signal');
  rig.scheduler.run();
  expect(steps()).toEqual(of('READLINK', 1, 'created', 'queued', 'read', 'interrupted'));
  const { task: early } = rig.readlink(2n);
  early.signal('signal');
  rig.scheduler.run();
  expect(steps()).toEqual(of('READLINK', 2, 'created', 'queued'));
  expect(rig.receiveAll()).toEqual(['INTERRUPT', 'READLINK', 'INTERRUPT']);
  expect(steps()).toEqual(of('READLINK', 2, 'read', 'interrupted'));
});

test('INTERRUPT that is asked for again is heard again, but not while the last waits to be read', () => {
  const rig = Rig.connected();
  const { task } = rig.readlink(1n);
  rig.receive();
  task.signal('signal');
  rig.scheduler.run();
  rig.receive();
  const steps = heard(rig);
  rig.file.write(encodeError(5, EAGAIN));
  rig.file.write(encodeError(5, EAGAIN));
  expect(steps()).toEqual(of('READLINK', 1, 'interrupted'));
});

test('an aborted one, by whatever ends the connection or its reader', () => {
  const rig = Rig.connected();
  const other = rig.connection.device.open();
  const steps = heard(rig);
  rig.readlink(1n);
  rig.receive(other);
  rig.readlink(2n);
  rig.receive();
  rig.readlink(3n);
  steps();
  other.close();
  expect(steps()).toEqual(of('READLINK', 1, 'aborted'));
  rig.file.close();
  expect(steps()).toEqual([...of('READLINK', 2, 'aborted'), ...of('READLINK', 3, 'aborted')]);
  rig.readlink(4n);
  expect(steps()).toEqual(of('READLINK', 4, 'created', 'aborted'));
});

test('one that had no reply in time: timed-out, aborted', () => {
  const rig = Rig.connected({ requestTimeout: 10 });
  const steps = heard(rig);
  rig.readlink(1n);
  rig.advance(10);
  expect(steps()).toEqual(of('READLINK', 1, 'created', 'queued', 'timed-out', 'aborted'));
});

test('INIT without a reply in time: timed-out, completed', () => {
  const rig = new Rig({ initTimeout: 10 });
  const steps = heard(rig);
  rig.connection.start();
  rig.advance(10);
  expect(steps()).toEqual(of('INIT', 0, 'created', 'queued', 'timed-out', 'completed'));
});

test('a background one is queued when it is admitted', () => {
  const rig = Rig.connected({}, { max_background: 1 });
  const steps = heard(rig);
  rig.connection.send(RELEASE, 1n, { body: releaseBody });
  rig.connection.send(RELEASE, 2n, { body: releaseBody });
  expect(steps()).toEqual([...of('RELEASE', 1, 'created', 'queued'), ...of('RELEASE', 2, 'created')]);
  rig.answer(rig.receive() as Received);
  expect(steps()).toEqual([...of('RELEASE', 1, 'read', 'replied', 'completed'), ...of('RELEASE', 2, 'queued')]);
});

test('a submitter that finds too many: blocked', () => {
  const rig = Rig.connected({}, { max_background: 1 });
  rig.connection.send(RELEASE, 1n, { body: releaseBody });
  const steps = heard(rig);
  const body = { fh: 0n, offset: 0, size: 8, read_flags: 0, lock_owner: 0n, flags: 0 };
  rig.begin((task) => rig.connection.callBackground(task, READ, 2n, { body }, () => {}));
  expect(steps()).toEqual(of('READ', 2, 'created', 'blocked'));
});

test('forgets are queued and read in one, when the server reads them', () => {
  const rig = Rig.connected();
  const steps = heard(rig);
  rig.connection.forget(7n, 1);
  expect(steps()).toEqual([]);
  rig.receive();
  expect(steps()).toEqual(of('FORGET', 7, 'queued', 'read'));
});

test('a reply of a wrong size is no reply', () => {
  const rig = Rig.connected();
  rig.readlink(1n);
  rig.receive();
  const steps = heard(rig);
  thrownBy(() => rig.file.write(rawReply({ unique: 4, error: -1, body: 3 })));
  expect(steps()).toEqual(of('READLINK', 1, 'completed'));
});

test('events have the time of the clock and the request itself', () => {
  const rig = Rig.connected();
  rig.advance(250);
  const seen: unknown[] = [];
  rig.connection.events.on(({ time, request }) => seen.push(time, request.label, request.replySize));
  rig.readlink(1n);
  expect(seen).toEqual([250, 'READLINK 0', 0, 250, 'READLINK 4', 0]);
  const received = rig.receive() as Received;
  seen.length = 0;
  rig.answer(received, { data: new Uint8Array(3) });
  expect(seen).toEqual([250, 'READLINK 4', 19, 250, 'READLINK 4', 19]);
});

test('without a listener nobody even asks for the time; one that has left hears nothing', () => {
  const now = vi.fn(() => 1);
  const events = new Events(now);
  const request = new Request(RELEASE, 1n, {}, { caller: { uid: 0, gid: 0, pid: 0 }, kind: 'background' }) as Request;
  events.emit('created', request);
  expect(now).not.toHaveBeenCalled();
  const [first, second] = [vi.fn(), vi.fn()];
  const leave = events.on(first);
  events.on(second);
  events.emit('queued', request);
  leave();
  leave();
  events.emit('read', request);
  expect(now).toHaveBeenCalledTimes(2);
  expect(first).toHaveBeenCalledTimes(1);
  expect(second.mock.calls.map(([{ step }]) => step)).toEqual(['queued', 'read']);
});
