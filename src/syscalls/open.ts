import { ENOSYS } from '../abi/errno.ts';
import type { Thread } from '../process/thread.ts';
import type { ByteString } from '../abi/bytes.ts';
import type { Blocking } from '../task/blocking.ts';

export function* openat(_task: Thread, _dirfd: number, _path: ByteString, _flags: number, _mode = 0): Blocking<number> {
  throw ENOSYS;
}

export function* open(_task: Thread, _path: ByteString, _flags: number, _mode = 0): Blocking<number> {
  throw ENOSYS;
}

export function* creat(_task: Thread, _path: ByteString, _mode: number): Blocking<number> {
  throw ENOSYS;
}

