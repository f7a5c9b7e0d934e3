import { type Codec, type Field, type Fields, isPadding, isStruct, type Padding } from './fields.ts';
import type { Scalar } from './scalars.ts';
import { readUnique, writeUnique } from './unique.ts';

/** Which fields a layout has, and where. */
export interface Layout {
  readonly size: number; // bytes
  readonly places: readonly Place[];
}

/** A field at an offset in the outermost struct; null when the layout is too old to have it. */
interface Place {
  readonly name: string;
  readonly at: number | null;
  readonly field: Scalar<unknown> | Padding | Layout;
}

/** The size of a field in protocol 7.`minor`; Infinity stands for the newest. */
const sizeIn = (field: Field, minor: number): number =>
  (isStruct(field) ? field.older.find(({ below }) => minor < below)?.size : undefined) ?? field.size;

/** Places fields one after another, as protocol 7.`minor` has them, from `start` on; none that would pass `end`. */
export function layOut(fields: Fields, minor: number, end = Infinity, start = 0): Layout {
  let next = start;
  let full = false;
  const places = Object.entries(fields).map(([name, field]): Place => {
    const size = sizeIn(field, minor);
    full ||= next + size > end;
    const at = full ? null : next;
    const inner = isStruct(field) ? layOut(field.fields, minor, full ? next : next + size, next) : field;
    if (!full) next += size;
    return { name, at, field: inner };
  });
  return { size: next - start, places };
}

/**
 * Turns a layout into straight-line functions, made of nothing but the tables of this folder; `others` serves all
 * other sizes. Five to ten times as fast as walking the table for every message.
 */
export function compile<T>({ size, places }: Layout, others: Codec<T>): Codec<T> {
  const source = `return {
    read(view, at, size = ${size}) {
      if (size < ${size}) return others.read(view, at, size);
      return ${reading(places)};
    },
    write(view, at, value, size = ${size}) {
      if (size !== ${size}) return others.write(view, at, value, size);
      ${writing(places, 'value')}
    },
  };`;
  return new Function('readUnique', 'writeUnique', 'others', source)(readUnique, writeUnique, others) as Codec<T>;
}

const isLayout = (field: Place['field']): field is Layout => 'places' in field;

function reading(places: readonly Place[]): string {
  const members = places.flatMap(({ name, at, field }) => {
    if (isLayout(field)) return `${name}: ${reading(field.places)}`;
    if (isPadding(field)) return [];
    return `${name}: ${at === null ? literal(field.absent) : field.load(at)}`;
  });
  return `{ ${members.join(', ')} }`;
}

function writing(places: readonly Place[], value: string): string {
  const statements = places.map(({ name, at, field }) => {
    if (at === null) return '';
    if (isLayout(field)) {
      const inner = `${value}_${name}`;
      return `const ${inner} = ${value}.${name}; ${writing(field.places, inner)}`;
    }
    return isPadding(field) ? zeros(at, field.size) : field.store(at, `${value}.${name}`);
  });
  return statements.join(' ');
}

const literal = (absent: unknown): string => (typeof absent === 'bigint' ? `${absent}n` : `${absent}`);

function zeros(start: number, size: number): string {
  const statements: string[] = [];
  let i = 0;
  for (; i + 8 <= size; i += 8) statements.push(`view.setFloat64(at + ${start + i}, 0);`);
  for (; i + 4 <= size; i += 4) statements.push(`view.setUint32(at + ${start + i}, 0);`);
  for (; i < size; i++) statements.push(`view.setUint8(at + ${start + i}, 0);`);
  return statements.join(' ');
}
