import { mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Errno } from '../abi/errno.ts';
import { sendDescriptor } from '../linux/descriptor-passing.ts';
import { closeDescriptor, listenAt, sendBlocking, tryAccept, tryReceive } from '../linux/sockets.ts';
import type { Reactor, Watch } from '../transport/reactor.ts';
import { detach, isMountPoint } from './kernel-mounts.ts';
import { DONE } from './stand-in.ts';

const REQUEST_ROOM = 65_536; // bytes of a command line
/** The longest name of a directory whose socket still has a path that fits into an address. */
const DIRECTORY_MAX = 80; // bytes

/** A file that go-fuse opens in its new mount, so that the kernel asks it for POLL once; it gives up without. */
const GO_FUSE_FILE = '.go-fuse-epoll-hack';

/** The stand-in as JavaScript, which Node can run: from the sources it is where they are built to. */
const program = (): string =>
  fileURLToPath(new URL('stand-in-main.js', import.meta.url.replace(/\/src\/attach\/[^/]*\.ts$/, '/dist/attach/')));

/** Text as one word for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What a door tells of. */
export interface DoorEvents {
  /** The daemon got its device, by this command line of fusermount3. */
  onMount(args: readonly string[]): void;
  /** The daemon wants no more. */
  onUnmount(): void;
}

/**
 * A private directory with programs named fusermount3 and fusermount, for the front of a daemon's PATH, and the door at
 * which they ask for the daemon's device. Their door is written into them: go-fuse runs them with an empty environment.
 */
export class StandInDoor {
  readonly directory: string;
  /** A directory that the daemon may believe it mounts on. */
  readonly mountPoint: string;
  readonly #reactor: Reactor;
  readonly #events: DoorEvents;
  readonly #listener: number;
  readonly #visitors = new Map<number, Watch>();
  readonly #watch: Watch;
  #device: number | null;
  #isClosed = false;

  /** `device` is the daemon's end of the socket, which stays the caller's. */
  constructor(reactor: Reactor, device: number, events: DoorEvents) {
    this.#reactor = reactor;
    this.#device = device;
    this.#events = events;
    const parent = Buffer.byteLength(tmpdir()) > DIRECTORY_MAX ? '/tmp' : tmpdir();
    this.directory = realpathSync(mkdtempSync(join(parent, 'fusewire-')));
    this.mountPoint = join(this.directory, 'mnt');
    mkdirSync(this.mountPoint);
    const door = join(this.directory, 'door');
    const script = `#!/bin/sh\nexec ${[process.execPath, program(), door].map(quoted).join(' ')} "$@"\n`;
    for (const name of ['fusermount', 'fusermount3']) {
      writeFileSync(join(this.directory, name), script, { mode: 0o755 });
    }
    this.#listener = listenAt(door);
    this.#watch = reactor.watch(this.#listener, { readable: true, writable: false }, () => this.#accept());
    this.#watch.unref();
  }

  /** The device is not this process's any more: whoever asks for it from now on is refused. */
  withdraw(): void {
    this.#device = null;
  }

  /** Puts into the mount point what go-fuse looks for in a new mount. */
  fillMountPoint(): void {
    writeFileSync(join(this.mountPoint, GO_FUSE_FILE), '');
  }

  /** Closes the door and removes the directory. What somebody mounted in it is detached, and never looked into. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch.close();
    closeDescriptor(this.#listener);
    for (const visitor of [...this.#visitors.keys()]) this.#dismiss(visitor);
    for (const name of ['fusermount', 'fusermount3', 'door']) rmSync(join(this.directory, name), { force: true });
    if (isMountPoint(this.mountPoint)) detach(this.mountPoint);
    else rmSync(join(this.mountPoint, GO_FUSE_FILE), { force: true });
    try {
      rmdirSync(this.mountPoint);
      rmdirSync(this.directory);
    } catch (error) {
      // Still in use: better left behind than emptied.
      if ((error as NodeJS.ErrnoException).syscall !== 'rmdir') throw error;
    }
  }

  #accept(): void {
    for (let visitor = tryAccept(this.#listener); visitor !== null; visitor = tryAccept(this.#listener)) {
      const fd = visitor;
      const watch = this.#reactor.watch(fd, { readable: true, writable: false }, () => this.#hear(fd));
      watch.unref();
      this.#visitors.set(fd, watch);
    }
  }

  /** One command line of a stand-in. */
  #hear(visitor: number): void {
    const request = Buffer.alloc(REQUEST_ROOM);
    try {
      const length = tryReceive(visitor, request);
      if (length === null) return;
      if (length > 0) this.#answer(visitor, JSON.parse(request.toString('utf8', 0, length)));
    } catch (error) {
      if (!(error instanceof Errno || error instanceof SyntaxError)) throw error;
    }
    this.#dismiss(visitor);
  }

  /** `-u` reports an unmount, anything else asks for the device. */
  #answer(visitor: number, said: unknown): void {
    const args = Array.isArray(said) ? said.map(String) : [];
    if (args.some((arg) => /^(-[a-z]*u|--unmount)/.test(arg))) {
      sendBlocking(visitor, Buffer.from(DONE));
      this.#events.onUnmount();
    } else if (this.#device === null) {
      sendBlocking(visitor, Buffer.from('this daemon has its device already'));
    } else {
      this.fillMountPoint();
      sendDescriptor(visitor, this.#device, Buffer.from(DONE));
      this.#events.onMount(args);
    }
  }

  #dismiss(visitor: number): void {
    this.#visitors.get(visitor)?.close();
    this.#visitors.delete(visitor);
    closeDescriptor(visitor);
  }
}
