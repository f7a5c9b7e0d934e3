import { viewOf } from '../../src/abi/bytes.ts';
import { decodeReply, decodeRequest, decodeRequestHeader, type Protocol } from '../../src/abi/message.ts';
import type { Opcode } from '../../src/abi/opcodes.ts';
import * as op from '../../src/abi/opcodes.ts';
import type { fuse_entry_out } from '../../src/abi/structs.ts';
import { fuse_entry_out as entryStruct, type fuse_create_out, fuse_open_out } from '../../src/abi/structs.ts';

const entries = new Set<Opcode>([op.LOOKUP, op.MKNOD, op.MKDIR, op.SYMLINK, op.LINK] as Opcode[]);
const creations = new Set<Opcode>([op.CREATE, op.TMPFILE] as Opcode[]);
const openings = new Set<Opcode>([op.OPEN, op.OPENDIR] as Opcode[]);
const releases = new Set<Opcode>([op.RELEASE, op.RELEASEDIR] as Opcode[]);
const HEADER = 16; // bytes of a reply's header
const ENTRY = 24; // bytes of a directory entry before its name

/** What a server keeps books on: lookups that were not given back, and open handles. Sees every message once. */
export class Ledger {
  /** Lookups less forgets. */
  readonly lookups = new Map<bigint, number>();
  /** Handles that were given out and not released. */
  readonly handles = new Set<bigint>();
  /** What no server should ever see. */
  readonly complaints: string[] = [];
  /** Whether messages are to be trusted; without, only what is forgotten too often counts. */
  readonly #isTrusting: boolean;
  #lastHandle = 100n;

  constructor(isTrusting: boolean) {
    this.#isTrusting = isTrusting;
  }

  /** A request is worked on, or was read that wants no reply. */
  requested(opcode: Opcode, message: Uint8Array, protocol: Protocol): void {
    const { nodeid } = decodeRequestHeader(message);
    const { body, data } = decodeRequest(opcode, message, protocol);
    if (opcode === (op.FORGET as Opcode)) this.#forget(nodeid, BigInt((body as { nlookup: number }).nlookup));
    else if (opcode === (op.BATCH_FORGET as Opcode)) this.#forgetAll(data);
    else if (this.#isTrusting && 'fh' in ((body ?? {}) as object)) this.#uses(opcode, (body as { fh: bigint }).fh);
  }

  #forgetAll(data: Uint8Array): void {
    const view = viewOf(data);
    for (let at = 0; at < data.length; at += 16) {
      this.#forget(view.getBigUint64(at, true), view.getBigUint64(at + 8, true));
    }
  }

  #forget(nodeid: bigint, count: bigint): void {
    const left = (this.lookups.get(nodeid) ?? 0) - Number(count);
    this.lookups.set(nodeid, left);
    if (left < 0) this.complaints.push(`nodeid ${nodeid} was forgotten ${-left} times too often`);
  }

  #uses(opcode: Opcode, fh: bigint): void {
    if (fh !== 0n && !this.handles.has(fh)) this.complaints.push(`${opcode.name} of handle ${fh}, which is not open`);
    if (releases.has(opcode)) this.handles.delete(fh);
  }

  /** Gives a reply that opens a file a handle of its own. */
  stamp(opcode: Opcode, reply: Uint8Array): void {
    const at = openings.has(opcode) ? HEADER : creations.has(opcode) ? HEADER + entryStruct.size : null;
    const size = at === null ? 0 : at + fuse_open_out.size;
    if (at !== null && reply.length === size) viewOf(reply).setBigUint64(at, ++this.#lastHandle, true);
  }

  /** A reply was accepted. */
  replied(opcode: Opcode, reply: Uint8Array, protocol: Protocol): void {
    if (viewOf(reply).getInt32(4, true) !== 0) return;
    if (opcode === (op.READDIRPLUS as Opcode)) this.#listed(reply.subarray(HEADER));
    if (!entries.has(opcode) && !creations.has(opcode) && !openings.has(opcode)) return;
    const decoded = decodeReply(opcode, reply, { protocol, room: 0 });
    if (decoded === null) throw new Error(`an accepted reply to ${opcode.name} that cannot be read`);
    if (entries.has(opcode)) this.#found(decoded.body as fuse_entry_out);
    if (openings.has(opcode)) this.handles.add((decoded.body as { fh: bigint }).fh);
    if (!creations.has(opcode)) return;
    const { entry, open } = decoded.body as ReturnType<typeof fuse_create_out.read>;
    this.#found(entry);
    this.handles.add(open.fh);
  }

  #found({ nodeid }: fuse_entry_out): void {
    if (nodeid !== 0n) this.lookups.set(nodeid, (this.lookups.get(nodeid) ?? 0) + 1);
  }

  /** Every entry but `.` and `..` counts as a lookup. */
  #listed(bytes: Uint8Array): void {
    const view = viewOf(bytes);
    const head = entryStruct.size + ENTRY;
    for (let at = 0; at + head <= bytes.length; ) {
      const length = view.getUint32(at + entryStruct.size + 16, true);
      const name = String.fromCharCode(...bytes.subarray(at + head, at + head + Math.min(length, 3)));
      if (name !== '.' && name !== '..') this.#found(entryStruct.read(view, at));
      at += (head + length + 7) & ~7;
    }
  }

  /** What is still out, once everything should be back. */
  leftovers(isToldOfReleases: boolean): string[] {
    const lookups = [...this.lookups].filter(([nodeid, count]) => count !== 0 && nodeid !== 1n);
    return [
      ...lookups.map(([nodeid, count]) => `nodeid ${nodeid} has ${count} lookups left`),
      ...(isToldOfReleases ? [...this.handles] : []).map((fh) => `handle ${fh} was never released`),
    ];
  }
}
