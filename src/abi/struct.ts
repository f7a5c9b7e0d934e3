import { compile, type Layout, layOut } from './codec.ts';
import { type Codec, type Fields, isStruct, type Struct, type Value } from './fields.ts';

export type { Infer, Struct } from './fields.ts';
export { pad } from './fields.ts';
export { i32, i64, id64, u16, u32, u64, unique64 } from './scalars.ts';

/** Sizes other than the newest: below a minor, and as long as a feature has not been negotiated. */
interface OtherSizes {
  readonly before?: Readonly<Record<number, number>>;
  readonly without?: Readonly<Record<string, number>>;
}

/**
 * Declares a struct: the C name, the C size, and the fields in C order.
 *
 * Sizes are stated, not derived, so that a forgotten field or padding fails when the module loads. The older layouts of
 * a struct inside it are its own as well.
 */
export function struct<F extends Fields>(
  name: string,
  size: number,
  fields: F,
  { before = {}, without = {} }: OtherSizes = {},
): Struct<Value<F>> {
  const layouts = new Map<number, Layout>();

  function add(layout: Layout, stated = layout.size): number {
    if (layout.size !== stated) throw new Error(`struct ${name} is ${stated} bytes in the kernel, ${layout.size} here`);
    layouts.set(stated, layout);
    return stated;
  }

  add(layOut(fields, Infinity), size);
  const older = minorsOf(fields, before).map((below) => ({
    below,
    size: add(layOut(fields, below - 1, before[below]), before[below]),
  }));
  const conditional = Object.entries(without);
  for (const [, stated] of conditional) add(layOut(fields, Infinity, stated), stated);

  const made: Struct<Value<F>> = {
    name,
    size,
    fields,
    older,
    sizeAt(minor, features) {
      for (const layout of older) if (minor < layout.below) return layout.size;
      for (const [feature, stated] of conditional) if (features?.[feature] !== true) return stated;
      return size;
    },
    ...compiledWhenUsed<Value<F>>(size, layouts, (codec) => Object.assign(made, codec)),
  };
  return made;
}

/** The minors at which the struct or one inside it changed its size, ascending. */
function minorsOf(fields: Fields, before: Readonly<Record<number, number>>): number[] {
  const nested = Object.values(fields).flatMap((field) => (isStruct(field) ? field.older : []));
  const minors = new Set([...Object.keys(before).map(Number), ...nested.map(({ below }) => below)]);
  return [...minors].sort((a, b) => a - b);
}

/**
 * A codec that gives way to a compiled one when first used: of all structs a program needs few. Each struct ends with
 * functions of its own, so that calls to them can be inlined.
 */
function compiledWhenUsed<T>(
  size: number,
  layouts: ReadonlyMap<number, Layout>,
  replace: (codec: Codec<T>) => void,
): Codec<T> {
  let compiled: Codec<T> | undefined;

  function codec(): Codec<T> {
    if (compiled === undefined) {
      compiled = compile(layouts.get(size) as Layout, otherSizes(size, layouts, codec));
      replace(compiled);
    }
    return compiled;
  }

  return {
    read: (view, at, bytes) => codec().read(view, at, bytes),
    write: (view, at, value, bytes) => codec().write(view, at, value, bytes),
  };
}

/** Sizes that an older layout has go by that layout; for all others bytes are cut off or zeros added. */
function otherSizes<T>(size: number, layouts: ReadonlyMap<number, Layout>, newest: () => Codec<T>): Codec<T> {
  const byAdapting: Codec<T> = {
    read(view, at, bytes = size) {
      const whole = new Uint8Array(size);
      whole.set(new Uint8Array(view.buffer, view.byteOffset + at, bytes));
      return newest().read(new DataView(whole.buffer), 0);
    },
    write(view, at, value, bytes = size) {
      const whole = new Uint8Array(Math.max(size, bytes));
      newest().write(new DataView(whole.buffer), 0, value);
      new Uint8Array(view.buffer, view.byteOffset + at, bytes).set(whole.subarray(0, bytes));
    },
  };
  const compiled = new Map<number, Codec<T>>();

  function codecFor(bytes: number): Codec<T> {
    const layout = layouts.get(bytes);
    if (layout === undefined) return byAdapting;
    const codec = compiled.get(bytes) ?? compile(layout, byAdapting);
    compiled.set(bytes, codec);
    return codec;
  }

  return {
    read: (view, at, bytes = size) => codecFor(bytes).read(view, at, bytes),
    write: (view, at, value, bytes = size) => codecFor(bytes).write(view, at, value, bytes),
  };
}
