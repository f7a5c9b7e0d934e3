import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';

/**
 * Opens a file into the lowest free descriptor, which is taken before anything is opened and free again when that fails.
 *
 * @throws EMFILE; what `open` throws
 */
export function* newDescriptor(
  task: Thread,
  { closeOnExec }: { readonly closeOnExec: boolean },
  open: () => Blocking<File>,
): Blocking<number> {
  const { fds } = task.process;
  const fd = fds.reserve();
  try {
    const file = yield* open();
    file.openedBy = task.credentials;
    fds.fill(fd, file, closeOnExec);
    return fd;
  } catch (error) {
    fds.free(fd);
    throw error;
  }
}
