import { errorOf } from './errors.ts';
import { SHORT, tags } from './tags.ts';
import type { Transferred } from './transferred.ts';

/** What stands for a value that stayed in the other thread. */
export interface StandIns {
  procedure(number: number): unknown;
  source(number: number): unknown;
  readonly transferred: readonly Transferred[];
}

/** Reads what an {@link Encoder} wrote. Nothing of the result refers to the memory. */
export class Decoder {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;
  readonly #standIns: StandIns;

  constructor(memory: Uint8Array, standIns: StandIns) {
    this.#bytes = Buffer.from(memory.buffer as ArrayBuffer, memory.byteOffset, memory.byteLength);
    this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
    this.#standIns = standIns;
  }

  /** The next value is there. */
  seek(at: number): void {
    this.#at = at;
  }

  value(): unknown {
    const tag = this.#bytes[this.#at++] as number;
    return (readers[tag] as (decoder: Decoder) => unknown)(this);
  }

  number(): number {
    return this.value() as number;
  }

  int32(): number {
    const value = this.#view.getInt32(this.#at, true);
    this.#at += 4;
    return value;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  latin1(): string {
    const length = this.#length();
    const at = this.#at;
    this.#at += length;
    if (length > SHORT) return this.#bytes.toString('latin1', at, at + length);
    let text = '';
    for (let i = at; i < at + length; i++) text += String.fromCharCode(this.#bytes[i] as number);
    return text;
  }

  utf16(): string {
    const length = 2 * this.#length();
    this.#at += length;
    return this.#bytes.toString('utf16le', this.#at - length, this.#at);
  }

  bytes(): Buffer {
    const length = this.#length();
    this.#at += length;
    const copy = Buffer.allocUnsafeSlow(length);
    copy.set(this.#bytes.subarray(this.#at - length, this.#at));
    return copy;
  }

  array(): unknown[] {
    const made: unknown[] = [];
    for (let left = this.#length(); left > 0; left--) made.push(this.value());
    return made;
  }

  object(): object {
    const made: Record<string, unknown> = {};
    for (let left = this.#length(); left > 0; left--) {
      const name = this.value() as string;
      made[name] = this.value();
    }
    return made;
  }

  instance(): unknown {
    const row = this.#standIns.transferred[this.number()] as Transferred;
    return row.make(this.value() as unknown[]);
  }

  procedure(): unknown {
    return this.#standIns.procedure(this.number());
  }

  source(): unknown {
    return this.#standIns.source(this.number());
  }

  #length(): number {
    const length = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return length;
  }
}

/** By tag. */
const readers: readonly ((decoder: Decoder) => unknown)[] = Object.entries({
  undefined: () => undefined,
  null: () => null,
  false: () => false,
  true: () => true,
  int32: (decoder) => decoder.int32(),
  double: (decoder) => decoder.double(),
  bigint: (decoder) => BigInt(decoder.value() as string),
  latin1: (decoder) => decoder.latin1(),
  utf16: (decoder) => decoder.utf16(),
  bytes: (decoder) => decoder.bytes(),
  date: (decoder) => new Date(decoder.number()),
  url: (decoder) => new URL(decoder.value() as string),
  array: (decoder) => decoder.array(),
  object: (decoder) => decoder.object(),
  error: (decoder) => errorOf(decoder.value() as unknown[]),
  instance: (decoder) => decoder.instance(),
  procedure: (decoder) => decoder.procedure(),
  source: (decoder) => decoder.source(),
} satisfies Record<keyof typeof tags, (decoder: Decoder) => unknown>).reduce(
  (all: ((decoder: Decoder) => unknown)[], [name, read]) => {
    all[tags[name as keyof typeof tags]] = read;
    return all;
  },
  [],
);
