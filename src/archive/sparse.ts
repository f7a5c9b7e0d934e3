import { type ByteString, fromBytes } from '../abi/bytes.ts';
import type { Extent } from './content.ts';
import { BadArchive } from './entry.ts';
import type { Window } from './window.ts';

/** A file with holes: its size with them, and where its data lies. */
export interface SparseMap {
  readonly size: number; // bytes
  readonly extents: readonly Extent[];
}

/** A stretch of data: offset in the file, length. */
type Stretch = readonly [offset: number, length: number];

/** Where a member's bytes lie in the archive. */
interface Body {
  readonly position: number;
  readonly end: number;
}

const BLOCK = 512; // bytes
const STRETCH = 24; // bytes of one in a header

/**
 * Reads the map of a member of type 'S': four stretches in its header, more in blocks between header and data.
 * Returns where the data starts too.
 *
 * @throws BadArchive
 * @see GNU tar's manual, "Storing Sparse Files"
 */
export async function readOldGnuMap(
  header: Uint8Array,
  window: Window,
  position: number,
): Promise<{ readonly size: number; readonly stretches: readonly Stretch[]; readonly start: number }> {
  const size = numberIn(header, 483);
  const stretches = stretchesIn(header, 386, 4);
  let start = position;
  for (let goesOn = header[482] !== 0; goesOn; start += BLOCK) {
    if (start - position > LARGEST_MAP) throw badMap();
    const block = await window.read(start, BLOCK);
    if (block.length < BLOCK) throw new BadArchive('cut off in a map of a sparse file');
    stretches.push(...stretchesIn(block, 0, 21));
    goesOn = block[504] !== 0;
  }
  return { size, stretches, start };
}

/**
 * Reads the map that stands in front of the data in format 1.0: decimal numbers, a line each, the first their count.
 *
 * @throws BadArchive
 */
export async function readMapInBody(
  window: Window,
  body: Body,
): Promise<{ readonly stretches: readonly Stretch[]; readonly start: number }> {
  let text = '';
  let lines = 0;
  let wanted = Infinity;
  let start = body.position;
  for (; lines < wanted; start += BLOCK) {
    if (start + BLOCK > body.end || start - body.position > LARGEST_MAP) throw badMap();
    const block = await window.read(start, BLOCK);
    text += fromBytes(block);
    lines += block.reduce((sum, byte) => (byte === NEWLINE ? sum + 1 : sum), 0);
    if (wanted === Infinity && lines > 0) wanted = 1 + 2 * count(text.slice(0, text.indexOf('\n')));
  }
  return { stretches: paired(text.split('\n').slice(1, wanted)), start };
}

/** The map that a pax record holds in format 0.1: numbers between commas. @throws BadArchive */
export const readMapInRecord = (text: ByteString): readonly Stretch[] => paired(text.split(','));

/** Lays stretches on the bytes of a member. @throws BadArchive when they overlap, or are more than there is */
export function layOut(size: number, stretches: readonly Stretch[], body: Body): SparseMap {
  const extents: Extent[] = [];
  let { position } = body;
  let behind = 0;
  for (const [offset, length] of stretches) {
    const isGood = offset >= behind && offset + length <= size && position + length <= body.end;
    if (!isGood) throw badMap();
    if (length > 0) extents.push({ offset, length, position });
    position += length;
    behind = offset + length;
  }
  return { size, extents };
}

/** More than the map of any file that is of use, in bytes. */
const LARGEST_MAP = 2 ** 22;
const NEWLINE = 0x0a;

const badMap = (): BadArchive => new BadArchive('a bad map of a sparse file');

function count(digits: string): number {
  if (!/^[0-9]{1,15}$/.test(digits)) throw badMap();
  return Number(digits);
}

function paired(numbers: readonly string[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (let i = 0; i < numbers.length; i += 2) stretches.push([count(numbers[i] ?? ''), count(numbers[i + 1] ?? '')]);
  return stretches;
}

/** The stretches that a block has room for; one without a length field ends them. */
function stretchesIn(block: Uint8Array, at: number, room: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let i = 0; i < room; i++) {
    const start = at + i * STRETCH;
    if (block[start + 12] === 0) break;
    stretches.push([numberIn(block, start), numberIn(block, start + 12)]);
  }
  return stretches;
}

/** A field of 12 bytes: octal digits, or a big-endian number behind a byte of 0x80. */
function numberIn(block: Uint8Array, at: number): number {
  let number = 0;
  if (block[at] === 0x80) {
    for (const byte of block.subarray(at + 1, at + 12)) number = number * 256 + byte;
  } else {
    const digits = fromBytes(block, at, at + 12)
      .replace(/[\0 ]+$/, '')
      .trimStart();
    number = /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
  }
  if (!Number.isSafeInteger(number)) throw badMap();
  return number;
}
