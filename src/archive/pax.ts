import { type ByteString, fromBytes } from '../abi/bytes.ts';
import { XATTR_NAME_MAX, XATTR_SIZE_MAX } from '../abi/linux.ts';
import type { Time } from '../server/time.ts';
import { BadArchive } from './entry.ts';

/** What pax extended headers say about a member, by keyword. */
export interface PaxRecords {
  get(keyword: ByteString): ByteString | undefined;
}

const DIGITS = /^[0-9]+$/;
const XATTR = 'SCHILY.xattr.';

/**
 * Reads the records of a pax header, each 'LENGTH KEYWORD=VALUE\n', as bytes: names may be in no certain encoding, and
 * values of xattrs are no text at all. The last of a keyword counts.
 *
 * @throws BadArchive
 * @see pax(1), "pax Extended Header"
 */
export function readPaxRecords(bytes: Uint8Array): Map<ByteString, ByteString> {
  const records = new Map<ByteString, ByteString>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? '' : fromBytes(bytes, at, space);
    const end = at + Number(digits);
    const isWhole = DIGITS.test(digits) && end > space && end <= bytes.length && bytes[end - 1] === 0x0a;
    const equals = isWhole ? bytes.subarray(0, end).indexOf(0x3d, space) : -1;
    if (equals === -1) throw new BadArchive('a pax header has a malformed record');
    records.set(fromBytes(bytes, space + 1, equals), fromBytes(bytes, equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** A whole number of a record, null when there is none. @throws BadArchive */
export function paxNumber(records: PaxRecords, keyword: ByteString): number | null {
  const text = records.get(keyword);
  if (text === undefined) return null;
  const number = DIGITS.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new BadArchive(`a pax header has no number as ${keyword}`);
  return number;
}

/** A time of a record, to the nanosecond, null when there is none. @throws BadArchive */
export function paxTime(records: PaxRecords, keyword: ByteString): Time | null {
  const text = records.get(keyword);
  if (text === undefined) return null;
  const [, sign, whole, fraction = ''] = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text) ?? [];
  if (whole === undefined) throw new BadArchive(`a pax header has no time as ${keyword}`);
  const seconds = Number(whole);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign !== '-') return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}

/** The extended attributes among records, as far as Linux could have them. */
export function paxXattrs(records: ReadonlyMap<ByteString, ByteString>): Map<ByteString, ByteString> {
  const found = new Map<ByteString, ByteString>();
  for (const [keyword, value] of records) {
    if (!keyword.startsWith(XATTR) || value.length > XATTR_SIZE_MAX) continue;
    const name = keyword.slice(XATTR.length);
    if (name !== '' && name.length <= XATTR_NAME_MAX && !name.includes('\0')) found.set(name, value);
  }
  return found;
}
