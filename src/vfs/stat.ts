import type { Timespec } from '../task/clock.ts';
import type { File } from './file.ts';

/** An inode's attributes as stat(2) and statx(2) show them. */
export interface Stat {
  readonly dev: number; // as makedev() packs it
  readonly ino: bigint;
  readonly mode: number; // type and permission bits
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number; // as makedev() packs it
  readonly size: number; // bytes
  readonly blksize: number; // bytes
  readonly blocks: number; // 512-byte units
  readonly atime: Timespec;
  readonly mtime: Timespec;
  readonly ctime: Timespec;
  /** Null when the file system does not tell. */
  readonly btime: Timespec | null;
  /** The STATX_* fields that the file system vouches for; others may be anything. Linux's result_mask. */
  readonly mask: number;
}

/** What statx(2) shows besides. */
export interface Statx extends Stat {
  /** STATX_ATTR_* that the file has, of those that are known of at all. */
  readonly attributes: number;
  readonly attributesMask: number;
}

/** What statfs(2) shows. */
export interface StatFs {
  readonly type: number; // magic number
  readonly bsize: number; // bytes
  readonly blocks: number; // units of frsize, as are bfree and bavail
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly namelen: number; // bytes
  readonly frsize: number; // bytes
}

/** What a caller wants of an inode's attributes changed; a field left out stays. Analogous to Linux's struct iattr. */
export interface AttributeChange {
  readonly mode?: number; // permission bits; the type stays
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number; // bytes
  /** 'now' lets the file system take its own clock. */
  readonly atime?: Timespec | 'now';
  readonly mtime?: Timespec | 'now';
  /** The open file the change came through, for ftruncate(2) and open(2) with O_TRUNC; null for changes by path. */
  readonly file?: File | null;
  /** The change is open(2)'s truncation: file systems need not be told which file it is. Linux's ATTR_OPEN. */
  readonly isOpening?: boolean;
  /** The change is chown(2)'s, which takes set-id bits away even when both ids stay. */
  readonly isChown?: boolean;
}

/** Whether both times are set to now, which whoever may write may do. Linux's ATTR_TOUCH. */
export const isTouch = ({ atime, mtime }: AttributeChange): boolean => atime === 'now' && mtime === 'now';
