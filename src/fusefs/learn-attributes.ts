import { S_IFREG } from '../abi/linux.ts';
import type { fuse_attr } from '../abi/structs.ts';
import { isSameTime, type Terms } from './attributes.ts';
import type { FuseInode } from './inode.ts';
import type { Moment } from './versions.ts';

/**
 * Takes over the attributes in a reply, unless something newer is known, and drops cached pages that they disprove: all
 * when the size is another, and with AUTO_INVAL_DATA when the time of the last change is; with EXPLICIT_INVAL_DATA alone
 * just those behind a smaller size.
 * With WRITEBACK_CACHE the size and the times of change of regular files are this kernel's, whatever a reply says of them.
 *
 * @see Linux fs/fuse/inode.c, fuse_change_attributes()
 */
export function learnAttributes(inode: FuseInode, attr: fuse_attr, terms: Terms): void {
  const { attributes } = inode;
  const { size, mtime } = attributes;
  if (inode.ownedFields !== 0) attributes.overrule(attr, 'size and times');
  if (!attributes.apply(attr, terms) || inode.ownedFields !== 0 || !hasData(inode)) return;
  const { AUTO_INVAL_DATA, EXPLICIT_INVAL_DATA } = inode.superblock.connection.features;
  if (attributes.size !== size) {
    inode.mapping.truncate(attributes.size);
    if (AUTO_INVAL_DATA || !EXPLICIT_INVAL_DATA) inode.dropPages();
    return;
  }
  if (AUTO_INVAL_DATA && !isSameTime(attributes.mtime, mtime)) inode.dropPages();
}

/**
 * Takes over the attributes that a SETATTR made, the size with WRITEBACK_CACHE only if it set that. Returns whether the
 * pages are to be dropped, because the size is another.
 *
 * @see Linux fs/fuse/dir.c, fuse_do_setattr()
 */
export function learnChanged(
  inode: FuseInode,
  attr: fuse_attr,
  { isTruncation, ...terms }: Terms & { readonly asked: Moment; readonly isTruncation: boolean },
): boolean {
  const { attributes } = inode;
  const { size } = attributes;
  if (inode.ownedFields !== 0) attributes.overrule(attr, isTruncation ? 'times' : 'size and times');
  attributes.applyChanged(attr, terms);
  return hasData(inode) && attributes.size !== size;
}

/** A size says nothing of the pages that a directory or a symlink has. */
const hasData = (inode: FuseInode): boolean => inode.type === S_IFREG && inode.hasPages;
