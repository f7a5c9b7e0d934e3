import { EIO } from '../../src/abi/errno.ts';
import { POLLIN } from '../../src/abi/linux.ts';
import type { FuseServer } from '../../src/server/fuse-server.ts';

/** What each fourth nodeid is ready for: an error, something, everything, nothing. */
const READY = [null, POLLIN, 0xffff_ffff, 0];

/** The methods of a server whose files are like devices. */
export function deviceAnswers(): Pick<FuseServer, 'poll'> {
  return {
    poll({ nodeid }) {
      const revents = READY[Number(nodeid % 4n)] ?? null;
      if (revents === null) throw EIO;
      return revents;
    },
  };
}
