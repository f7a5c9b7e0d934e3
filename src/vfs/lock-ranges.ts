import { F_UNLCK } from '../abi/linux.ts';
import type { FileLock } from './file-lock.ts';
import { Blocker } from './lock-request.ts';

/**
 * Sets or frees a range in a list of locks that nothing is in the way of: of what the owner has there, neighbours of
 * the same type are joined, and the others cut or dropped. The owners stand in the order of their first locks, each
 * one's locks together and in the order of the file. Who waits for what became free is woken.
 *
 * @returns the lock that has the range now; null for F_UNLCK
 * @see Linux fs/locks.c, posix_lock_inode()
 */
export function setRange(list: Blocker[], lock: FileLock): Blocker | null {
  const own = list.filter((held) => held.lock.owner === lock.owner);
  const at = own[0] === undefined ? list.length : list.indexOf(own[0]);
  const touching = own.filter((held) => touches(held.lock, lock));
  const alike = touching.filter((held) => held.lock.type === lock.type);
  const joined = join(lock, alike);
  const rest = own.filter((held) => !touching.includes(held));
  const freed: Blocker[] = alike.filter((held) => held !== joined);
  for (const held of touching) {
    if (alike.includes(held)) continue;
    rest.push(...partsBeside(held, lock));
    freed.push(held);
  }
  if (joined !== null) rest.push(joined);
  list.splice(at, own.length, ...rest.sort(inFileOrder));
  for (const held of freed) held.wakeBlocked();
  return joined;
}

/** Whether setting `lock` changes `held`: they overlap, or are neighbours of the same type. */
function touches(held: FileLock, lock: FileLock): boolean {
  const reach = held.type === lock.type ? 1n : 0n;
  return held.start <= lock.end + reach && lock.start <= held.end + reach;
}

/** The first of the locks that are alike, made as large as all of them together; a new one where there are none. */
function join(lock: FileLock, alike: readonly Blocker[]): Blocker | null {
  if (lock.type === F_UNLCK) return null;
  const [first = new Blocker(lock)] = alike;
  let { start, end } = lock;
  for (const { lock: range } of alike) {
    if (range.start < start) start = range.start;
    if (range.end > end) end = range.end;
  }
  first.lock = { ...first.lock, start, end };
  return first;
}

/** What is left of a lock on both sides of a range. Where there are two parts, the old lock is the right one. */
function partsBeside(held: Blocker, { start, end }: FileLock): Blocker[] {
  const whole = held.lock;
  const left = { ...whole, end: start - 1n };
  const right = { ...whole, start: end + 1n };
  const [hasLeft, hasRight] = [whole.start < start, whole.end > end];
  if (hasRight) held.lock = right;
  else if (hasLeft) held.lock = left;
  else return [];
  return hasLeft && hasRight ? [new Blocker(left), held] : [held];
}

const inFileOrder = (one: Blocker, other: Blocker): number => (one.lock.start < other.lock.start ? -1 : 1);
