import type { Signal } from '../../src/task/task.ts';
import type { Step, TaskSpec } from '../oracle/script.ts';
import type { Scenario } from './scenario.ts';

/** A kernel that a scenario is played on: tasks on one side, opens of the device on the other. */
export interface World extends AsyncDisposable {
  readonly name: 'Linux' | 'Fusewire';
  /** The id of a task as servers see it. */
  pidOf(task: number): number;
  start(step: Step): void;
  /** Waits for the end of a task's call: its line of text, its errno's name, or `killed`. @throws Error when it goes on */
  end(task: number): Promise<string>;
  /** Waits until a task sleeps in its call. @throws Error when it does not come to that */
  asleep(task: number): Promise<void>;
  /** Whether a task is in no call. */
  hasEnded(task: number): boolean;
  /** Waits until the mounted device has something to read or a task's call has ended; time passes. @throws Error when neither comes */
  turn(task: number): Promise<void>;
  /** Waits a while for something to read on the mounted device; false when nothing comes. */
  mayRead(): Promise<boolean>;
  signal(task: number, kind: Signal): void;
  /** Waits for a message and reads it. @throws Errno; Error when none comes */
  read(file: number, room: number): Promise<Uint8Array>;
  /** Reads without waiting; null when there is nothing, or the file is closed. @throws Errno */
  tryRead(file: number, room: number): Uint8Array | null;
  /** @throws Errno */
  write(file: number, message: Uint8Array): void;
  /** One more open of the device, that belongs to no connection. */
  open(): void;
  /** @throws Errno */
  clone(file: number, source: number): void;
  /** Waits until poll(2) says these words of IN, OUT and ERR. @throws Error when it does not come to that */
  poll(file: number, words: string): Promise<void>;
  close(file: number): void;
  /** Drops what is cached and not in use. */
  dropCaches(what: 'names' | 'pages'): void;
  abort(): void;
  /** Begins an umount(2), which nobody's file may be in the way of. */
  unmount(): void;
  /** Waits for its end. @throws Errno; Error when it does not come to that */
  unmounted(): Promise<void>;
  /** Lets time pass. */
  pause(milliseconds: number): Promise<void>;
  /** Waits until so many requests exist. @throws Error when it does not come to that */
  waiting(count: number): Promise<void>;
}

/** How a scenario's file system is mounted, all said. */
export interface Mounting {
  readonly tasks: readonly TaskSpec[];
  readonly defaultPermissions: boolean;
  readonly allowOther: boolean;
  readonly userId: number;
  readonly groupId: number;
  /** Bytes; null for no limit. */
  readonly maxRead: number | null;
  /** Bytes of a block of the server's device; null for none. */
  readonly blockSize: number | null;
  /** MS_* of mount(2). */
  readonly flags: number;
}

/** What the data of mount(2) is, for a device of this number. */
export function mountData(mounting: Mounting, fd: number): string {
  const { userId, groupId, allowOther, defaultPermissions, maxRead, blockSize } = mounting;
  const options = [`fd=${fd}`, 'rootmode=40000', `user_id=${userId}`, `group_id=${groupId}`];
  if (allowOther) options.push('allow_other');
  if (defaultPermissions) options.push('default_permissions');
  if (maxRead !== null) options.push(`max_read=${maxRead}`);
  if (blockSize !== null) options.push(`blksize=${blockSize}`);
  return options.join(',');
}

/** Who makes calls when a scenario does not say. */
const ROOT: TaskSpec = { uid: 0, gid: 0 };

export const mountingOf = ({ tasks = [ROOT], mount = {} }: Scenario): Mounting => ({
  tasks,
  defaultPermissions: mount.defaultPermissions ?? false,
  allowOther: mount.allowOther ?? true,
  userId: mount.userId ?? 0,
  groupId: mount.groupId ?? 0,
  maxRead: mount.maxRead ?? null,
  blockSize: mount.blockSize ?? null,
  flags: mount.flags ?? 0,
});
