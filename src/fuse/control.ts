import { EINVAL } from '../abi/errno.ts';
import type { Connection } from './connection.ts';

const LARGEST = 65_535;

/**
 * What fusectl shows of a connection below /sys/fs/fuse/connections, with its rules.
 *
 * @see Linux fs/fuse/control.c
 */
export class Control {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Requests that exist and have not ended. */
  get waiting(): number {
    return this.#connection.waiting;
  }

  /** Gives the server up; see `Connection.abort`. */
  abort(): void {
    this.#connection.abort('user');
  }

  get maxBackground(): number {
    return this.#connection.background.maximum;
  }

  /** @throws EINVAL unless it is a whole number up to 65535 */
  set maxBackground(value: number) {
    this.#connection.background.maximum = checked(value);
  }

  get congestionThreshold(): number {
    return this.#connection.background.congestionThreshold;
  }

  /** @throws EINVAL unless it is a whole number up to 65535 */
  set congestionThreshold(value: number) {
    this.#connection.background.congestionThreshold = checked(value);
  }
}

function checked(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > LARGEST) throw EINVAL;
  return value;
}
