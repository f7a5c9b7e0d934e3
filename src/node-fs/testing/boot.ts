import { mount } from '../../mount.ts';
import { memory } from '../../server/memory.ts';
import type { NodeFs } from '../types.ts';

/** A file system of ours to compare with the host's. */
export interface Booted {
  readonly fs: NodeFs;
  /** An empty directory in it. */
  readonly base: string;
  openDescriptors(): number;
  close(): Promise<void>;
}

/** Mounts an empty file system in memory, which checks modes as the host's do. */
export async function bootTestFs(): Promise<Booted> {
  const mounted = await mount(memory(), { defaultPermissions: true });
  const base = '/scratch';
  mounted.fs.mkdirSync(base);
  return {
    fs: mounted.fs,
    base,
    openDescriptors: () => mounted.process.fds.open.length,
    close: () => mounted.unmount(),
  };
}
