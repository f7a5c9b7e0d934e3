import { allNotifyCodes } from '../abi/notify.ts';
import { decodeNotification, type Notification } from '../abi/notify-message.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { deleteName, forgetEpoch, invalidateInode, invalidateName, prune } from './invalidate.ts';
import { retrievePages, storePages } from './store-retrieve.ts';
import type { FuseSuperblock } from './superblock.ts';

type Name = Notification['name'];
type Action<N extends Name> = (
  superblock: FuseSuperblock,
  notification: Extract<Notification, { name: N }>,
  task: Task,
) => Blocking<void> | void;

/** What a mounted file system does at each kind of notification; it throws what the server's write is to give. */
const actions: { readonly [N in Name]?: Action<N> } = {
  INVAL_INODE: (superblock, { body }, task) => invalidateInode(task, superblock, body),
  INVAL_ENTRY: (superblock, { body, tail }, task) => invalidateName(task, superblock, { ...body, name: tail }),
  DELETE: (superblock, { body, tail }, task) => deleteName(task, superblock, { ...body, name: tail }),
  STORE: (superblock, { body, tail }, task) => storePages(task, superblock, body, tail),
  RETRIEVE: (superblock, { body }) => retrievePages(superblock, body),
  INC_EPOCH: forgetEpoch,
  PRUNE: (superblock, { tail }) => prune(superblock, tail),
  POLL: ({ polledFiles }, { body }) => polledFiles.wake(body.kh),
};

/**
 * Takes on the notifications that a mounted file system understands.
 *
 * @see Linux fs/fuse/dev.c, fuse_notify()
 */
export function takeNotifications(superblock: FuseSuperblock): void {
  const { notifyHandlers } = superblock.connection;
  for (const { code, name } of allNotifyCodes) {
    const act = actions[name] as Action<Name> | undefined;
    if (act === undefined) continue;
    notifyHandlers.set(code, (message, task) =>
      act(superblock, decodeNotification(message, code, superblock.nameMax), task),
    );
  }
}
