import type * as fs from 'node:fs';
import {
  chmod,
  chown,
  fchmod,
  fchown,
  fdatasync,
  fsync,
  ftruncate,
  futimes,
  lchown,
  lutimes,
  truncate,
  utimes,
} from './attributes.ts';
import { copyFile } from './copy-file.ts';
import { cp, cpAtOnce } from './cp.ts';
import type { Results } from './faces.ts';
import { link, readlink, rename, symlink, unlink } from './links.ts';
import { mkdir, mkdtemp } from './mkdir.ts';
import { close, open } from './open-close.ts';
import { closeDirectory, nextEntry, opendir } from './opendir.ts';
import type { Prepare } from './operation.ts';
import { read, readv, view, write, writev } from './read-write.ts';
import { readdir } from './readdir.ts';
import { nativeRealpath, realpath } from './realpath.ts';
import { rm, rmdir } from './remove.ts';
import { access, exists, fstat, lstat, stat, statfs } from './stat.ts';
import { appendContent, appendFile, readFile, writeContent, writeFile } from './whole-file.ts';

/** Each entry takes what Node's synchronous function of that name takes, in the widest of its forms. */
type Entries = Partial<{
  [K in keyof typeof fs as K extends `${infer N}Sync` ? N : never]: (typeof fs)[K] extends (...args: infer A) => unknown
    ? Prepare<A>
    : never;
}>;

/** What all three faces have: fs.name, fs.nameSync and fs.promises.name. */
export const byPath = {
  access,
  appendFile,
  chmod,
  chown,
  copyFile,
  cp,
  lchown,
  link,
  lstat,
  lutimes,
  mkdir,
  mkdtemp,
  open,
  opendir,
  readFile,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} satisfies Entries;

/** What fs has with a callback and as Sync alone; a FileHandle has most of it as methods. */
export const byDescriptor = {
  close,
  exists,
  fchmod,
  fchown,
  fdatasync,
  fstat,
  fsync,
  ftruncate,
  futimes,
  read,
  readv,
  write,
  writev,
} satisfies Entries;

/** What Node's fs has not, with a callback and as Sync, and as a method of a FileHandle. */
export const beyondNode = { view };

/** Where a face takes another operation: what only a promise can wait for, and the other realpath. */
export const instead: Record<'promises' | 'sync', Partial<Record<string, Prepare>>> = {
  promises: { appendFile: appendContent, realpath: nativeRealpath, writeFile: writeContent },
  sync: { cp: cpAtOnce },
};

/** What a callback gets of a result that is an object. */
export const results: Partial<Record<string, Results>> = {
  read: ['bytesRead', 'buffer'],
  readv: ['bytesRead', 'buffers'],
  write: ['bytesWritten', 'buffer'],
  writev: ['bytesWritten', 'buffers'],
};

/** Every operation that a face, a FileHandle or a Dir can ask for, under a name of its own. */
export const everyOperation: Readonly<Record<string, Prepare>> = {
  ...byPath,
  ...byDescriptor,
  nativeRealpath,
  nextEntry,
  closeDirectory,
  view,
  ...Object.fromEntries(
    Object.entries(instead).flatMap(([face, operations]) =>
      Object.entries(operations).map(([name, prepare]) => [`${face}.${name}`, prepare as Prepare]),
    ),
  ),
};
