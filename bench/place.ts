import type * as fs from 'node:fs';
import type * as promises from 'node:fs/promises';
import type { Mounted } from '../src/index.ts';

/** The part of Node's fs that cases use. Fusewire, Node and memfs have it alike. */
export type Fs = Pick<
  typeof fs,
  | 'closeSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'openSync'
  | 'readSync'
  | 'readdirSync'
  | 'renameSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeFileSync'
  | 'writeSync'
> & {
  readonly promises: Pick<typeof promises, 'mkdir' | 'open' | 'readdir' | 'rename' | 'stat' | 'unlink' | 'writeFile'>;
};

/** What may be cached: nothing beyond what Linux always does; all that can be; writes too. */
export type Setup = 'uncached' | 'cached' | 'writeback';

/** A directory of one subject, in which a case works alone. */
export interface Place extends AsyncDisposable {
  readonly fs: Fs;
  /** The directory's path in `fs`. */
  readonly root: string;
  /** Where a case makes the files that it reads: `root`, or the directory behind it, which is faster to fill. */
  readonly source: { readonly fs: Fs; readonly root: string };
  /** Whoever works besides this process: their CPU time and system calls count too. */
  readonly pids: readonly number[];
  /** For what Fusewire alone has; null elsewhere. */
  readonly mounted: Mounted | null;
  /** Drops names, attributes and contents that are cached; null where there is no cache, or no way to tell it. */
  readonly dropCaches: (() => void) | null;
}
