import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Errno } from '../abi/errno.ts';
import { sendDescriptor } from '../linux/descriptor-passing.ts';
import { closeDescriptor, listenAt, sendBlocking, tryAccept, tryReceive } from '../linux/sockets.ts';
import type { Reactor, Watch } from '../transport/reactor.ts';
import { DOOR } from './stand-in.ts';

const REQUEST_ROOM = 65_536; // bytes of a command line
const NOTHING_TO_GIVE = Buffer.from([0]);

/** A program's own file as JavaScript: what Node can run. Sources run from where they were built to. */
const built = (name: string): string =>
  fileURLToPath(new URL(name, import.meta.url.replace(/\/src\/attach\/[^/]*\.ts$/, '/dist/attach/')));

/**
 * A private directory with programs named fusermount3 and fusermount, for the front of a daemon's PATH, and the door at
 * which they ask for the daemon's device. `mountPoint` is a directory the daemon may believe it mounts on.
 */
export class StandInDoor {
  readonly mountPoint: string;
  readonly #directory: string;
  readonly #device: number;
  readonly #reactor: Reactor;
  readonly #listener: number;
  readonly #visitors = new Map<number, Watch>();
  readonly #watch: Watch;
  /** Whether a daemon has come for its device. */
  wasUsed = false;

  /** `device` is the daemon's end of the socket, which stays the caller's. */
  constructor(reactor: Reactor, device: number) {
    this.#reactor = reactor;
    this.#device = device;
    this.#directory = mkdtempSync(join(tmpdir(), 'fusewire-'));
    this.mountPoint = join(this.#directory, 'mnt');
    mkdirSync(this.mountPoint);
    const program = `#!/bin/sh\nexec '${process.execPath}' '${built('stand-in-main.js')}' "$@"\n`;
    for (const name of ['fusermount', 'fusermount3']) {
      writeFileSync(join(this.#directory, name), program, { mode: 0o755 });
    }
    this.#listener = listenAt(join(this.#directory, 'door'));
    this.#watch = reactor.watch(this.#listener, { readable: true, writable: false }, () => this.#accept());
    this.#watch.unref();
  }

  /** What a daemon's environment needs so that it finds the stand-in. */
  environment(path: string | undefined): Record<string, string> {
    return {
      PATH: path === undefined ? this.#directory : `${this.#directory}:${path}`,
      [DOOR]: join(this.#directory, 'door'),
    };
  }

  close(): void {
    this.#watch.close();
    closeDescriptor(this.#listener);
    for (const visitor of [...this.#visitors.keys()]) this.#dismiss(visitor);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #accept(): void {
    for (let visitor = tryAccept(this.#listener); visitor !== null; visitor = tryAccept(this.#listener)) {
      const fd = visitor;
      const watch = this.#reactor.watch(fd, { readable: true, writable: false }, () => this.#answer(fd));
      watch.unref();
      this.#visitors.set(fd, watch);
    }
  }

  /** One command line of a stand-in: `-u` reports an unmount, anything else asks for the device. */
  #answer(visitor: number): void {
    const request = Buffer.alloc(REQUEST_ROOM);
    try {
      const length = tryReceive(visitor, request);
      if (length === null) return;
      const args = length > 0 ? (JSON.parse(request.toString('utf8', 0, length)) as unknown) : null;
      if (Array.isArray(args) && !args.some((arg) => /^-[a-z]*u|^--unmount/.test(String(arg)))) {
        sendDescriptor(visitor, this.#device, NOTHING_TO_GIVE);
        this.wasUsed = true;
      } else if (Array.isArray(args)) sendBlocking(visitor, NOTHING_TO_GIVE);
    } catch (error) {
      if (!(error instanceof Errno || error instanceof SyntaxError)) throw error;
    }
    this.#dismiss(visitor);
  }

  #dismiss(visitor: number): void {
    this.#visitors.get(visitor)?.close();
    this.#visitors.delete(visitor);
    closeDescriptor(visitor);
  }
}
