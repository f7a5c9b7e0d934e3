import { decodeRequest, decodeRequestHeader, type Protocol } from '../../abi/message.ts';
import { type Opcode, opcodeOf } from '../../abi/opcodes.ts';

type Body = Readonly<Record<string, number | bigint>>;

const hex = (value: unknown): string => `0x${Number(value).toString(16)}`;
const octal = (value: unknown): string => Number(value).toString(8);
/** Lock owners have no meaning but to be there or not. */
const owner = (value: unknown): string => (value === 0n ? '0' : 'Y');

/** A number; addresses differ from run to run. */
const ioctlArgument = ({ cmd, arg }: Body): string => (Number(cmd) >= 0x4000_0000 ? '*' : hex(arg));

const setattrNames = 'MODE UID GID SIZE ATIME MTIME FH ATIME_NOW MTIME_NOW LOCKOWNER CTIME KILL_SUIDGID'.split(' ');
const names = (mask: unknown): string => setattrNames.filter((_name, bit) => (Number(mask) >> bit) & 1).join('|');

function lockText({ fh, owner: id, lk, lk_flags }: Body): string {
  const { start, end, type, pid } = lk as unknown as Body;
  const range = `start=${start} end=0x${end?.toString(16)} type=${type} pid=${pid === 0 ? '0' : 'Y'}`;
  return `fh=${fh} owner=${owner(id)} ${range} lk_flags=${lk_flags}`;
}

/** Fields of a request's body, as far as they can be compared from run to run. */
const bodies: Readonly<Record<string, (body: Body) => string>> = {
  FORGET: (b) => `nlookup=${b.nlookup}`,
  GETATTR: (b) => `flags=${b.getattr_flags} fh=${b.fh}`,
  STATX: (b) => `flags=${b.getattr_flags} fh=${b.fh} sx_flags=${hex(b.sx_flags)} sx_mask=${hex(b.sx_mask)}`,
  SETATTR: (b) => `${names(b.valid)} fh=${b.fh} size=${b.size} mode=${octal(b.mode)} uid=${b.uid} gid=${b.gid}`,
  MKNOD: (b) => `mode=${octal(b.mode)} rdev=${hex(b.rdev)} umask=${octal(b.umask)}`,
  MKDIR: (b) => `mode=${octal(b.mode)} umask=${octal(b.umask)}`,
  RENAME: (b) => `newdir=${b.newdir}`,
  RENAME2: (b) => `newdir=${b.newdir} flags=${hex(b.flags)}`,
  LINK: (b) => `oldnodeid=${b.oldnodeid}`,
  OPEN: (b) => `flags=${hex(b.flags)} open_flags=${hex(b.open_flags)}`,
  CREATE: (b) => `flags=${hex(b.flags)} mode=${octal(b.mode)} umask=${octal(b.umask)} open_flags=${hex(b.open_flags)}`,
  READ: (b) =>
    `fh=${b.fh} off=${b.offset} size=${b.size} read_flags=${hex(b.read_flags)} lo=${owner(b.lock_owner)} flags=${hex(b.flags)}`,
  WRITE: (b) =>
    `fh=${b.fh} off=${b.offset} size=${b.size} write_flags=${hex(b.write_flags)} lo=${owner(b.lock_owner)} flags=${hex(b.flags)}`,
  RELEASE: (b) => `fh=${b.fh} flags=${hex(b.flags)} release_flags=${b.release_flags} lo=${owner(b.lock_owner)}`,
  FLUSH: (b) => `fh=${b.fh} lo=${owner(b.lock_owner)}`,
  GETLK: lockText,
  SETLK: lockText,
  SETLKW: lockText,
  FSYNC: (b) => `fh=${b.fh} flags=${b.fsync_flags}`,
  FALLOCATE: (b) => `fh=${b.fh} off=${b.offset} len=${b.length} mode=${hex(b.mode)}`,
  COPY_FILE_RANGE: (b) =>
    `fh=${b.fh_in} off=${b.off_in} to n=${b.nodeid_out} fh=${b.fh_out} off=${b.off_out} len=${b.len} flags=${b.flags}`,
  LSEEK: (b) => `fh=${b.fh} off=${b.offset} whence=${b.whence}`,
  SETXATTR: (b) => `size=${b.size} flags=${b.flags}`,
  GETXATTR: (b) => `size=${b.size}`,
  POLL: (b) => `fh=${b.fh} flags=${b.flags} events=${hex(b.events)}`,
  IOCTL: (b) =>
    `fh=${b.fh} flags=${hex(b.flags)} cmd=${hex(b.cmd)} arg=${ioctlArgument(b)} in=${b.in_size} out=${b.out_size}`,
  ACCESS: (b) => `mask=${b.mask}`,
  NOTIFY_REPLY: (b) => `off=${b.offset} size=${b.size}`,
};
const sameAs: Readonly<Record<string, string>> = {
  OPENDIR: 'OPEN',
  TMPFILE: 'CREATE',
  READDIR: 'READ',
  READDIRPLUS: 'READ',
  RELEASEDIR: 'RELEASE',
  FSYNCDIR: 'FSYNC',
  COPY_FILE_RANGE_64: 'COPY_FILE_RANGE',
  LISTXATTR: 'GETXATTR',
};

/** A request as one line: "LOOKUP n=1 'f'". Forgets in a batch give a line each, as if they had come alone. */
export function describeRequest(message: Uint8Array, protocol: Protocol): readonly string[] {
  const { opcode: number, nodeid } = decodeRequestHeader(message);
  const opcode = opcodeOf(number) as Opcode;
  const request = decodeRequest(opcode, message, protocol);
  if (opcode.name === 'BATCH_FORGET') return batched(request.data);
  const words = [`${opcode.name} n=${nodeid}`];
  const body = bodies[sameAs[opcode.name] ?? opcode.name];
  if (body !== undefined) words.push(body(request.body as Body));
  if (opcode.name === 'IOCTL')
    words.push(`data=${[...request.data.subarray(0, 64)].map((byte) => byte.toString(16)).join(':')}`);
  if (request.names.length > 0) words.push(request.names.map((name) => `'${name.slice(0, 40)}'`).join(' -> '));
  return [words.join(' ')];
}

function batched(data: Uint8Array): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += 16) {
    lines.push(`FORGET n=${view.getBigUint64(at, true)} nlookup=${view.getBigUint64(at + 8, true)}`);
  }
  return lines;
}
