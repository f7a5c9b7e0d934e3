/** Everything the package exports. */
export { type ByteString, fromText, isText, toText } from './abi/bytes.ts';
export { DirentWriter } from './abi/dirent.ts';
export * from './abi/errno.ts';
export * from './abi/fuse.ts';
export * from './abi/linux.ts';
export { type Daemon, type DaemonOptions, daemon } from './attach/daemon.ts';
export { KernelMount, type KernelMountOptions, mountKernel, unmountKernel } from './kernel-mount.ts';
export { type Mounted, type MountOptions, mount, type Server } from './mount.ts';
export type { FuseServer, RequestOf } from './server/fuse-server.ts';
export { type MemoryOptions, memory } from './server/memory.ts';
export { Session } from './server/session.ts';
export { passthrough } from './servers.ts';
