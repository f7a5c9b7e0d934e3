import { describe, expect, test } from 'vitest';
import { architectures } from './architecture.ts';
import {
  AND,
  encodeProgram,
  filterProgram,
  type Instruction,
  JUMP_EQUAL,
  LOAD,
  RET_ALLOW,
  RET_USER_NOTIF,
  RETURN,
  type Stop,
} from './seccomp-filter.ts';

interface Call {
  readonly audit: number;
  readonly number: number;
  readonly args?: readonly bigint[];
}

/** struct seccomp_data as a little-endian machine lays it out. */
function seccompData({ audit, number, args = [] }: Call): DataView {
  const view = new DataView(new ArrayBuffer(64));
  view.setInt32(0, number, true);
  view.setUint32(4, audit, true);
  for (const [index, value] of args.entries()) view.setBigUint64(16 + 8 * index, value, true);
  return view;
}

/** What Linux's interpreter makes of a program: the value that it returns. Every path must end by a RETURN. */
function evaluate(program: readonly Instruction[], call: Call): number {
  const memory = seccompData(call);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const instruction = program[at];
    if (instruction === undefined) throw new Error(`the program runs off its end at ${at}`);
    const { code, jt, jf, k } = instruction;
    if (code === LOAD) accumulator = memory.getUint32(k, true);
    else if (code === AND) accumulator = (accumulator & k) >>> 0;
    else if (code === JUMP_EQUAL) at += accumulator === k >>> 0 ? jt : jf;
    else if (code === RETURN) return k;
    else throw new Error(`there is no instruction ${code}`);
  }
}

const stops: readonly Stop[] = [
  { call: 'open', when: { argument: 1, mask: 0xff00000f, value: 2 } },
  { call: 'openat', when: { argument: 2, mask: 0xff00000f, value: 2 } },
  { call: 'openat', when: { argument: 0, mask: 0xffffffff, value: 0xffffff9c } },
  { call: 'mount' },
];

describe.each(Object.entries(architectures))('the program for %s', (name, architecture) => {
  const { audit, numbers } = architecture;
  const program = filterProgram(architecture, stops);
  const resultOf = (number: number | null, ...args: bigint[]): number =>
    evaluate(program, { audit, number: number ?? -1, args });

  test('stops a call that always stops', () => {
    expect(resultOf(numbers.mount)).toBe(RET_USER_NOTIF);
    expect(resultOf(numbers.mount, ~0n & 0xffffffffffffffffn)).toBe(RET_USER_NOTIF);
  });

  test('stops a call by the bits of its argument that are asked for, whatever the others are', () => {
    expect(resultOf(numbers.openat, 5n, 0n, 0x2n)).toBe(RET_USER_NOTIF);
    expect(resultOf(numbers.openat, 5n, 0n, 0xdead_beef_0088_8802n)).toBe(RET_USER_NOTIF);
    expect(resultOf(numbers.openat, 5n, 0n, 0x3n)).toBe(RET_ALLOW);
    expect(resultOf(numbers.openat, 5n, 0n, 0x0100_0002n)).toBe(RET_ALLOW);
  });

  test('tries each of several tests of a call', () => {
    expect(resultOf(numbers.openat, 0xffffff9cn, 0n, 0n)).toBe(RET_USER_NOTIF);
  });

  test('lets all other calls go on', () => {
    const stopped = [numbers.open, numbers.openat, numbers.mount];
    for (let number = 0; number < 512; number++) {
      if (!stopped.includes(number)) expect(resultOf(number, 2n, 2n, 2n)).toBe(RET_ALLOW);
    }
    expect(resultOf(-1)).toBe(RET_ALLOW);
    expect(resultOf(0x4000_0000 | (numbers.mount as number))).toBe(RET_ALLOW);
  });

  test('lets calls of other architectures go on, whatever their numbers', () => {
    for (const other of Object.values(architectures)) {
      if (other === architecture) continue;
      expect(evaluate(program, { audit: other.audit, number: numbers.mount as number })).toBe(RET_ALLOW);
    }
    const i386 = 0x40000003;
    expect(evaluate(program, { audit: i386, number: numbers.mount as number })).toBe(RET_ALLOW);
  });

  test(`${name === 'x64' ? 'stops' : 'knows no'} open`, () => {
    const byAnyNumber = Array.from({ length: 512 }, (_, number) => resultOf(number, 0n, 2n));
    const expected = name === 'x64' ? [numbers.open, numbers.mount] : [numbers.mount];
    expect(byAnyNumber.flatMap((result, number) => (result === RET_USER_NOTIF ? [number] : []))).toEqual(expected);
  });
});

test('an encoded program is an array of struct sock_filter', () => {
  expect([...encodeProgram([{ code: 0x15, jt: 1, jf: 2, k: 0xc000003e }])]).toEqual([0x15, 0, 1, 2, 0x3e, 0, 0, 0xc0]);
});
