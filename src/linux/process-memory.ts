import { address } from 'koffi';
import { EFAULT } from '../abi/errno.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { check, libc } from './libc.ts';

type ReadMemory = (
  pid: number,
  to: Uint8Array,
  toCount: number,
  from: Uint8Array,
  fromCount: number,
  flags: number,
) => number;
const processVmReadv = libc.func(
  'long process_vm_readv(int, void *, unsigned long, void *, unsigned long, unsigned long)',
) as unknown as ReadMemory;

/**
 * Reads another process's memory; the id may be a thread's.
 *
 * @throws ESRCH; EPERM, as for ptrace(2); EFAULT when not all of it is there.
 * @see process_vm_readv(2)
 */
export function readMemory(pid: number, from: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (length === 0) return bytes;
  const [to, source] = [vector(address(bytes), length), vector(from, length)];
  if (check(processVmReadv(pid, to, 1, source, 1, 0)) < length) throw EFAULT;
  return bytes;
}

/**
 * Reads a string of another process up to its NUL, or its first `limit` bytes when there is none in these. Goes from page
 * to page, since a string may end just before memory does.
 *
 * @throws as {@link readMemory}
 */
export function readCString(pid: number, from: bigint, limit: number): string {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < limit; ) {
    const at = from + BigInt(length);
    const toPageEnd = PAGE_SIZE - Number(at % BigInt(PAGE_SIZE));
    const piece = readMemory(pid, at, Math.min(toPageEnd, limit - length));
    const end = piece.indexOf(0);
    pieces.push(end === -1 ? piece : piece.subarray(0, end));
    if (end !== -1) break;
    length += piece.length;
  }
  return Buffer.concat(pieces).toString();
}

/** A struct iovec. */
function vector(base: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, base, true);
  view.setBigUint64(8, BigInt(length), true);
  return bytes;
}
