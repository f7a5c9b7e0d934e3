import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';

/**
 * Acts on a descriptor's file, which stays alive meanwhile even when another thread closes the descriptor.
 * `kind` 'any' takes O_PATH descriptors too.
 *
 * @throws EBADF
 */
export function* withFile<T>(
  task: Thread,
  fd: number,
  act: (file: File) => Blocking<T>,
  kind: 'opened' | 'any' = 'opened',
): Blocking<T> {
  const { fds } = task.process;
  const file = (kind === 'any' ? fds.anyFile(fd) : fds.file(fd)).hold();
  try {
    return yield* act(file);
  } finally {
    file.release();
  }
}
