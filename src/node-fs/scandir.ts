import type { ByteString } from '../abi/bytes.ts';
import { O_DIRECTORY, O_RDONLY } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import { getdents } from '../syscalls/getdents.ts';
import type { Blocking } from '../task/blocking.ts';
import type { DirectoryEntry } from '../vfs/file.ts';
import * as calls from './calls.ts';
import { named } from './failure.ts';
import { withFile } from './open-close.ts';

/** The room a directory is read with, in bytes: what glibc's readdir(3) takes. */
const roomOfReaddir = 32_768;

/** Opens a directory to read. @returns the descriptor */
export const opendir = named(
  'opendir',
  1,
  (task: Thread, path: ByteString): Blocking<number> => calls.open(task, path, O_RDONLY | O_DIRECTORY, 0),
);

/** The next entries of an open directory without "." and ".."; none at the end. */
export const readdir = named('readdir', 0, function* (task: Thread, fd: number): Blocking<DirectoryEntry[]> {
  for (;;) {
    const entries = yield* getdents(task, fd, roomOfReaddir);
    const others = entries.filter(({ name }) => name !== '.' && name !== '..');
    if (others.length > 0 || entries.length === 0) return others;
  }
});

/** All entries of a directory in the order of their bytes. Analogous to libuv's uv_fs_scandir. */
export const scandir = named('scandir', 1, function* (task: Thread, path: ByteString): Blocking<DirectoryEntry[]> {
  const all = yield* withFile(task, path, O_RDONLY | O_DIRECTORY, 0, (fd) => readAll(task, fd));
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
});

function* readAll(task: Thread, fd: number): Blocking<DirectoryEntry[]> {
  const all: DirectoryEntry[] = [];
  for (;;) {
    const entries = yield* readdir(task, fd);
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}
