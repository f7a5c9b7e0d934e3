/** Everything the package exports. */
export { Errno } from './abi/errno.ts';
export { type ArchiveOptions, archive } from './archive.ts';
export { type AttachWay, type Daemon, type DaemonOptions, daemon } from './attach/daemon.ts';
export type { Control } from './fuse/control.ts';
export type { Listener, RequestEvent } from './fuse/events.ts';
export { KernelMount, type KernelMountOptions, mountKernel, unmountKernel } from './kernel-mount.ts';
export { type Mounted, type MountOptions, mount, type Server } from './mount.ts';
export type { NodeFs } from './node-fs/types.ts';
export type { FuseServer } from './server/fuse-server.ts';
export { type MemoryOptions, memory } from './server/memory.ts';
export type { PassthroughOptions } from './server/passthrough.ts';
export type { ServerSource } from './server/server-source.ts';
export { Session } from './server/session.ts';
export { passthrough, pathServer } from './servers.ts';
export { type ServeOptions, serveDescriptor } from './transport/serve.ts';
export { type ConnectOptions, connect, type Remote } from './transport/stream/connect.ts';
export { type Listening, type ListenOptions, listen } from './transport/stream/listen.ts';
