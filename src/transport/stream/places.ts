import type { FuseServer } from '../../server/fuse-server.ts';
import type { ServerSource } from '../../server/server-source.ts';

/** What a client that was let in has. */
export interface Place {
  readonly server: FuseServer;
  /** For another client; 'unused' when there was no session. */
  leave(how: 'used' | 'unused'): void;
}

/** Gives each client its server. */
export class Places {
  readonly #source: ServerSource;
  readonly #log: (line: string) => void;
  #isTaken = false;

  constructor(source: ServerSource, log: (line: string) => void) {
    this.#source = source;
    this.#log = log;
  }

  /** A place, or why there is none, in words for the client. */
  async take(): Promise<Place | string> {
    if (typeof this.#source === 'function') return await this.#make(this.#source);
    if (this.#isTaken) return 'another client uses this server, which takes one at a time';
    this.#isTaken = true;
    const leave = (): void => {
      this.#isTaken = false;
    };
    return { server: this.#source, leave };
  }

  async #make(source: () => FuseServer | PromiseLike<FuseServer>): Promise<Place | string> {
    try {
      const server = await source();
      // A session that began has told the server of its end.
      const leave = (how: 'used' | 'unused'): void => {
        if (how === 'unused') server.destroy?.();
      };
      return { server, leave };
    } catch (error) {
      this.#log(`no server for a client: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      return 'the server cannot be made';
    }
  }
}
