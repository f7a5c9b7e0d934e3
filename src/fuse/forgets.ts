import { BATCH_FORGET, FORGET, type Opcode } from '../abi/opcodes.ts';
import { fuse_batch_forget_in, fuse_forget_one, fuse_in_header } from '../abi/structs.ts';
import { Fifo } from '../task/fifo.ts';
import type { Call } from './request.ts';

const MINOR_WITH_BATCH = 16;
const BATCH_HEADER = fuse_in_header.size + fuse_batch_forget_in.size;

interface Forget {
  readonly nodeid: bigint;
  readonly nlookup: number;
}

/** A FORGET or BATCH_FORGET, ready to be encoded. */
export interface ForgetRequest {
  readonly opcode: Opcode;
  readonly nodeid: bigint;
  readonly call: Call<unknown>;
}

/** Lookups to be given back to the server, in order; entries for one node are not merged, as in Linux. */
export class Forgets {
  readonly #queue = new Fifo<Forget>();

  get length(): number {
    return this.#queue.length;
  }

  add(nodeid: bigint, nlookup: number): void {
    this.#queue.push({ nodeid, nlookup });
  }

  clear(): void {
    this.#queue.drain();
  }

  /** Takes what fits in one message of `room` bytes: one alone as FORGET, several as BATCH_FORGET. */
  take(room: number, minor: number): ForgetRequest {
    const fitting = Math.floor((room - BATCH_HEADER) / fuse_forget_one.size);
    if (minor < MINOR_WITH_BATCH || this.#queue.length === 1 || fitting < 2) {
      const { nodeid, nlookup } = this.#queue.shift() as Forget;
      return { opcode: FORGET, nodeid, call: { body: { nlookup } } };
    }
    const count = Math.min(fitting, this.#queue.length);
    const data = new Uint8Array(count * fuse_forget_one.size);
    const view = new DataView(data.buffer);
    for (let i = 0; i < count; i++)
      fuse_forget_one.write(view, i * fuse_forget_one.size, this.#queue.shift() as Forget);
    return { opcode: BATCH_FORGET, nodeid: 0n, call: { body: { count }, data } };
  }
}
