import * as fs from 'node:fs';
import * as path from 'node:path';
import type { AttachWay } from '../../src/attach/daemon.ts';
import type { Mounted } from '../../src/mount.ts';
import type { Entry } from './digest.ts';

/** How a daemon is started on content that was prepared for it; `{}` in `args` is the mount point. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  /** Where in the mount the content is. */
  readonly inside: string;
  /** Ends what the daemon needs beside it, a server of the network for example. */
  readonly end?: () => Promise<void>;
}

/** What a daemon does not keep of a tree that is written to it. */
export interface Losses {
  /** One reason for each of the things that `kept` takes away. */
  readonly reasons: readonly string[];
  /** What of an entry comes back; null for one that cannot be written at all. */
  kept(entry: Entry): Partial<Entry> | null;
}

/** Something only this daemon does: what must hold of it, in words, and how that is seen on Fusewire. */
export interface OwnCheck {
  readonly name: string;
  check(mounted: Mounted): Promise<void>;
}

/** An unmodified program that the tests run twice: mounted by Linux, and attached to Fusewire. */
export interface DaemonRow {
  readonly name: string;
  /** The Debian package that it comes in. */
  readonly from: string;
  /** What carries its messages where the linker does not tell: a library of its own, or of its language. */
  readonly library?: string;
  /** Programs and files without which it cannot run. */
  readonly needs: readonly string[];
  /** Makes what it serves from the files in `content`. `scratch` is an empty directory to keep things in. */
  prepare(content: string, scratch: string): Start | Promise<Start>;
  /** The way in; what `mount()` finds by itself when absent. */
  readonly attach?: AttachWay;
  /** Whether what it serves is the prepared content, so that both kernels can be compared; it is when absent. */
  readonly serves?: 'content' | 'its own';
  /** What two mounts of the same content may show differently, with the reason in a comment; nothing when absent. */
  readonly comparable?: (entry: Entry) => Partial<Entry>;
  /** What writing loses; null for a daemon that is not writable. */
  readonly losses: Losses | null;
  readonly own?: readonly OwnCheck[];
}

/** Of a daemon that keeps all that is written to it. */
export const noLosses: Losses = { reasons: [], kept: (entry) => entry };

/** Of a daemon that keeps no fractions of seconds. */
export const wholeSeconds: Losses = {
  reasons: ['times of whole seconds'],
  kept: ({ mtimeNs: _, ...rest }) => rest,
};

/** For {@link DaemonRow.comparable}: the root's times are when the daemon was started. */
export const withoutRootTimes = ({ mtime, mtimeNs, ctime, ...rest }: Entry): Partial<Entry> =>
  rest.path === '' ? rest : { ...rest, mtime, mtimeNs, ctime };

/** Why a daemon cannot run here, or null when it can. */
export function whyNot({ needs }: DaemonRow): string | null {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  const exists = (need: string): boolean =>
    path.isAbsolute(need) ? fs.existsSync(need) : folders.some((folder) => fs.existsSync(path.join(folder, need)));
  const missing = needs.filter((need) => !exists(need)).map((need) => path.basename(need));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`;
}
