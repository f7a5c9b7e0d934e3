import { AT_EMPTY_PATH, AT_STATX_DONT_SYNC, STATX_TYPE } from '../abi/linux.ts';
import { fuse_statx } from '../abi/structs.ts';
import { calls } from './file-calls.ts';
import { check } from './libc.ts';

const EMPTY = Uint8Array.of(0);

/** The mode of what a descriptor stands for, as far as Linux knows it: no server is asked. Its type is always right. */
export function typeWithoutAsking(fd: number): number {
  const out = new Uint8Array(fuse_statx.size);
  check(calls.statx(fd, EMPTY, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, out));
  return fuse_statx.read(new DataView(out.buffer), 0).mode;
}
