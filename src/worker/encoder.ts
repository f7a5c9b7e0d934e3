import { partsOfError } from './errors.ts';
import { SHORT, tags } from './tags.ts';
import type { Transferred } from './transferred.ts';

/** How what is not plain goes to the other thread. */
export interface Kept {
  /** Keeps a function, or something iterable, for the other thread to ask. @returns its number */
  keep(value: object): number;
  readonly transferred: readonly Transferred[];
}

/**
 * Writes values into memory, for a {@link Decoder} in the other thread. Memory that is too small is exchanged for a longer copy of
 * this thread's own.
 */
export class Encoder {
  #bytes: Buffer;
  #view: DataView;
  #at = 0;
  readonly #kept: Kept;

  constructor(memory: Uint8Array, kept: Kept) {
    this.#bytes = Buffer.from(memory.buffer as ArrayBuffer, memory.byteOffset, memory.byteLength);
    this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
    this.#kept = kept;
  }

  /** Where the next value goes. */
  get length(): number {
    return this.#at;
  }

  /** What was written, in the memory that was given or in another. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Begins anew, in the memory that it has. */
  restart(): void {
    this.#at = 0;
  }

  copyTo(memory: Uint8Array, at: number): void {
    memory.set(this.written, at);
  }

  value(value: unknown): void {
    if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'boolean') this.#tag(value ? tags.true : tags.false);
    else if (value === undefined) this.#tag(tags.undefined);
    else if (value === null) this.#tag(tags.null);
    else if (typeof value === 'object') this.#object(value);
    else if (typeof value === 'bigint') {
      this.#tag(tags.bigint);
      this.#string(String(value));
    } else this.#keep(tags.procedure, value as object);
  }

  number(value: number): void {
    this.#room(9);
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#bytes[this.#at] = tags.int32;
      this.#view.setInt32(this.#at + 1, value, true);
      this.#at += 5;
    } else {
      this.#bytes[this.#at] = tags.double;
      this.#view.setFloat64(this.#at + 1, value, true);
      this.#at += 9;
    }
  }

  #tag(tag: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = tag;
  }

  #string(text: string): void {
    const { length } = text;
    this.#room(5 + 2 * length);
    const at = this.#at + 5;
    let isLatin1 = true;
    if (length <= SHORT) {
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        isLatin1 &&= code < 256;
        this.#bytes[at + i] = code;
      }
    } else {
      isLatin1 = /^[\0-\xff]*$/.test(text);
      if (isLatin1) this.#bytes.write(text, at, 'latin1');
    }
    if (!isLatin1) this.#bytes.write(text, at, 'utf16le');
    this.#head(isLatin1 ? tags.latin1 : tags.utf16, length);
    this.#at += isLatin1 ? length : 2 * length;
  }

  #head(tag: number, length: number): void {
    this.#room(5);
    this.#bytes[this.#at] = tag;
    this.#view.setUint32(this.#at + 1, length, true);
    this.#at += 5;
  }

  #object(value: object): void {
    const index = this.#kept.transferred.findIndex(({ kind }) => value instanceof kind);
    if (Array.isArray(value)) this.#array(value);
    else if (ArrayBuffer.isView(value)) this.#memory(value);
    else if (index >= 0) this.#instance(index, value);
    else if (value instanceof Error) {
      this.#tag(tags.error);
      this.#array(partsOfError(value));
    } else if (value instanceof Date) {
      this.#tag(tags.date);
      this.number(value.getTime());
    } else if (value instanceof URL) {
      this.#tag(tags.url);
      this.#string(value.href);
      // A caller's signal stays with the caller.
    } else if (value instanceof AbortSignal) this.#tag(tags.undefined);
    else if (Symbol.iterator in value || Symbol.asyncIterator in value) this.#keep(tags.source, value);
    else this.#fields(value);
  }

  #instance(index: number, value: object): void {
    this.#tag(tags.instance);
    this.number(index);
    this.#array((this.#kept.transferred[index] as Transferred).partsOf(value as never));
  }

  #keep(tag: number, value: object): void {
    this.#tag(tag);
    this.number(this.#kept.keep(value));
  }

  #array(values: readonly unknown[]): void {
    this.#head(tags.array, values.length);
    for (const value of values) this.value(value);
  }

  #memory({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.#head(tags.bytes, byteLength);
    this.#room(byteLength);
    this.#bytes.set(new Uint8Array(buffer, byteOffset, byteLength), this.#at);
    this.#at += byteLength;
  }

  /** What can be read of an object, inherited or not, as node:fs reads its options. */
  #fields(value: object): void {
    const names: string[] = [];
    for (const name in value) names.push(name);
    this.#head(tags.object, names.length);
    for (const name of names) {
      this.#string(name);
      this.value((value as Record<string, unknown>)[name]);
    }
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const longer = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#at + length));
    longer.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = longer;
    this.#view = new DataView(longer.buffer, longer.byteOffset, longer.byteLength);
  }
}
