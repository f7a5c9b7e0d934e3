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
  signal(task: number, kind: 'signal' | 'killed'): void;
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
  abort(): void;
  /** Waits until so many requests exist. @throws Error when it does not come to that */
  waiting(count: number): Promise<void>;
}

/** How a scenario's file system is mounted, all said. */
export interface Mounting {
  readonly tasks: readonly TaskSpec[];
  readonly defaultPermissions: boolean;
  /** Bytes; null for no limit. */
  readonly maxRead: number | null;
  /** MS_* of mount(2). */
  readonly flags: number;
  /** Who may enter, as mount options. */
  readonly admission: string;
}

const admissionOf = (owner?: { readonly uid: number; readonly gid: number }): string =>
  owner === undefined ? 'user_id=0,group_id=0,allow_other' : `user_id=${owner.uid},group_id=${owner.gid}`;

/** What the data of mount(2) is, for a device of this number. */
export function mountData({ admission, defaultPermissions, maxRead }: Mounting, fd: number): string {
  const options = [`fd=${fd}`, 'rootmode=40000', admission];
  if (defaultPermissions) options.push('default_permissions');
  if (maxRead !== null) options.push(`max_read=${maxRead}`);
  return options.join(',');
}

/** Who makes calls when a scenario does not say. */
const ROOT: TaskSpec = { uid: 0, gid: 0 };

export const mountingOf = ({ tasks = [ROOT], mount = {} }: Scenario): Mounting => ({
  tasks,
  defaultPermissions: mount.defaultPermissions ?? false,
  maxRead: mount.maxRead ?? null,
  flags: mount.flags ?? 0,
  admission: admissionOf(mount.owner),
});
