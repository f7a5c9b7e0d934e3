import { readFileSync } from 'node:fs';
import { fail, libc } from './libc.ts';

/** Flags of mount(2) and umount2(2). */
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_SYNCHRONOUS = 16;
export const MS_REMOUNT = 32;
export const MS_DIRSYNC = 128;
export const MS_NOATIME = 1024;
export const MS_BIND = 4096;
export const MS_MOVE = 8192;
export const MNT_FORCE = 1;
export const MNT_DETACH = 2;
export const UMOUNT_NOFOLLOW = 8;

type Later<F extends (...args: never[]) => unknown> = F & {
  async(...args: [...Parameters<F>, (error: unknown, result: ReturnType<F>) => void]): void;
};

const libcMount = libc.func(
  'int mount(const char *, const char *, const char *, unsigned long, const char *)',
) as Later<(source: string, target: string, type: string, flags: number, data: string) => number>;
const libcUmount2 = libc.func('int umount2(const char *, int)') as Later<(target: string, flags: number) => number>;

/** What mount(2) takes. */
export interface MountCall {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly flags: number;
  readonly data: string;
}

/** mount(2), on another thread: the way to the target may lead through what this one serves. @throws its errno */
export function mountLater({ source, target, type, flags, data }: MountCall): Promise<void> {
  return new Promise((resolve, reject) => {
    libcMount.async(source, target, type, flags, data, settle(resolve, reject));
  });
}

/** umount2(2), on another thread: what was not written yet comes to the server first. @throws its errno */
export function umountLater(target: string, flags: number): Promise<void> {
  return new Promise((resolve, reject) => {
    libcUmount2.async(target, flags, settle(resolve, reject));
  });
}

/** umount2(2) on this thread: only for what this thread does not serve, or with a force that asks nobody. Returns whether it did. */
export const tryUmount = (target: string, flags: number): boolean => libcUmount2(target, flags) === 0;

function settle(resolve: () => void, reject: (error: unknown) => void): (error: unknown, result: number) => void {
  return (error, result) => {
    if (error !== null || result < 0) reject(error ?? fail());
    else resolve();
  };
}

/** One line of /proc/self/mountinfo: proc_pid_mountinfo(5). */
export interface MountEntry {
  readonly id: number;
  /** The device's numbers; a FUSE connection goes by its minor number. */
  readonly major: number;
  readonly minor: number;
  readonly mountPoint: string;
  readonly type: string;
  readonly source: string;
  /** Options of the file system, not of the mount. */
  readonly options: readonly string[];
}

const unescaped = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** All mounts that this process sees, in the order they were made. Looks at the list alone: a mount may be stuck. */
export const listMounts = (): MountEntry[] =>
  // Bytes, one char each: paths are in no certain encoding.
  readFileSync('/proc/self/mountinfo', 'latin1').split('\n').filter(Boolean).map(parseEntry);

function parseEntry(line: string): MountEntry {
  const [left = '', right = ''] = line.split(' - ');
  const [id, , device = '', , mountPoint = ''] = left.split(' ');
  const [major, minor] = device.split(':').map(Number);
  const [type = '', source = '', options = ''] = right.split(' ');
  return {
    id: Number(id),
    major: major as number,
    minor: minor as number,
    mountPoint: Buffer.from(unescaped(mountPoint), 'latin1').toString(),
    type,
    source: unescaped(source),
    options: options.split(','),
  };
}

/** The mount that is reached at a directory, given by its real path; undefined when nothing is mounted there. */
export const mountAt = (directory: string): MountEntry | undefined =>
  listMounts().findLast(({ mountPoint }) => mountPoint === directory);
