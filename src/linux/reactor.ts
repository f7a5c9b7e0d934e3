import { node } from 'koffi';
import { EINTR } from '../abi/errno.ts';
import { fail, libc } from './libc.ts';
import { Look } from './look.ts';

const POLLIN = 0x1;
const POLLOUT = 0x4;

type Poll = (fds: Int32Array, count: number, timeoutMs: number) => number;
const libcPoll = libc.func('int poll(void *, unsigned long, int)') as unknown as Poll;

/** What to be told of: that a packet or the end can be read, that a packet can be written. */
export interface Interest {
  readonly readable: boolean;
  readonly writable: boolean;
}

/** What libuv polls for this process: it must call nobody any more once JavaScript has ended. */
const polled = new Set<node.PollHandle>();
process.on('exit', () => {
  for (const handle of polled) handle.stop();
});

/**
 * The host's part in waiting, on Node: its event loop for whoever awaits, poll(2) for whoever blocks the thread.
 * An idle reactor uses no processor time and does not keep the process alive.
 */
export class NodeReactor {
  readonly #watches = new Set<DescriptorWatch>();
  /** What poll(2) is given; null after a change. */
  #polling: { readonly watches: readonly DescriptorWatch[]; readonly fds: Int32Array } | null = null;
  readonly #look = new Look();
  #alarm: NodeJS.Timeout | null = null;

  /** A promise's reaction: queueMicrotask makes an AsyncResource each time, which takes twice as long. */
  defer(run: () => void): void {
    void Promise.resolve().then(run);
  }

  /** As setTimeout. An alarm that nobody awaits does not keep the process alive. `at` is performance.now()'s time. */
  setAlarm(at: number | null, wake: () => void, awaitedBy: 'somebody' | 'nobody'): void {
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    this.#alarm = null;
    if (at === null) return;
    const delay = Math.min(Math.max(0, Math.ceil(at - performance.now())), 0x7fffffff);
    this.#alarm = setTimeout(wake, delay);
    if (awaitedBy === 'nobody') this.#alarm.unref();
  }

  /** Calls `ready` whenever something of the interest may be possible; the descriptor must outlive the watch. */
  watch(fd: number, interest: Interest, ready: () => void): DescriptorWatch {
    const watch = new DescriptorWatch(fd, interest, ready, () => this.#changed(watch));
    this.#changed(watch);
    return watch;
  }

  /** Blocks this thread in poll(2) and runs what became ready. Returns false when nothing did. */
  wait(milliseconds: number | null): boolean {
    this.#polling ??= this.#whatToPoll();
    const { watches, fds } = this.#polling;
    if (watches.length === 0 && milliseconds === null) return false;
    const timeout = milliseconds === null ? -1 : Math.min(Math.ceil(milliseconds), 0x7fffffff);
    let count = 0;
    const isReady = (): boolean => {
      count = libcPoll(fds, watches.length, 0);
      return count !== 0;
    };
    if (timeout === 0 || !this.#look.sees(isReady)) count = libcPoll(fds, watches.length, timeout);
    if (count < 0) {
      const error = fail();
      if (error === EINTR) return true;
      throw error;
    }
    // Collected first: what is run may wait here itself.
    const ready = count === 0 ? [] : watches.filter((_, index) => (fds[2 * index + 1] as number) >>> 16 !== 0);
    for (const watch of ready) watch.fire();
    return count > 0;
  }

  #changed(watch: DescriptorWatch): void {
    if (watch.isClosed) this.#watches.delete(watch);
    else this.#watches.add(watch);
    this.#polling = null;
  }

  #whatToPoll() {
    const watches = [...this.#watches].filter(({ events }) => events !== 0);
    const fds = Int32Array.from(watches.flatMap(({ fd, events }) => [fd, events]));
    return { watches, fds };
  }
}

const eventsOf = ({ readable, writable }: Interest): number => (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);

/** One descriptor that a {@link NodeReactor} looks after. A new one keeps the process alive until told otherwise. */
class DescriptorWatch {
  readonly fd: number;
  /** The interest as poll(2) takes it. */
  events: number;
  isClosed = false;
  readonly #ready: () => void;
  readonly #changed: () => void;
  readonly #handle: node.PollHandle;
  #isRef = true;

  constructor(fd: number, interest: Interest, ready: () => void, changed: () => void) {
    this.fd = fd;
    this.#ready = ready;
    this.#changed = changed;
    this.events = eventsOf(interest);
    this.#handle = node.poll(fd, interest, this.#fireSoon);
    polled.add(this.#handle);
  }

  setInterest(interest: Interest): void {
    const events = eventsOf(interest);
    if (events === this.events || this.isClosed) return;
    this.events = events;
    if (events === 0) this.#handle.stop();
    else this.#handle.start(interest, this.#fireSoon);
    this.#changed();
  }

  /** From here on the watch, while there is any interest, keeps the process alive. */
  ref(): void {
    if (this.isClosed || this.#isRef) return;
    this.#isRef = true;
    this.#handle.ref();
  }

  /** From here on the process may end as if the watch were not there. */
  unref(): void {
    if (this.isClosed || !this.#isRef) return;
    this.#isRef = false;
    this.#handle.unref();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.events = 0;
    polled.delete(this.#handle);
    this.#handle.close();
    this.#changed();
  }

  fire(): void {
    if (!this.isClosed && this.events !== 0) this.#ready();
  }

  /**
   * Libuv calls this outside of Node's callback scope, where an exception would surface anywhere and promises wait.
   * The check phase of the same turn of the loop has a proper one.
   */
  readonly #fireSoon = (): void => {
    setImmediate(() => this.fire());
  };
}
