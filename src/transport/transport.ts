import type { Outside } from '../kernel.ts';

/** Carries messages between a device file and one server. */
export interface Transport extends Outside {
  start(): void;
  /** Stops carrying, and closes the device file: the server is gone for the kernel. */
  close(): void;
}
