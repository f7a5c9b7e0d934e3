import type { Booted } from '../../node-fs/testing/boot.ts';
import type { NodeFs } from '../../node-fs/types.ts';
import { mountInWorker } from '../mount-in-worker.ts';

/** The same file system for comparisons, with its kernel in a worker. */
export async function bootInWorker(): Promise<Booted> {
  const mounted = await mountInWorker('memory:', { defaultPermissions: true });
  const { fs } = mounted;
  const base = '/scratch';
  fs.mkdirSync(base);
  const first = lowestFree(fs, base);
  return {
    fs,
    base,
    openDescriptors: () => lowestFree(fs, base) - first,
    close: () => mounted.unmount(),
  };
}

function lowestFree(fs: NodeFs, path: string): number {
  const fd = fs.openSync(path, 'r');
  fs.closeSync(fd);
  return fd;
}
