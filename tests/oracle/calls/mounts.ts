import { EINVAL } from '../../../src/abi/errno.ts';
import { AT_FDCWD } from '../../../src/abi/linux.ts';
import { MS_RDONLY } from '../../../src/linux/mounts.ts';
import type { Thread } from '../../../src/process/thread.ts';
import { walkTo } from '../../../src/syscalls/resolve.ts';
import type { Blocking } from '../../../src/task/blocking.ts';
import { Mount, type Path } from '../../../src/vfs/mount.ts';
import { cString, syscall } from '../linux-calls.ts';
import { type Call, parametersOf, type Value } from './call.ts';

const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;

const walked = (task: Thread, path: Value | undefined): Blocking<Path> =>
  walkTo(task, { dirfd: AT_FDCWD, path: String(path) }, { follow: true });

/** A directory, seen at another one too: `rw` or `ro`. What mount(8) does for `--bind -o ro`. A mount of its own: EXDEV between. */
const bindMount: Call = {
  parameters: parametersOf('path path bytes'),
  linux(source, target, access) {
    syscall(165, cString(String(source)), cString(String(target)), null, MS_BIND, null);
    if (access === 'ro') syscall(165, null, cString(String(target)), null, MS_REMOUNT | MS_BIND | MS_RDONLY, null);
    return '0';
  },
  *fusewire(task, source, target, access) {
    const at = yield* walked(task, target);
    const from = yield* walked(task, source);
    const mount = new Mount(from.mount.superblock, from.dentry, at, { readOnly: access === 'ro' });
    at.mount.mounted.set(at.dentry, mount);
    at.dentry.covers++;
    if (access === 'ro') (yield* walked(task, target)).release(); // Linux is called twice
    return '0';
  },
};

/** umount(2) of what bind_mount mounted. */
const umount: Call = {
  parameters: parametersOf('path'),
  linux: (target) => String(syscall(166, cString(String(target)), 0)),
  *fusewire(task, target) {
    const path = yield* walked(task, target);
    const { mount, dentry } = path;
    path.release();
    if (mount.at === null || dentry !== mount.root) throw EINVAL;
    mount.at.mount.mounted.delete(mount.at.dentry);
    mount.at.dentry.covers--;
    mount.at.release();
    mount.root.release();
    return '0';
  },
};

/** Calls that change what is seen where, for root. All tasks see it, and a script that mounts also unmounts: no random script does either. */
export const mountCalls: Readonly<Record<string, Call>> = { bind_mount: bindMount, umount };
