import type { Scalar } from './scalars.ts';

/** Bytes that carry nothing: not part of the value, written as zeros. */
export interface Padding {
  readonly size: number; // bytes
  readonly padding: true;
}

/** Padding, spare and unused fields of so many bytes. */
export const pad = (size: number): Padding => ({ size, padding: true });

/** What a struct is made of: scalars, padding, and other structs inlined. */
export type Field = Scalar<unknown> | Padding | Struct<unknown>;
/** Fields by their C names, in C order. */
export type Fields = Readonly<Record<string, Field>>;

/** What the fields describe: numbers, bigints and objects by name, without the padding. */
export type Value<F extends Fields> = {
  [K in keyof F as F[K] extends Padding ? never : K]: F[K] extends Scalar<infer T> | Struct<infer T> ? T : never;
};

/** What a struct describes. */
export type Infer<S> = S extends Struct<infer T> ? T : never;

/**
 * Reads and writes a struct, little-endian.
 *
 * The size may be that of an older layout ({@link Struct.sizeAt}), or any number of bytes that a peer sent or shall be
 * sent: fields beyond it read as 0 and are not written. Without one it is the newest.
 */
export interface Codec<T> {
  read(view: DataView, at: number, size?: number): T;
  write(view: DataView, at: number, value: T, size?: number): void;
}

/** A struct of the kernel's ABI. */
export interface Struct<T> extends Codec<T> {
  readonly name: string;
  readonly size: number; // bytes, newest layout
  readonly fields: Fields;
  /** Sizes of the layouts before the newest, oldest first. */
  readonly older: readonly { readonly below: number; readonly size: number }[];
  /** Bytes on a connection that negotiated protocol 7.`minor` and, of the features that change a size, these. */
  sizeAt(minor: number, features?: Readonly<Record<string, boolean>>): number;
}

/** Whether a field is a struct of its own. */
export const isStruct = (field: Field): field is Struct<unknown> => 'fields' in field;

/** Whether a field carries nothing. */
export const isPadding = (field: Field): field is Padding => 'padding' in field;

/** Where a field lies in the newest layout of its struct, in bytes. */
export function offsetOf<T>(struct: Struct<T>, field: keyof T & string): number {
  let offset = 0;
  for (const [name, { size }] of Object.entries(struct.fields)) {
    if (name === field) return offset;
    offset += size;
  }
  throw new Error(`${struct.name} has no field ${field}`);
}
