/**
 * Everything that a server needs, for `import ... from 'fusewire/server'`. It loads nothing of Node.
 *
 * @module
 */
export { type ByteString, fromText, isText, toText } from './abi/bytes.ts';
export { type Dirent, type DirentPlus, DirentWriter } from './abi/dirent.ts';
export * from './abi/errno.ts';
export * from './abi/fuse.ts';
export type { Features, InitFlag } from './abi/init-flags.ts';
export * from './abi/linux.ts';
export type { Protocol } from './abi/message.ts';
export type * from './abi/structs.ts';
export { Client, type InvalEntryOptions, type Pages, type Retrieved } from './server/client.ts';
export { Condition } from './server/condition.ts';
export { awaited, type Coroutine } from './server/coroutine.ts';
export type { SecurityContext } from './server/extensions.ts';
export type { Answer, Bytes, FuseServer, Offer, RequestOf, Soon, Wishes } from './server/fuse-server.ts';
export { ioctlRetry } from './server/ioctl-retry.ts';
export { type Listed, listDirents } from './server/list-dirents.ts';
export { type MemoryOptions, memory } from './server/memory.ts';
export type { Limits } from './server/negotiate.ts';
export { type PathServerOptions, pathServer } from './server/path-server.ts';
export type { Names } from './server/paths/backing.ts';
export type { Owner } from './server/paths/new-file.ts';
export type { NameLike, PathDirent, PathFile, PathFs, PathStatfs, PathStats } from './server/paths/shape.ts';
export { type Attributes, absentReply, attrOf, attrReply, entryReply, type Validity } from './server/replies.ts';
export { Request } from './server/request.ts';
export { Session, type SessionOptions, type Way } from './server/session.ts';
export type { Time } from './server/time.ts';
export { attrValidity, entryValidity } from './server/validity.ts';
