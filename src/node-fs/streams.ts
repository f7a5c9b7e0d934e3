import { createReadStream, createWriteStream, type ReadStream, type WriteStream } from 'node:fs';
import { FileHandle } from './file-handle.ts';
import { type OptionsArgument, optionsOf } from './options.ts';

/** The calls that a stream makes, with callbacks. */
export type StreamCalls = Record<
  'open' | 'close' | 'read' | 'write' | 'writev' | 'fsync',
  (...args: never[]) => unknown
>;

interface StreamOptions {
  readonly fd?: number | FileHandle | null | undefined;
}

type Create<S> = (path: string | Buffer | URL, options?: OptionsArgument<StreamOptions>) => S;

/** Node's own streams over another fs. */
export const streamsOver = (
  calls: StreamCalls,
): { createReadStream: Create<ReadStream>; createWriteStream: Create<WriteStream> } => ({
  createReadStream(path, options) {
    const given = optionsOf(options);
    if (given.fd instanceof FileHandle) return given.fd.createReadStream(given as object);
    return createReadStream(path, { ...given, fs: calls } as never);
  },
  createWriteStream(path, options) {
    const given = optionsOf(options);
    if (given.fd instanceof FileHandle) return given.fd.createWriteStream(given as object);
    return createWriteStream(path, { ...given, fs: calls } as never);
  },
});
