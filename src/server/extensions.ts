import { type ByteString, fromBytes, viewOf } from '../abi/bytes.ts';
import { EINVAL } from '../abi/errno.ts';
import { FUSE_EXT_GROUPS, FUSE_MAX_NR_SECCTX } from '../abi/fuse.ts';
import { fuse_ext_header, fuse_secctx, fuse_supp_groups } from '../abi/structs.ts';

/** A label that a security module wants a new file to have from its beginning. */
export interface SecurityContext {
  /** Of the extended attribute that keeps it: `security.selinux`. */
  readonly name: ByteString;
  readonly value: Uint8Array;
}

/** What a creating request carries behind its arguments. */
export interface Extensions {
  readonly securityContexts: readonly SecurityContext[];
  readonly groups: readonly number[];
}

const ALIGNMENT = 8;
const GROUP_SIZE = 4; // bytes
const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

/**
 * Reads the extensions of a request; unknown ones are left out. Values are parts of the message.
 *
 * @throws EINVAL when one is longer than what is there, or its parts than itself
 * @see Linux fs/fuse/dir.c, get_create_ext()
 */
export function readExtensions(bytes: Uint8Array): Extensions {
  const securityContexts: SecurityContext[] = [];
  const groups: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < fuse_ext_header.size) throw EINVAL;
    const { size, type } = fuse_ext_header.read(viewOf(bytes), at);
    if (size < fuse_ext_header.size || size > bytes.length - at) throw EINVAL;
    const content = bytes.subarray(at + fuse_ext_header.size, at + size);
    if (type <= FUSE_MAX_NR_SECCTX) securityContexts.push(...contextsIn(content, type));
    else if (type === FUSE_EXT_GROUPS) groups.push(...groupsIn(content));
    at += aligned(size);
  }
  return { securityContexts, groups };
}

/** The header of security contexts has their number where that of other extensions has its type. */
function* contextsIn(content: Uint8Array, count: number): Generator<SecurityContext, void, void> {
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (content.length - at < fuse_secctx.size) throw EINVAL;
    const { size } = fuse_secctx.read(viewOf(content), at);
    const start = at + fuse_secctx.size;
    const nul = content.indexOf(0, start);
    if (nul < 0 || nul + 1 + size > content.length) throw EINVAL;
    yield { name: fromBytes(content, start, nul), value: content.subarray(nul + 1, nul + 1 + size) };
    at += aligned(nul + 1 + size - at);
  }
}

function groupsIn(content: Uint8Array): number[] {
  if (content.length < fuse_supp_groups.size) throw EINVAL;
  const view = viewOf(content);
  const { nr_groups } = fuse_supp_groups.read(view, 0);
  if (nr_groups > (content.length - fuse_supp_groups.size) / GROUP_SIZE) throw EINVAL;
  return Array.from({ length: nr_groups }, (_, i) => view.getUint32(fuse_supp_groups.size + GROUP_SIZE * i, true));
}
