import type { FuseServer } from './fuse-server.ts';

/**
 * Where servers come from: a function makes one for each client; a server by itself is used by one client at a time,
 * because nodeids, lookup counts and what `init` settles belong to one client.
 */
export type ServerSource = FuseServer | (() => FuseServer | PromiseLike<FuseServer>);
