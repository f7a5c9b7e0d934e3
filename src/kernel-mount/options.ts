import { MS_DIRSYNC, MS_NOATIME, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_SYNCHRONOUS } from '../abi/linux.ts';
import type { Limits } from '../server/negotiate.ts';

/** How Linux mounts a server; everything has a default. */
export interface KernelMountOptions {
  /** What the list of mounts calls the source; default 'fusewire'. */
  readonly name?: string;
  /** What stands behind `fuse.` in the list of mounts; default 'fusewire'. */
  readonly subtype?: string;
  readonly readOnly?: boolean;
  /** Let others than the mounting user in. Not root: /etc/fuse.conf must have `user_allow_other`. Default: no. */
  readonly allowOther?: boolean;
  /** Linux checks modes itself, as it does for its own file systems, instead of leaving that to the server. Default: no. */
  readonly defaultPermissions?: boolean;
  /** The most bytes one READ asks for, at least 4096. */
  readonly maxRead?: number;
  /** Honour set-user-ID bits, honour device files: root alone may. Default: neither. */
  readonly suid?: boolean;
  readonly dev?: boolean;
  readonly noexec?: boolean;
  readonly noatime?: boolean;
  readonly sync?: boolean;
  readonly dirsync?: boolean;
  /** How many descriptors of the device are read, by FUSE_DEV_IOC_CLONE; default 1. */
  readonly readers?: number;
  /** The most bytes of one READ or WRITE, and the newest protocol, that the server speaks; default 1 MiB and all there is. */
  readonly limits?: Limits;
  /**
   * Unmount before SIGINT, SIGTERM or SIGHUP ends this process; default true. A process with handlers of its own stays
   * alive afterwards, as these decide.
   */
  readonly handleSignals?: boolean;
  /** Told what is wrong with a message, and what the server's methods threw by mistake; default `console.error`. */
  log?(line: string): void;
  /** Hears each message of the kernel before the server does. */
  onRequest?(message: Uint8Array): void;
  /** Hears each reply before the kernel does. */
  onReply?(message: Uint8Array): void;
}

type Flag =
  | 'readOnly'
  | 'allowOther'
  | 'defaultPermissions'
  | 'suid'
  | 'dev'
  | 'noexec'
  | 'noatime'
  | 'sync'
  | 'dirsync';

/** The options of mount(8) that are words, and what each sets. */
const words: Readonly<Record<string, readonly [Flag, boolean]>> = {
  ro: ['readOnly', true],
  rw: ['readOnly', false],
  allow_other: ['allowOther', true],
  default_permissions: ['defaultPermissions', true],
  suid: ['suid', true],
  nosuid: ['suid', false],
  dev: ['dev', true],
  nodev: ['dev', false],
  exec: ['noexec', false],
  noexec: ['noexec', true],
  atime: ['noatime', false],
  noatime: ['noatime', true],
  sync: ['sync', true],
  async: ['sync', false],
  dirsync: ['dirsync', true],
};

/**
 * Reads what mount(8) calls options, `ro,allow_other,max_read=65536`; the last of those that contradict each other counts.
 *
 * @throws TypeError for an option that there is not, or a number that is none
 */
export function parseMountOptions(text: string): KernelMountOptions {
  const options: { -readonly [K in keyof KernelMountOptions]: KernelMountOptions[K] } = {};
  for (const option of text.split(',').filter(Boolean)) {
    const [name = '', ...rest] = option.split('=');
    const value = rest.join('=');
    const word = Object.hasOwn(words, name) && rest.length === 0 ? words[name] : undefined;
    if (word !== undefined) options[word[0]] = word[1];
    else if (name === 'max_read') options.maxRead = count(option, value);
    else if (name === 'fsname' && value !== '') options.name = value;
    else if (name === 'subtype' && value !== '') options.subtype = value;
    else throw new TypeError(`there is no mount option '${option}'; there are ${known}`);
  }
  return options;
}

const known = [...Object.keys(words), 'max_read=N', 'fsname=NAME', 'subtype=NAME'].join(', ');

function count(option: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw new TypeError(`${option}: no number of bytes`);
  return Number(value);
}

/** The flags of mount(2). */
export function mountFlags(options: KernelMountOptions): number {
  const chosen: readonly (readonly [boolean | undefined, number])[] = [
    [options.readOnly, MS_RDONLY],
    [options.suid !== true, MS_NOSUID],
    [options.dev !== true, MS_NODEV],
    [options.noexec, MS_NOEXEC],
    [options.noatime, MS_NOATIME],
    [options.sync, MS_SYNCHRONOUS],
    [options.dirsync, MS_DIRSYNC],
  ];
  return chosen.reduce((flags, [isChosen, flag]) => (isChosen === true ? flags | flag : flags), 0);
}

/** What only a FUSE mount has, as both mount(2) and fusermount take it. */
export function fuseData({ allowOther, defaultPermissions, maxRead }: KernelMountOptions): string[] {
  return [
    ...(allowOther === true ? ['allow_other'] : []),
    ...(defaultPermissions === true ? ['default_permissions'] : []),
    ...(maxRead === undefined ? [] : [`max_read=${maxRead}`]),
  ];
}

/** The options for fusermount's `-o`. */
export function fusermountOptions(options: KernelMountOptions): string {
  const escaped = (text: string): string => text.replace(/[\\,]/g, (char) => `\\${char}`);
  return [
    options.readOnly === true ? 'ro' : 'rw',
    ...(['noexec', 'noatime', 'sync', 'dirsync'] as const).filter((name) => options[name] === true),
    ...(['suid', 'dev'] as const).filter((name) => options[name] === true),
    ...fuseData(options),
    `fsname=${escaped(options.name ?? DEFAULT_NAME)}`,
    `subtype=${escaped(options.subtype ?? DEFAULT_NAME)}`,
  ].join(',');
}

/** What source and subtype are called by default. */
export const DEFAULT_NAME = 'fusewire';
