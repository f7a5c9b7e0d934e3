import { fuse_out_header } from '../abi/structs.ts';
import { Garbled } from './garbled.ts';

/**
 * Puts replies together again that a server's splice(2) cut into several packets, by the length in their header.
 * Packets of two replies cannot be told apart once they mingle: keep READs small enough that they are not cut.
 */
export class Reassembly {
  readonly #largest: number;
  #message: Uint8Array | null = null;
  #filled = 0;

  /** `largest` is the most bytes that a reply may have. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /**
   * Takes the next packet. Returns the reply that is now whole: the packet itself, or new memory that its pieces were
   * copied to; null when more must come.
   *
   * @throws Garbled when the packet is no reply, and no part of one
   */
  push(packet: Uint8Array): Uint8Array | null {
    if (this.#message !== null) return this.#append(this.#message, packet);
    if (packet.length < fuse_out_header.size) {
      throw new Garbled(`a packet of ${packet.length} bytes is too short for a reply`);
    }
    const length = new DataView(packet.buffer, packet.byteOffset).getUint32(0, true);
    if (length < packet.length) {
      throw new Garbled(`a packet of ${packet.length} bytes holds a reply that says it has ${length}`);
    }
    if (length > this.#largest) {
      throw new Garbled(`a reply says it has ${length} bytes; at most ${this.#largest} can be`);
    }
    if (length === packet.length) return packet;
    this.#message = new Uint8Array(length);
    this.#message.set(packet);
    this.#filled = packet.length;
    return null;
  }

  #append(message: Uint8Array, packet: Uint8Array): Uint8Array | null {
    if (this.#filled + packet.length > message.length) {
      throw new Garbled(`the pieces of a reply of ${message.length} bytes are longer than that`);
    }
    message.set(packet, this.#filled);
    this.#filled += packet.length;
    if (this.#filled < message.length) return null;
    this.#message = null;
    return message;
  }
}
