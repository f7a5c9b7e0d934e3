import { type ByteString, putBytes, toBytes } from '../../abi/bytes.ts';

/** One header of a tar archive and what is behind it; names are bytes. */
export interface TarMember {
  readonly path: ByteString;
  readonly type?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly target?: ByteString;
  readonly device?: readonly [major: number, minor: number];
  readonly body?: ByteString | Uint8Array;
  /** What the header says of the size of the body, if not the truth. */
  readonly size?: number;
  readonly format?: 'ustar' | 'gnu';
  /** Changes the header before its checksum is made. */
  readonly edit?: (header: Uint8Array) => void;
}

const BLOCK = 512; // bytes

/** A tar archive with its end. */
export const makeTar = (...members: readonly (TarMember | Uint8Array)[]): Uint8Array =>
  Buffer.concat([
    ...members.map((each) => (each instanceof Uint8Array ? each : block(each))),
    new Uint8Array(2 * BLOCK),
  ]);

/** A header with its body, padded. */
export function block(member: TarMember): Uint8Array {
  const { path, type = '0', mode = 0o644, uid = 0, gid = 0, mtime = 0, target = '', device, format = 'ustar' } = member;
  const body = typeof member.body === 'string' ? toBytes(member.body) : (member.body ?? new Uint8Array(0));
  const made = new Uint8Array(BLOCK + Math.ceil(body.length / BLOCK) * BLOCK);
  const put = (at: number, length: number, number: number) =>
    putBytes(made, at, `${number.toString(8).padStart(length - 1, '0')}\0`);
  putBytes(made, 0, path.slice(0, 100));
  put(100, 8, mode);
  put(108, 8, uid);
  put(116, 8, gid);
  put(124, 12, member.size ?? body.length);
  put(136, 12, mtime);
  putBytes(made, 148, `        ${type}${target.slice(0, 100)}`);
  putBytes(made, 257, format === 'ustar' ? 'ustar\x0000' : 'ustar  \0');
  if (device !== undefined) {
    put(329, 8, device[0]);
    put(337, 8, device[1]);
  }
  member.edit?.(made.subarray(0, BLOCK));
  put(
    148,
    7,
    made.subarray(0, BLOCK).reduce((sum, byte) => sum + byte, 0),
  );
  made.set(body, BLOCK);
  return made;
}

/** A pax header of these records, for the next member; of type 'g' for all that follow. */
export function pax(records: Readonly<Record<ByteString, ByteString>>, type: 'x' | 'g' = 'x'): Uint8Array {
  const body = Object.entries(records).map(([keyword, value]) => record(`${keyword}=${value}\n`));
  return block({ path: 'pax', type, body: body.join('') });
}

/** A record starts with its own length, which counts its own digits. */
function record(text: ByteString): ByteString {
  const length = text.length + 1;
  const digits = [1, 2, 3, 4, 5, 6].find((each) => String(length + each).length === each) as number;
  return `${length + digits} ${text}`;
}

/** Bytes that repeat only after a long while. */
export function noise(length: number): Uint8Array {
  const made = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    made[i] = state >>> 16;
  }
  return made;
}
