import type { Table } from './assertion.ts';
import { chmod } from './tables/chmod.ts';
import { chown } from './tables/chown.ts';
import { link } from './tables/link.ts';
import { mkdir } from './tables/mkdir.ts';
import { mkfifo } from './tables/mkfifo.ts';
import { mknod } from './tables/mknod.ts';
import { open } from './tables/open.ts';
import { posixFallocate } from './tables/posix-fallocate.ts';
import { rename } from './tables/rename.ts';
import { rmdir } from './tables/rmdir.ts';
import { symlink } from './tables/symlink.ts';
import { ftruncate, truncate } from './tables/truncate.ts';
import { unlink } from './tables/unlink.ts';
import { utimensat } from './tables/utimensat.ts';

/** All there are, one for each call. */
export const tables: readonly Table[] = [
  chmod,
  chown,
  ftruncate,
  link,
  mkdir,
  mkfifo,
  mknod,
  open,
  posixFallocate,
  rename,
  rmdir,
  symlink,
  truncate,
  unlink,
  utimensat,
];
