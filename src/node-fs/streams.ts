import * as host from 'node:fs';
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

type Options = OptionsArgument<StreamOptions>;
type Path = string | Buffer | URL;

/** Node's own streams over another fs. */
export function streamsOver(calls: StreamCalls): Record<string, unknown> {
  class ReadStream extends HostReadStream {
    constructor(path: Path, options?: Options) {
      super(path, { ...optionsOf(options), fs: calls });
    }
  }
  class WriteStream extends HostWriteStream {
    constructor(path: Path, options?: Options) {
      super(path, { ...optionsOf(options), fs: calls });
    }
  }
  return {
    createReadStream: (path: Path, options?: Options) => {
      const { fd, ...rest } = optionsOf(options);
      return fd instanceof FileHandle ? fd.createReadStream(rest as object) : new ReadStream(path, { ...rest, fd });
    },
    createWriteStream: (path: Path, options?: Options) => {
      const { fd, ...rest } = optionsOf(options);
      return fd instanceof FileHandle ? fd.createWriteStream(rest as object) : new WriteStream(path, { ...rest, fd });
    },
    ReadStream,
    WriteStream,
    FileReadStream: ReadStream,
    FileWriteStream: WriteStream,
  };
}

type StreamClass = new (path: Path, options: object) => object;
// Node's types do not tell that these can be constructed.
const HostReadStream = host.ReadStream as unknown as StreamClass;
const HostWriteStream = host.WriteStream as unknown as StreamClass;
