import type { Prepare } from '../node-fs/operation.ts';
import { read, readv, type Transfer, toTransfer, toVector, toWriting, write, writev } from '../node-fs/read-write.ts';

/** How a transfer is named in `operations.ts`, and what its caller's arguments mean. */
export interface TransferRow {
  readonly name: 'read' | 'readv' | 'write' | 'writev';
  readonly prepare: Prepare;
  readonly toTransfer: (...args: never[]) => Transfer;
}

/** The operations whose bytes go between a file and memory of the caller's, as other threads see it: shared memory. */
export const transferRows: readonly TransferRow[] = [
  { name: 'read', prepare: read, toTransfer },
  { name: 'readv', prepare: readv, toTransfer: toVector },
  { name: 'write', prepare: write, toTransfer: toWriting },
  { name: 'writev', prepare: writev, toTransfer: toVector },
];

/** Whether it changes the memory. */
export const fills = (name: TransferRow['name']): boolean => name === 'read' || name === 'readv';

/** The same call of memory in this thread. */
export function argumentsFor(
  name: TransferRow['name'],
  file: number,
  parts: readonly Uint8Array[],
  position: number | null,
): readonly unknown[] {
  if (name === 'readv' || name === 'writev') return [file, parts, position];
  const [part] = parts as [Uint8Array];
  return [file, part, 0, part.length, position];
}
