import { crc32, deflateRawSync } from 'node:zlib';
import { type ByteString, toBytes } from '../../abi/bytes.ts';

/** One member of a zip archive; names are bytes. */
export interface ZipMember {
  readonly path: ByteString;
  readonly body?: ByteString | Uint8Array;
  readonly method?: 'stored' | 'deflated' | number;
  readonly flags?: number;
  /** The system that made it: 3 is Unix, 0 is MS-DOS. */
  readonly system?: number;
  readonly mode?: number;
  readonly attributes?: number; // MS-DOS's
  readonly extra?: Uint8Array;
  /** What the directory says, if not the truth. */
  readonly size?: number;
  readonly crc?: number;
  readonly headerOffset?: number;
}

/** A zip archive with its central directory. */
export function makeZip(...members: readonly ZipMember[]): Uint8Array {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const { local, central } = headersOf(member, offset);
    locals.push(local);
    directory.push(central);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

/** A field of the extra part of a header. */
export function extra(id: number, bytes: readonly number[]): Uint8Array {
  const field = Buffer.alloc(4);
  field.writeUInt16LE(id, 0);
  field.writeUInt16LE(bytes.length, 2);
  return Buffer.concat([field, Uint8Array.from(bytes)]);
}

function headersOf(member: ZipMember, offset: number): { local: Uint8Array; central: Uint8Array } {
  const { path, body = '', method = 'stored', flags = 0, system = 3, mode = 0o100644, attributes = 0 } = member;
  const plain = typeof body === 'string' ? toBytes(body) : body;
  const packed = method === 'deflated' ? deflateRawSync(plain) : plain;
  const name = toBytes(path);
  const fields = Buffer.alloc(26); // what both headers have in common
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(typeof method === 'number' ? method : method === 'deflated' ? 8 : 0, 4);
  fields.writeUInt16LE(0b01100_000010_00011, 6); // 12:02:06
  fields.writeUInt16LE(((2001 - 1980) << 9) | (9 << 5) | 8, 8); // 2001-09-08
  fields.writeUInt32LE(member.crc ?? crc32(plain), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(member.size ?? plain.length, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, packed]);
  fields.writeUInt16LE(member.extra?.length ?? 0, 24);
  const madeBy = Buffer.from([20, system]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(((system === 3 ? mode << 16 : 0) | attributes) >>> 0, 6);
  rest.writeUInt32LE(member.headerOffset ?? offset, 10);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    madeBy,
    fields,
    rest,
    name,
    member.extra ?? new Uint8Array(0),
  ]);
  return { local, central };
}
