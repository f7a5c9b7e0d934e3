import { EACCES, EIO, ENOSYS, ENOTTY, EPERM, EUCLEAN } from '../../src/abi/errno.ts';
import { FUSE_IOCTL_RETRY } from '../../src/abi/fuse.ts';
import { FS_IOC_FSGETXATTR, FS_IOC_FSSETXATTR, FS_IOC_GETFLAGS, FS_IOC_SETFLAGS } from '../../src/abi/ioctl.ts';
import { POLLIN } from '../../src/abi/linux.ts';
import type { FuseServer } from '../../src/server/fuse-server.ts';

/** What each fourth nodeid is ready for: an error, something, everything, nothing. */
const READY = [null, POLLIN, 0xffff_ffff, 0];

/** The methods of a server whose files are like devices, and have flags. */
export function deviceAnswers(): Required<Pick<FuseServer, 'poll' | 'ioctl'>> {
  const stored = new Map<string, Uint8Array>();
  return {
    poll({ nodeid }) {
      const revents = READY[Number(nodeid % 4n)] ?? null;
      if (revents === null) throw EIO;
      return revents;
    },
    ioctl({ nodeid, body: { cmd, out_size } }, data) {
      if (cmd === FS_IOC_SETFLAGS) stored.set(`${nodeid} flags`, data.slice());
      else if (cmd === FS_IOC_FSSETXATTR) stored.set(`${nodeid} fsxattr`, data.slice());
      else if (cmd === FS_IOC_GETFLAGS)
        return { data: stored.get(`${nodeid} flags`) ?? new Uint8Array(out_size).fill(0x55) };
      else if (cmd === FS_IOC_FSGETXATTR)
        return { data: stored.get(`${nodeid} fsxattr`) ?? new Uint8Array(out_size).fill(nodeid === 1n ? 0xff : 0) };
      else return answerTo(cmd & 0xff, data, out_size);
      return {};
    },
  };
}

/** What a command gives, by the lowest byte of its number. */
function answerTo(
  number: number,
  data: Uint8Array,
  room: number,
): { result?: number; flags?: number; data?: Uint8Array } {
  const answer = new Uint8Array(room).fill(0x61 + (number % 26));
  answer.set([...data].reverse().slice(0, room));
  switch (number) {
    case 1:
      return { data: answer };
    case 2:
      return { result: 42, data: answer.subarray(0, room >> 1) };
    case 3:
      return { result: -ENOSYS.number, data: answer };
    case 4:
      throw ENOSYS;
    case 5:
      return { result: 7, flags: FUSE_IOCTL_RETRY };
    case 6:
      return { result: -EPERM.number, data: answer };
    case 7:
      return { result: -5000, data: answer };
    case 8:
      throw EACCES;
    case 9:
      return { result: -515, data: answer };
    case 10:
      return { result: -EUCLEAN.number };
    case 11:
      return { result: 2 ** 31 - 1, data: answer };
    default:
      throw ENOTTY;
  }
}
