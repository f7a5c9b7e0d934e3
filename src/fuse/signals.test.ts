import { expect, test } from 'vitest';
import { EAGAIN, EINTR, EINVAL, EIO, ENOENT, ENOSYS } from '../abi/errno.ts';
import { encodeError } from '../abi/message.ts';
import { FLUSH } from '../abi/opcodes.ts';
import { endOf, type Received, Rig, type Running, rawReply, thrownBy } from './testing/rig.ts';

function send(rig: Rig, running: Running<unknown>, kind: 'signal' | 'killed'): void {
  running.task.signal(kind);
  rig.scheduler.run();
}

function delivered() {
  const rig = Rig.connected();
  const running = rig.readlink(1n);
  return { rig, running, request: rig.receive() as Received };
}

const interruptReply = (error: number): Uint8Array => rawReply({ unique: 5, error });

test('a signal to who waits for what the server has: INTERRUPT, and waiting goes on', () => {
  const { rig, running, request } = delivered();
  send(rig, running, 'signal');
  expect(endOf(running)).toBe('waits');
  const interrupt = rig.receive() as Received;
  expect(interrupt.header).toMatchObject({ len: 48, opcode: 36, unique: 5, nodeid: 0n, uid: 0, gid: 0, pid: 0 });
  expect(rig.bodyOf(interrupt)).toEqual({ unique: 4 });
  expect(rig.receive()).toBeNull();
  rig.answer(request);
  expect(endOf(running)).toBe('reply');
});

test('further signals send nothing', () => {
  const { rig, running } = delivered();
  send(rig, running, 'signal');
  expect(rig.receiveAll()).toEqual(['INTERRUPT']);
  send(rig, running, 'signal');
  send(rig, running, 'killed');
  expect(rig.receiveAll()).toEqual([]);
  expect(endOf(running)).toBe('waits');
});

test('a fatal signal to who waits for what the server has: INTERRUPT, and it is waited for all the same', () => {
  const { rig, running, request } = delivered();
  send(rig, running, 'killed');
  expect(rig.receiveAll()).toEqual(['INTERRUPT']);
  expect(endOf(running)).toBe('waits');
  rig.answer(request, EINTR);
  expect(running.end).toBe(EINTR);
});

test('a signal before the server has read: the request stays, and INTERRUPT follows it', () => {
  const rig = Rig.connected();
  const running = rig.readlink(1n);
  send(rig, running, 'signal');
  expect(endOf(running)).toBe('waits');
  rig.readlink(2n);
  expect(rig.receiveAll()).toEqual(['READLINK', 'INTERRUPT', 'READLINK']);
});

test('a fatal signal before the server has read: EINTR, and nothing reaches the server', () => {
  const rig = Rig.connected();
  const [first, second] = [rig.readlink(1n), rig.readlink(2n)];
  send(rig, first, 'killed');
  expect(first.end).toBe(EINTR);
  expect(rig.connection.device.completions.size).toBe(1);
  expect(rig.connection.device.slots.used).toBe(1);
  expect(rig.receive()?.header.nodeid).toBe(2n);
  expect(rig.receive()).toBeNull();
  expect(endOf(second)).toBe('waits');
});

test('a signal, then a fatal one, before the server has read: EINTR', () => {
  const rig = Rig.connected();
  const running = rig.readlink(1n);
  send(rig, running, 'signal');
  send(rig, running, 'killed');
  expect(running.end).toBe(EINTR);
  expect(rig.receiveAll()).toEqual([]);
});

test('FLUSH survives a fatal signal, delivered or not', () => {
  const rig = Rig.connected();
  const running = rig.begin((task) => rig.connection.call(task, FLUSH, 1n, { body: { fh: 0n, lock_owner: 0n } }));
  send(rig, running, 'killed');
  expect(endOf(running)).toBe('waits');
  const request = rig.receive() as Received;
  expect(rig.receiveAll()).toEqual(['INTERRUPT']);
  send(rig, running, 'killed');
  expect(endOf(running)).toBe('waits');
  rig.answer(request);
  expect(endOf(running)).toBe('reply');
});

