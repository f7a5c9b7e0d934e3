import { expect, test } from 'vitest';
import { EIO, ENOSYS, Errno } from '../abi/errno.ts';
import { allOpcodes, type Opcode } from '../abi/opcodes.ts';
import type { Task } from '../task/task.ts';
import type { Call } from './connection.ts';
import { type Received, Rig } from './testing/rig.ts';

/** Any arguments that can be encoded: zeros. */
function callOf(opcode: Opcode): Call<unknown> {
  const body = opcode.in?.read(new DataView(new ArrayBuffer(opcode.in.size)), 0);
  return { body, names: opcode.names.map(() => 'n') };
}

const answered = allOpcodes.filter(({ name, reply }) => reply === 'required' && !['INIT', 'CUSE_INIT'].includes(name));
const remembered = answered.filter(({ onENOSYS }) => onENOSYS.isRemembered);
const forgotten = answered.filter(({ onENOSYS }) => !onENOSYS.isRemembered);

/** What a call ends with whose server has no such operation. */
function missing({ onENOSYS: { gives } }: Opcode): unknown {
  if (gives === 'success') return { body: undefined, data: new Uint8Array(0) };
  return gives instanceof Errno ? gives : ENOSYS;
}

function ends(opcode: Opcode, first: Errno) {
  const rig = Rig.connected();
  const call = () => rig.begin((task: Task) => rig.connection.call(task, opcode, 1n, callOf(opcode)));
  const before = call();
  rig.answer(rig.receive() as Received, first);
  const after = call();
  return { rig, ends: [before.end, after.end], asksAgain: rig.receive() !== null };
}

test.each(remembered.map((opcode) => [opcode.name, opcode] as const))(
  '%s is not asked again after ENOSYS',
  (_, opcode) => {
    const { rig, ends: both, asksAgain } = ends(opcode, ENOSYS);
    const result = missing(opcode);
    expect(both).toEqual([result, result]);
    expect(asksAgain).toBe(false);
    expect([...rig.connection.unsupported]).toEqual([opcode]);
  },
);

test.each(forgotten.map((opcode) => [opcode.name, opcode] as const))('%s is asked again after ENOSYS', (_, opcode) => {
  const { rig, ends: both, asksAgain } = ends(opcode, ENOSYS);
  expect(both).toEqual([missing(opcode), undefined]);
  expect(asksAgain).toBe(true);
  expect(rig.connection.unsupported.size).toBe(0);
});

test.each(remembered.map((opcode) => [opcode.name, opcode] as const))(
  '%s is asked again after any other errno',
  (_, opcode) => {
    const { ends: both, asksAgain } = ends(opcode, EIO);
    expect(both).toEqual([EIO, undefined]);
    expect(asksAgain).toBe(true);
  },
);

test('ask gives ENOSYS as a value and remembers nothing', () => {
  const rig = Rig.connected();
  const [opcode] = remembered as [Opcode];
  const running = rig.begin((task) => rig.connection.ask(task, opcode, 1n, callOf(opcode)));
  rig.answer(rig.receive() as Received, ENOSYS);
  expect(running.end).toBe(ENOSYS);
  expect(rig.connection.unsupported.size).toBe(0);
});

test('requests under way when ENOSYS comes get what it means for them', () => {
  const rig = Rig.connected();
  const opcode = remembered.find(({ name }) => name === 'FSYNC') as Opcode;
  const call = () => rig.begin((task: Task) => rig.connection.call(task, opcode, 1n, callOf(opcode)));
  const both = [call(), call()];
  const received = [rig.receive(), rig.receive()] as Received[];
  for (const one of received) rig.answer(one, ENOSYS);
  expect(both.map(({ end }) => end instanceof Errno)).toEqual([false, false]);
});
