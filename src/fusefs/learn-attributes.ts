import { S_IFREG } from '../abi/linux.ts';
import type { fuse_attr } from '../abi/structs.ts';
import type { Terms } from './attributes.ts';
import type { FuseInode } from './inode.ts';
import type { Moment } from './versions.ts';

/**
 * Takes over the attributes in a reply, unless something newer is known, and drops cached pages that they disprove: all
 * when the size is another, and with AUTO_INVAL_DATA when the time of the last change is; with EXPLICIT_INVAL_DATA alone
 * just those behind a smaller size.
 *
 * @see Linux fs/fuse/inode.c, fuse_change_attributes()
 */
export function learnAttributes(inode: FuseInode, attr: fuse_attr, terms: Terms): void {
  const { attributes } = inode;
  const { size, mtime } = attributes;
  if (!attributes.apply(attr, terms) || !hasData(inode)) return;
  const { AUTO_INVAL_DATA, EXPLICIT_INVAL_DATA } = inode.superblock.connection.features;
  if (attributes.size !== size) {
    inode.mapping.truncate(attributes.size);
    if (AUTO_INVAL_DATA || !EXPLICIT_INVAL_DATA) inode.dropPages();
    return;
  }
  const { mtime: newer } = attributes;
  const wasChanged = newer.seconds !== mtime.seconds || newer.nanoseconds !== mtime.nanoseconds;
  if (AUTO_INVAL_DATA && wasChanged) inode.dropPages();
}

/** Takes over the attributes that a SETATTR made; a new size drops all pages. @see Linux fs/fuse/dir.c, fuse_do_setattr() */
export function learnChanged(inode: FuseInode, attr: fuse_attr, terms: Terms & { readonly asked: Moment }): void {
  const { attributes } = inode;
  const { size } = attributes;
  attributes.applyChanged(attr, terms);
  if (hasData(inode) && attributes.size !== size) inode.dropPages();
}

/** A size says nothing of the pages that a directory or a symlink has. */
const hasData = (inode: FuseInode): boolean => inode.type === S_IFREG && inode.hasPages;
