import type { DeviceFile } from './device-file.ts';
import type { Request } from './request.ts';

/**
 * The requests that the server has read and not answered, in the order in which Linux sends them again: file by file, as
 * these were attached, and within one by the hash of its table.
 *
 * @see Linux fs/fuse/dev.c, fuse_resend()
 */
export function toSendAgain(files: Iterable<DeviceFile>, requests: Iterable<Request>): Request[] {
  const sent = [...requests].filter(({ state }) => state === 'sent');
  return [...files].flatMap((file) =>
    sent.filter((request) => request.file === file).sort((one, other) => bucketOf(one) - bucketOf(other)),
  );
}

const GOLDEN_RATIO_64 = 0x61c8864680b583ebn;
const RESENT = 1n << 63n;

/** One of 256. @see Linux fs/fuse/dev.c, fuse_req_hash(), and include/linux/hash.h, hash_64() */
function bucketOf({ unique }: Request): number {
  const value = BigInt(Math.abs(unique)) + (unique < 0 ? RESENT : 0n);
  return Number(BigInt.asUintN(64, value * GOLDEN_RATIO_64) >> 56n);
}
