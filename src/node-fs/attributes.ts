import type { Mode, PathLike, TimeLike } from 'node:fs';
import { O_RDWR } from '../abi/linux.ts';
import type { Timespec } from '../task/clock.ts';
import * as calls from './calls.ts';
import { invalidArgType } from './node-errors.ts';
import { withFile } from './open-close.ts';
import type { Operation } from './operation.ts';
import { toPath } from './path.ts';
import { toFd, toId, toLength, toMode } from './validate.ts';

/** Sets permission bits, of a link's target. */
export const chmod = (path: PathLike, mode: Mode): Operation<void> => {
  const file = toPath(path);
  const permissions = toMode(mode);
  return (task) => calls.chmod(task, file, permissions);
};

/** {@link chmod} of an open file. */
export const fchmod = (fd: number, mode: Mode): Operation<void> => {
  const file = toFd(fd);
  const permissions = toMode(mode);
  return (task) => calls.fchmod(task, file, permissions);
};

/** Sets owner and group, of a link's target; -1 leaves one as it is. */
export const chown = (path: PathLike, uid: number, gid: number): Operation<void> => {
  const file = toPath(path);
  const [user, group] = [toId(uid, 'uid'), toId(gid, 'gid')];
  return (task) => calls.chown(task, file, user, group);
};

/** {@link chown} of a link itself. */
export const lchown = (path: PathLike, uid: number, gid: number): Operation<void> => {
  const file = toPath(path);
  const [user, group] = [toId(uid, 'uid'), toId(gid, 'gid')];
  return (task) => calls.lchown(task, file, user, group);
};

/** {@link chown} of an open file. */
export const fchown = (fd: number, uid: number, gid: number): Operation<void> => {
  const file = toFd(fd);
  const [user, group] = [toId(uid, 'uid'), toId(gid, 'gid')];
  return (task) => calls.fchown(task, file, user, group);
};

/** Sets access and modification time, of a link's target. */
export const utimes = (path: PathLike, atime: TimeLike, mtime: TimeLike): Operation<void> => {
  const file = toPath(path);
  const times: calls.Times = [toTime(atime, 'time'), toTime(mtime, 'time')];
  return (task) => calls.utime(task, file, times);
};

/** {@link utimes} of a link itself. */
export const lutimes = (path: PathLike, atime: TimeLike, mtime: TimeLike): Operation<void> => {
  const file = toPath(path);
  const times: calls.Times = [toTime(atime, 'time'), toTime(mtime, 'time')];
  return (task) => calls.lutime(task, file, times);
};

/** {@link utimes} of an open file. */
export const futimes = (fd: number, atime: TimeLike, mtime: TimeLike): Operation<void> => {
  const file = toFd(fd);
  const times: calls.Times = [toTime(atime, 'atime'), toTime(mtime, 'mtime')];
  return (task) => calls.futime(task, file, times);
};

/** Opens the file to truncate it, as Node does: its errors name open(2) and ftruncate(2). */
export const truncate = (path: PathLike, length?: number | null): Operation<void> => {
  if (typeof path === 'number') return ftruncate(path, length);
  const file = toPath(path);
  const size = toLength(length);
  return (task) => withFile(task, file, O_RDWR, 0, (fd) => calls.ftruncate(task, fd, size));
};

/** Cuts an open file to a length in bytes, or fills it up with zeros. */
export const ftruncate = (fd: number, length?: number | null): Operation<void> => {
  const file = toFd(fd);
  const size = toLength(length);
  return (task) => calls.ftruncate(task, file, size);
};

/** Waits until a file's data and attributes are safe. */
export const fsync = (fd: number): Operation<void> => {
  const file = toFd(fd);
  return (task) => calls.fsync(task, file);
};

/** Waits until a file's data is safe. */
export const fdatasync = (fd: number): Operation<void> => {
  const file = toFd(fd);
  return (task) => calls.fdatasync(task, file);
};

/** A Date, or seconds as a number or its digits, to the microsecond as libuv passes them on; below zero means now. */
function toTime(time: unknown, name: string): Timespec | 'now' {
  const seconds = typeof time === 'string' && time.trim() !== '' ? Number(time) : time;
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds < 0 ? 'now' : timespecOf(seconds);
  if (time instanceof Date) return timespecOf(time.getTime() / 1000);
  throw invalidArgType(name, 'an instance of Date or an Time in seconds', time);
}

/** Analogous to libuv's uv__fs_to_timespec. */
function timespecOf(time: number): Timespec {
  const whole = Math.trunc(time);
  const nanoseconds = Math.trunc(Math.trunc((time - whole) * 1e9) / 1000) * 1000;
  return nanoseconds < 0 ? { seconds: whole - 1, nanoseconds: nanoseconds + 1e9 } : { seconds: whole, nanoseconds };
}
