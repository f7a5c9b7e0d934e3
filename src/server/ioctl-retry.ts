import { viewOf } from '../abi/bytes.ts';
import { EINVAL } from '../abi/errno.ts';
import { FUSE_IOCTL_MAX_IOV, FUSE_IOCTL_RETRY } from '../abi/fuse.ts';
import { fuse_ioctl_iovec, type fuse_ioctl_out } from '../abi/structs.ts';

/**
 * The answer to an unrestricted IOCTL (FUSE_IOCTL_UNRESTRICTED in `body.flags`) that needs other memory of the caller:
 * it comes again with the bytes of `input`, and with room for as many as `output` has. Linux asks unrestricted on
 * character devices in user space alone; on files it takes this for a mistake, EIO.
 *
 * @throws EINVAL for more than 256 pieces
 * @see Linux fs/fuse/ioctl.c, fuse_do_ioctl()
 */
export function ioctlRetry(
  input: readonly fuse_ioctl_iovec[],
  output: readonly fuse_ioctl_iovec[],
): fuse_ioctl_out & { readonly data: Uint8Array } {
  const pieces = [...input, ...output];
  if (pieces.length > FUSE_IOCTL_MAX_IOV) throw EINVAL;
  const data = new Uint8Array(pieces.length * fuse_ioctl_iovec.size);
  const view = viewOf(data);
  for (const [i, piece] of pieces.entries()) fuse_ioctl_iovec.write(view, i * fuse_ioctl_iovec.size, piece);
  return { result: 0, flags: FUSE_IOCTL_RETRY, in_iovs: input.length, out_iovs: output.length, data };
}
