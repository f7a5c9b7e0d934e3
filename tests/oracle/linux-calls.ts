import { address } from 'koffi';
import { toBytes } from '../../src/abi/bytes.ts';
import { fail, libc } from '../../src/linux/libc.ts';

// System calls as they are: by number (x86-64), with nothing of libc or Node in between.

type Word = number | bigint | Uint8Array | BigInt64Array | null;
type RawCall = (number: number, ...words: Word[]) => number | bigint;

const bySignature = new Map<string, RawCall>();

const typeOf = (word: Word): string => (typeof word === 'object' ? 'void *' : 'int64_t');

function declared(words: readonly Word[]): RawCall {
  const types = words.map(typeOf).join(', ');
  const known = bySignature.get(types);
  if (known !== undefined) return known;
  const made = libc.func(`int64_t syscall(int64_t${types === '' ? '' : `, ${types}`})`) as unknown as RawCall;
  bySignature.set(types, made);
  return made;
}

/** Makes a system call. @throws its errno */
export function syscall(number: number, ...words: Word[]): number | bigint {
  const result = declared(words)(number, ...words);
  if (result === -1 || result === -1n) throw fail();
  return result;
}

/** A path or a name as the kernel takes it. */
export function cString(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length + 1);
  bytes.set(toBytes(text));
  return bytes;
}

const PAGE = 4096;

/** Room that begins where a page begins: how Linux splits direct transfers depends on it. */
export function pageAligned(size: number): Uint8Array {
  const room = new Uint8Array(size + PAGE);
  const start = (PAGE - Number(address(room) % BigInt(PAGE))) % PAGE;
  return room.subarray(start, start + size);
}

/** Buffers of these sizes and the struct iovec array that names them; all in one block, so that it stays in place. */
export function ioVector(parts: readonly Uint8Array[]): { vector: Uint8Array; buffers: Uint8Array[] } {
  const rooms = parts.map(({ length }) => Math.max(PAGE, Math.ceil(length / PAGE) * PAGE));
  const table = Math.max(PAGE, Math.ceil((16 * parts.length) / PAGE) * PAGE);
  const block = pageAligned(rooms.reduce((sum, room) => sum + room, table));
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const start = address(block);
  const buffers: Uint8Array[] = [];
  let at = table;
  for (const [index, part] of parts.entries()) {
    block.set(part, at);
    buffers.push(block.subarray(at, at + part.length));
    view.setBigUint64(16 * index, start + BigInt(at), true);
    view.setBigUint64(16 * index + 8, BigInt(part.length), true);
    at += rooms[index] as number;
  }
  return { vector: block, buffers };
}

/**
 * How much higher descriptors really are in a runner than in its script: the lower ones are the runner's own, and
 * scripts begin with 3 as programs do. See runner-main.ts.
 */
export const DESCRIPTOR_SHIFT = 125;

/** Numbers that no table reaches, and negative ones, are as they are. */
export const realDescriptor = (fd: number): number => (fd < 0 || fd > 1 << 20 ? fd : fd + DESCRIPTOR_SHIFT);

export function shownDescriptor(fd: number | bigint): number {
  const shown = Number(fd) - DESCRIPTOR_SHIFT;
  if (shown < 3) throw new Error(`the runner left descriptor ${fd} free`);
  return shown;
}
