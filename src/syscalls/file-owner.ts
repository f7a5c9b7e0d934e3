import { EINVAL, ESRCH } from '../abi/errno.ts';
import { F_OWNER_PGRP, F_OWNER_PID, F_OWNER_TID } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { File, Signalling } from '../vfs/file.ts';
import { intOf, type Memory, putBytes, takeBytes } from './caller-memory.ts';

// Whom a file's signals would go to, for fcntl(2). A process knows of no other here: others are ESRCH.

const NOBODY: Signalling = { type: F_OWNER_TID, pid: 0, signal: 0 };
const INT_MIN = -(2 ** 31);
const HIGHEST_SIGNAL = 64;

const signallingOf = (file: File): Signalling => file.signalling ?? NOBODY;

/** F_GETOWN: a process, or a process group as a negative number. @see Linux fs/fcntl.c, f_getown() */
export function getOwner(file: File): number {
  const { type, pid } = signallingOf(file);
  return type === F_OWNER_PGRP ? -pid : pid;
}

/** F_SETOWN. @throws EINVAL for INT_MIN; ESRCH @see Linux fs/fcntl.c, f_setown() */
export function setOwner(task: Thread, file: File, who: number): number {
  if (who === INT_MIN) throw EINVAL;
  return own(task, file, { type: who < 0 ? F_OWNER_PGRP : F_OWNER_PID, pid: Math.abs(who) });
}

/** F_GETOWN_EX: fills a struct f_owner_ex. @throws EFAULT @see Linux fs/fcntl.c, f_getown_ex() */
export function getOwnerEx(file: File, memory: Memory): number {
  const { type, pid } = signallingOf(file);
  putBytes(memory, new Uint8Array(Int32Array.of(type, pid).buffer));
  return 0;
}

/** F_SETOWN_EX. @throws EFAULT; EINVAL for an unknown type; ESRCH @see Linux fs/fcntl.c, f_setown_ex() */
export function setOwnerEx(task: Thread, file: File, memory: Memory): number {
  const bytes = takeBytes(memory, 8);
  const [type, pid] = [intOf(bytes), intOf(bytes.subarray(4))];
  if (type !== F_OWNER_TID && type !== F_OWNER_PID && type !== F_OWNER_PGRP) throw EINVAL;
  return own(task, file, { type, pid });
}

/** F_SETSIG: which signal instead of SIGIO; 0 for that one. @throws EINVAL */
export function setSignal(file: File, signal: number): number {
  if (!(signal >= 0 && signal <= HIGHEST_SIGNAL)) throw EINVAL;
  file.signalling = { ...signallingOf(file), signal };
  return 0;
}

/** @throws ESRCH @see Linux fs/fcntl.c, __f_setown() */
function own(task: Thread, file: File, { type, pid }: Pick<Signalling, 'type' | 'pid'>): number {
  if (pid !== 0 && pid !== task.process.pid && pid !== task.tid) throw ESRCH;
  file.signalling = { ...signallingOf(file), type, pid };
  return 0;
}
