import { EPERM } from '../abi/errno.ts';
import { check, libc } from './libc.ts';

const calls = {
  setfsuid: libc.func('int setfsuid(uint32_t)'),
  setfsgid: libc.func('int setfsgid(uint32_t)'),
  getgroups: libc.func('int getgroups(int, void *)'),
  syscall: libc.func('long syscall(long, size_t, void *)'),
} as unknown as {
  setfsuid(uid: number): number;
  setfsgid(gid: number): number;
  getgroups(size: number, out: Uint32Array): number;
  syscall(number: number, size: number, groups: Uint32Array): number;
};

/** libc's own setgroups changes all threads; the system call changes this one. */
const SYS_setgroups = process.arch === 'arm64' ? 159 : 116;
/** No valid id: setting it changes nothing and returns the present one. */
const NOBODY = 0xffffffff;

function groupsOfThread(): Uint32Array {
  const groups = new Uint32Array(check(calls.getgroups(0, new Uint32Array(0))));
  check(calls.getgroups(groups.length, groups));
  return groups;
}

const setGroups = (groups: Uint32Array): number => calls.syscall(SYS_setgroups, groups.length, groups);

/**
 * Runs `action`, which must not wait, as this user and group: their permissions count, and what is made is theirs.
 * Of root's capabilities those for files are off meanwhile, and so are supplementary groups. Other threads notice
 * nothing. A process that is not root acts as itself.
 *
 * @throws EPERM when Linux does not let this process take the ids, and what `action` throws.
 * @see setfsuid(2)
 */
export function actAs<T>(uid: number, gid: number, action: () => T): T {
  if (process.geteuid?.() !== 0 || (uid === 0 && gid === 0)) return action();
  const groups = groupsOfThread();
  try {
    if (groups.length > 0 && setGroups(new Uint32Array(0)) < 0) throw EPERM;
    calls.setfsgid(gid);
    calls.setfsuid(uid);
    if (calls.setfsgid(NOBODY) >>> 0 !== gid || calls.setfsuid(NOBODY) >>> 0 !== uid) throw EPERM;
    return action();
  } finally {
    calls.setfsuid(0);
    calls.setfsgid(process.getegid?.() ?? 0);
    if (groups.length > 0) setGroups(groups);
  }
}
