import type { Host } from '../kernel.ts';
import type { Interest } from '../linux/reactor.ts';

/** A descriptor that a reactor looks after, until closed. */
export interface Watch {
  setInterest(interest: Interest): void;
  /** From here on the watch keeps the host's process alive, as a new one does. */
  ref(): void;
  /** From here on the process may end as if the watch were not there. */
  unref(): void;
  close(): void;
}

/** A host that can tell when a descriptor is ready: what a kernel with socket transports needs. */
export interface Reactor extends Host {
  /** Calls `ready` whenever something of the interest may be possible, also when it turns out not to be. */
  watch(fd: number, interest: Interest, ready: () => void): Watch;
}
