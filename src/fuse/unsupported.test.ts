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
const remembered = answered.filter(({ onENOSYS }) => onENOSYS !== 'fail');
const forgotten = answered.filter(({ onENOSYS }) => onENOSYS === 'fail');

function ends(opcode: Opcode, first: Errno) {
  const rig = Rig.connected();
  const call = () => rig.begin((task: Task) => rig.connection.call(task, opcode, 1n, callOf(opcode)));
  const before = call();
  rig.answer(rig.receive() as Received, first);
  const after = call();
  return { rig, ends: [before.end, after.end], asksAgain: rig.receive() !== null };
}

test('what is remembered is what Linux remembers', () => {
  expect(
    remembered.map(({ name, onENOSYS }) => `${name} ${onENOSYS instanceof Errno ? onENOSYS.code : onENOSYS}`),
  ).toEqual([
    'LINK EPERM',
    'OPEN fallback',
    'FSYNC succeed',
    'SETXATTR EOPNOTSUPP',
    'GETXATTR EOPNOTSUPP',
    'LISTXATTR EOPNOTSUPP',
    'REMOVEXATTR EOPNOTSUPP',
    'FLUSH succeed',
    'OPENDIR fallback',
    'FSYNCDIR succeed',
    'ACCESS succeed',
    'CREATE fallback',
    'BMAP fallback',
    'POLL fallback',
    'FALLOCATE EOPNOTSUPP',
    'RENAME2 EINVAL',
    'LSEEK fallback',
    'COPY_FILE_RANGE fallback',
    'SYNCFS succeed',
    'TMPFILE EOPNOTSUPP',
    'STATX fallback',
    'COPY_FILE_RANGE_64 fallback',
  ]);
});

test.each(remembered.map((opcode) => [opcode.name, opcode] as const))(
  '%s is not asked again after ENOSYS',
  (_, opcode) => {
    const { rig, ends: both, asksAgain } = ends(opcode, ENOSYS);
    const { onENOSYS } = opcode;
    const result =
      onENOSYS === 'succeed'
        ? { body: undefined, data: new Uint8Array(0) }
        : onENOSYS instanceof Errno
          ? onENOSYS
          : ENOSYS;
    expect(both).toEqual([result, result]);
    expect(asksAgain).toBe(false);
    expect([...rig.connection.unsupported]).toEqual([opcode]);
  },
);

test.each(forgotten.map((opcode) => [opcode.name, opcode] as const))('%s is asked again after ENOSYS', (_, opcode) => {
  const { rig, ends: both, asksAgain } = ends(opcode, ENOSYS);
  expect(both).toEqual([ENOSYS, undefined]);
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
