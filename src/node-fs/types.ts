import type * as fs from 'node:fs';
import type * as promises from 'node:fs/promises';
import type { byDescriptor, byPath } from './operations.ts';

type ByPath = keyof typeof byPath;
type Name = ByPath | keyof typeof byDescriptor;
type Streams = 'createReadStream' | 'createWriteStream';
type Watching = 'watch' | 'watchFile' | 'unwatchFile';
type Values = 'constants' | 'Dir' | 'Dirent' | 'Stats';

/** What `createFs` gives: the part of node:fs that is there, with Node's own types. */
export type NodeFs = Pick<typeof fs, Name | `${Name}Sync` | Streams | Watching | Values> & {
  readonly promises: Pick<typeof promises, ByPath | 'constants' | 'lchmod' | 'watch'>;
};
