import type { ByteString } from '../abi/bytes.ts';
import type { Time } from '../server/time.ts';
import type { Content } from './content.ts';

/** One member of an archive, as its format says it. What the format leaves out is null. */
export interface Entry {
  /** As it stands in the archive: slashes in front, '.' and '..' may be in it. */
  readonly path: ByteString;
  /** Type and permissions. */
  readonly mode: number;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mtime: Time | null;
  readonly atime: Time | null;
  readonly ctime: Time | null;
  readonly rdev: number;
  /** What a regular file holds. Of a symlink the target, where the index does not have it. */
  readonly content: Content | null;
  /** A symlink's target, where the index has it. */
  readonly target: ByteString | null;
  readonly xattrs: ReadonlyMap<ByteString, ByteString>;
  /** The path of an earlier member that this is another name of; then all but `path` is without meaning. */
  readonly hardLinkTo: ByteString | null;
}

/** Says in one line what is wrong with a member, which is left out or cannot be read. */
export type Complain = (path: ByteString, problem: string) => void;

/** What makes an archive as a whole unreadable: nothing of it is shown. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive';
}
