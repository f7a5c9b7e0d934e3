/** Everything the package exports. */
export { Errno } from './abi/errno.ts';
export { type Daemon, type DaemonOptions, daemon } from './attach/daemon.ts';
export { KernelMount, type KernelMountOptions, mountKernel, unmountKernel } from './kernel-mount.ts';
export { type Mounted, type MountOptions, mount, type Server } from './mount.ts';
export { type MemoryOptions, memory } from './server/memory.ts';
export type { PathServerOptions } from './server/path-server.ts';
export type { PathFs } from './server/paths/shape.ts';
export { Session } from './server/session.ts';
export { passthrough, pathServer } from './servers.ts';
