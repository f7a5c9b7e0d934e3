import type * as fs from 'node:fs';
import type * as promises from 'node:fs/promises';
import type { byDescriptor, byPath } from './operations.ts';

type ByPath = keyof typeof byPath;
type Name = ByPath | keyof typeof byDescriptor;
type Streams = 'createReadStream' | 'createWriteStream';
type Watching = 'watch' | 'watchFile' | 'unwatchFile';
type Values = 'constants' | 'Dir' | 'Dirent' | 'ReadStream' | 'Stats' | 'WriteStream';

/** What `createFs` gives: the part of node:fs that is there, with Node's own types, and views of cached files. */
export type NodeFs = Pick<typeof fs, Name | `${Name}Sync` | Streams | Watching | Values> &
  Views & {
    readonly promises: Omit<Pick<typeof promises, ByPath | 'constants' | 'lchmod' | 'watch'>, 'open'> & {
      open(...args: Parameters<typeof promises.open>): Promise<ViewingHandle>;
    };
  };

/**
 * The bytes of a file from `position` on: at least one and at most `length`, fewer where the page cache has no more in one
 * piece (which ends at multiples of 64 KiB at the latest), none at the end of the file. What is cached is not copied: it is
 * the cache's own memory, which never changes, whatever becomes of the file, and must not be written to. What is not cached
 * is read.
 */
export interface Views {
  viewSync(fd: number, position: number, length: number): Uint8Array;
  view(
    fd: number,
    position: number,
    length: number,
    callback: (error: NodeJS.ErrnoException | null, bytes: Uint8Array) => void,
  ): void;
}

/** Node's FileHandle, which gives views too. */
export interface ViewingHandle extends promises.FileHandle {
  view(position: number, length: number): Promise<Uint8Array>;
}
