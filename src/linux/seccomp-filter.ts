import type { Architecture, CallName } from './architecture.ts';

/** One instruction of classic BPF: struct sock_filter of linux/filter.h. */
export interface Instruction {
  readonly code: number;
  /** Instructions to skip when a comparison holds, and when it does not. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A call that stops, always or when some bits of an argument are as said: a filter sees no memory. */
export interface Stop {
  readonly call: CallName;
  readonly when?: ArgumentTest;
}

/** Holds when the low 32 bits of an argument, under the mask, equal the value. */
export interface ArgumentTest {
  readonly argument: number;
  readonly mask: number;
  readonly value: number;
}

/** What becomes of a call, SECCOMP_RET_... of linux/seccomp.h: the supervisor is asked, or it goes on. */
export const RET_USER_NOTIF = 0x7fc00000;
export const RET_ALLOW = 0x7fff0000;

/** BPF_LD | BPF_W | BPF_ABS; BPF_ALU | BPF_AND | BPF_K; BPF_JMP | BPF_JEQ | BPF_K; BPF_RET | BPF_K. */
export const LOAD = 0x20;
export const AND = 0x54;
export const JUMP_EQUAL = 0x15;
export const RETURN = 0x06;

/** Offsets in struct seccomp_data; the low half of an argument comes first on little-endian machines. */
export const NUMBER_AT = 0;
export const ARCHITECTURE_AT = 4;
export const ARGUMENTS_AT = 16;

const step = (code: number, k: number, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });

/**
 * The program that stops some calls and lets all others go on, those of foreign architectures among them: their numbers
 * mean something else. What an architecture does not have does not stop there.
 */
export function filterProgram({ audit, numbers }: Architecture, stops: readonly Stop[]): Instruction[] {
  return [
    step(LOAD, ARCHITECTURE_AT),
    step(JUMP_EQUAL, audit, 1, 0),
    step(RETURN, RET_ALLOW),
    step(LOAD, NUMBER_AT),
    ...stops.flatMap(({ call, when }) => stopAt(numbers[call], when)),
    step(RETURN, RET_ALLOW),
  ];
}

/** Stops one call. The number is in the accumulator before and, when this does not stop, behind. */
function stopAt(number: number | null, when: ArgumentTest | undefined): Instruction[] {
  if (number === null) return [];
  if (when === undefined) return [step(JUMP_EQUAL, number, 0, 1), step(RETURN, RET_USER_NOTIF)];
  return [
    step(JUMP_EQUAL, number, 0, 5),
    step(LOAD, ARGUMENTS_AT + 8 * when.argument),
    step(AND, when.mask),
    step(JUMP_EQUAL, when.value, 0, 1),
    step(RETURN, RET_USER_NOTIF),
    step(LOAD, NUMBER_AT),
  ];
}

/** A program as an array of struct sock_filter. */
export function encodeProgram(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(8 * program.length);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(8 * index, code, true);
    view.setUint8(8 * index + 2, jt);
    view.setUint8(8 * index + 3, jf);
    view.setUint32(8 * index + 4, k, true);
  }
  return bytes;
}
