import { fromBytes, toBytes } from '../../../src/abi/bytes.ts';
import { nameToHandleAt, openByHandleAt } from '../../../src/syscalls/file-handle.ts';
import { cString, realDescriptor, shownDescriptor, syscall } from '../linux-calls.ts';
import { bytesText } from '../shapes.ts';
import { type Call, parametersOf, type Value } from './call.ts';

const HEADER = 8; // bytes

const shown = (type: number, bytes: Uint8Array): string => `${type.toString(16)} ${bytesText(fromBytes(bytes))}`;

/** A struct file_handle. */
function fileHandle(size: number, type: number, bytes: Uint8Array): Buffer {
  const handle = Buffer.alloc(HEADER + Math.max(size, bytes.length, 128));
  handle.writeUInt32LE(size, 0);
  handle.writeInt32LE(type, 4);
  handle.set(bytes, HEADER);
  return handle;
}

const name_to_handle_at: Call = {
  parameters: parametersOf('fd path number number'),
  linux(dirfd, path, size, flags) {
    const handle = fileHandle(Number(size), 0, new Uint8Array(0));
    const mountId = new Uint8Array(8);
    syscall(303, realDescriptor(Number(dirfd)), cString(String(path)), handle, mountId, Number(flags));
    const length = handle.readUInt32LE(0);
    return shown(handle.readInt32LE(4), handle.subarray(HEADER, HEADER + length));
  },
  *fusewire(task, dirfd, path, size, flags) {
    const { type, bytes } = yield* nameToHandleAt(task, Number(dirfd), String(path), Number(size), Number(flags));
    return shown(type, bytes);
  },
};

const bytesOf = (value: Value | undefined): Uint8Array => toBytes(String(value ?? ''));

const open_by_handle_at: Call = {
  parameters: parametersOf('fd number bytes number'),
  linux(mountfd, type, bytes, flags) {
    const given = bytesOf(bytes);
    const handle = fileHandle(given.length, Number(type), given);
    return String(shownDescriptor(syscall(304, realDescriptor(Number(mountfd)), handle, Number(flags))));
  },
  *fusewire(task, mountfd, type, bytes, flags) {
    const handle = { type: Number(type), bytes: bytesOf(bytes) };
    return String(yield* openByHandleAt(task, Number(mountfd), handle, Number(flags)));
  },
};

/** Calls that name files without paths. */
export const fileHandleCalls: Readonly<Record<string, Call>> = { name_to_handle_at, open_by_handle_at };
