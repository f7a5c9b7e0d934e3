import { fromBytes } from '../../../src/abi/bytes.ts';
import type { Thread } from '../../../src/process/thread.ts';
import * as xattr from '../../../src/syscalls/xattr.ts';
import type { Blocking } from '../../../src/task/blocking.ts';
import { cString, syscall } from '../linux-calls.ts';
import { bytesText } from '../shapes.ts';
import { bytesOf, type Call, direct, parametersOf, type Value, wordOf } from './call.ts';

type File = 'path' | 'fd';
type Ask<A extends readonly unknown[], T> = (task: Thread, file: never, ...rest: A) => Blocking<T>;

const fileOf = (kind: File, file: Value | undefined): never => (kind === 'fd' ? Number(file) : String(file)) as never;

/** What was found: how long it is when that was asked for, else the bytes. */
const found = (result: xattr.XattrResult): string =>
  typeof result === 'number' ? String(result) : bytesText(fromBytes(result));

function ask(number: number, words: readonly (number | Uint8Array)[], size: number): string {
  const buffer = new Uint8Array(size + 1);
  const length = Number(syscall(number, ...words, buffer, size));
  return found(size === 0 ? length : buffer.subarray(0, length));
}

const getting = (number: number, kind: File, fusewire: Ask<[string, number], xattr.XattrResult>): Call => ({
  parameters: parametersOf(`${kind} name number`),
  linux: (file, name, size) => ask(number, [wordOf(kind, file as Value), cString(String(name))], Number(size)),
  *fusewire(task, file, name, size) {
    return found(yield* fusewire(task, fileOf(kind, file), String(name), Number(size)));
  },
});

const listing = (number: number, kind: File, fusewire: Ask<[number], xattr.XattrResult>): Call => ({
  parameters: parametersOf(`${kind} number`),
  linux: (file, size) => ask(number, [wordOf(kind, file as Value)], Number(size)),
  *fusewire(task, file, size) {
    return found(yield* fusewire(task, fileOf(kind, file), Number(size)));
  },
});

const setting = (number: number, kind: File, fusewire: Ask<[string, Uint8Array, number], void>): Call => ({
  parameters: parametersOf(`${kind} name bytes number`),
  linux(file, name, value, flags) {
    const bytes = bytesOf(value);
    syscall(number, wordOf(kind, file as Value), cString(String(name)), bytes, bytes.length, Number(flags));
    return '0';
  },
  *fusewire(task, file, name, value, flags) {
    yield* fusewire(task, fileOf(kind, file), String(name), bytesOf(value), Number(flags));
    return '0';
  },
});

/** Calls for extended attributes. A size of 0 asks how long the answer is. */
export const xattrCalls: Readonly<Record<string, Call>> = {
  getxattr: getting(191, 'path', xattr.getxattr),
  lgetxattr: getting(192, 'path', xattr.lgetxattr),
  fgetxattr: getting(193, 'fd', xattr.fgetxattr),
  setxattr: setting(188, 'path', xattr.setxattr),
  lsetxattr: setting(189, 'path', xattr.lsetxattr),
  fsetxattr: setting(190, 'fd', xattr.fsetxattr),
  listxattr: listing(194, 'path', xattr.listxattr),
  llistxattr: listing(195, 'path', xattr.llistxattr),
  flistxattr: listing(196, 'fd', xattr.flistxattr),
  removexattr: direct(197, xattr.removexattr, 'path name'),
  lremovexattr: direct(198, xattr.lremovexattr, 'path name'),
  fremovexattr: direct(199, xattr.fremovexattr, 'fd name'),
};