test('a signal that was pending when the call began counts', () => {
  const rig = Rig.connected();
  const running = rig.begin(function* (task) {
    task.signal('signal');
    return yield* rig.connection.call(task, FLUSH, 1n, { body: { fh: 0n, lock_owner: 0n } });
  });
  expect(rig.receiveAll()).toEqual(['FLUSH', 'INTERRUPT']);
  expect(endOf(running)).toBe('waits');
});

test('EAGAIN in answer to INTERRUPT asks for it again, once', () => {
  const { rig, running } = delivered();
  send(rig, running, 'signal');
  rig.receiveAll();
  rig.file.write(interruptReply(-EAGAIN.number));
  rig.file.write(interruptReply(-EAGAIN.number));
  expect(rig.receiveAll()).toEqual(['INTERRUPT']);
  expect(rig.receive()).toBeNull();
});

test('EAGAIN for a request whose caller got no signal is EINVAL', () => {
  const { rig } = delivered();
  expect(thrownBy(() => rig.file.write(interruptReply(-EAGAIN.number)))).toBe(EINVAL);
  expect(rig.receive()).toBeNull();
});

test.each([0, -EIO.number, -EINTR.number])('%d in answer to INTERRUPT changes nothing', (error) => {
  const { rig, running } = delivered();
  send(rig, running, 'signal');
  rig.receiveAll();
  expect(rig.file.write(interruptReply(error))).toBe(16);
  expect(rig.receive()).toBeNull();
  expect(endOf(running)).toBe('waits');
});

test('an answer to INTERRUPT with a body is EINVAL, one that comes too late ENOENT', () => {
  const { rig, running, request } = delivered();
  send(rig, running, 'signal');
  rig.receiveAll();
  expect(thrownBy(() => rig.file.write(rawReply({ unique: 5, body: 8 })))).toBe(EINVAL);
  expect(endOf(running)).toBe('waits');
  rig.answer(request);
  expect(thrownBy(() => rig.file.write(interruptReply(0)))).toBe(ENOENT);
});

test('ENOSYS in answer to INTERRUPT: never again, but a fatal signal does what it did', () => {
  const { rig, running } = delivered();
  send(rig, running, 'signal');
  rig.receiveAll();
  rig.file.write(interruptReply(-ENOSYS.number));
  const [early, late] = [rig.readlink(2n), rig.readlink(3n)];
  send(rig, early, 'signal');
  const second = rig.receive() as Received;
  expect(second.header.nodeid).toBe(2n);
  send(rig, early, 'signal');
  send(rig, early, 'killed');
  expect(endOf(early)).toBe('waits');
  send(rig, late, 'killed');
  expect(late.end).toBe(EINTR);
  expect(rig.receiveAll()).toEqual([]);
  rig.answer(second);
  expect(endOf(early)).toBe('reply');
});

test('INTERRUPT is withdrawn when its target is answered first', () => {
  const { rig, running, request } = delivered();
  send(rig, running, 'signal');
  rig.answer(request);
  expect(endOf(running)).toBe('reply');
  expect(rig.file.hasWork).toBe(false);
  expect(rig.receive()).toBeNull();
});

test('INTERRUPTs come in the order of the signals', () => {
  const rig = Rig.connected();
  const running = [1n, 2n, 3n].map((nodeid) => rig.readlink(nodeid));
  rig.receiveAll();
  for (const i of [2, 0, 1]) send(rig, running[i] as Running<unknown>, 'signal');
  const uniques = [rig.receive(), rig.receive(), rig.receive()].map((received) => received?.header.unique);
  expect(uniques).toEqual([9, 5, 7]);
});

test("the server's EINTR is the caller's", () => {
  const { rig, running, request } = delivered();
  rig.file.write(encodeError(request.header.unique, EINTR));
  rig.scheduler.run();
  expect(running.end).toBe(EINTR);
});
