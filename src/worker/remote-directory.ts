import type { ByteString } from '../abi/bytes.ts';
import { DirectoryStream } from '../node-fs/opendir.ts';
import type { Transferred } from './transferred.ts';

/** An open directory of the worker's, as its caller's thread knows it. */
export class RemoteDirectory {
  readonly number: number;
  readonly path: ByteString;

  constructor(number: number, path: ByteString) {
    this.number = number;
    this.path = path;
  }
}

/** What a function or a source of the caller's threw: the caller's thread has it. */
export class Thrown {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

/** How a directory comes from the worker and goes back to it. */
export const remoteDirectories: Transferred<RemoteDirectory> = {
  kind: RemoteDirectory,
  partsOf: ({ number }) => [number],
  make: ([number, path]) => new RemoteDirectory(number as number, path as ByteString),
};

/** The worker's own directories, by the numbers that its caller's thread knows. */
export class OpenDirectories implements Transferred<DirectoryStream> {
  readonly kind = DirectoryStream;
  readonly #streams = new Map<number, DirectoryStream>();
  #last = 0;

  partsOf(stream: DirectoryStream): readonly unknown[] {
    this.#streams.set(++this.#last, stream);
    return [this.#last, stream.path];
  }

  make([number]: readonly unknown[]): DirectoryStream {
    return this.#streams.get(number as number) as DirectoryStream;
  }

  /** It is closed: nobody will ask for it again. */
  forget(stream: unknown): void {
    for (const [number, known] of this.#streams) if (known === stream) this.#streams.delete(number);
  }
}
