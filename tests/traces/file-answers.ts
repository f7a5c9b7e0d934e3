import { ENOSYS } from '../../src/abi/errno.ts';
import * as fuse from '../../src/abi/fuse.ts';
import { F_UNLCK, FALLOC_FL_KEEP_SIZE, O_TRUNC, S_IFMT, SEEK_DATA } from '../../src/abi/linux.ts';
import {
  ACCESS,
  COPY_FILE_RANGE,
  COPY_FILE_RANGE_64,
  DESTROY,
  FALLOCATE,
  FLUSH,
  FSYNC,
  GETATTR,
  GETLK,
  IOCTL,
  LSEEK,
  OPEN,
  POLL,
  READ,
  RELEASE,
  SETATTR,
  SETLK,
  SETLKW,
  STATFS,
  STATX,
  SYNCFS,
  WRITE,
} from '../../src/abi/opcodes.ts';
import type {
  fuse_attr_out,
  fuse_copy_file_range_in,
  fuse_setattr_in,
  fuse_statx,
  fuse_write_in,
  fuse_write_out,
} from '../../src/abi/structs.ts';
import { type Answered, type AnswerRow, type Asked, answerTo, DONE, type ServerState, validity } from './answers.ts';
import type { Moment, Node } from './node.ts';

function attributesOf({ settings }: ServerState, node: Node): { body: fuse_attr_out } {
  const [attr_valid, attr_valid_nsec] = validity(settings.attrValid);
  return { body: { attr_valid, attr_valid_nsec, attr: node.attr(settings.attrFlags) } };
}

/** What STATX says of when a file was made. */
const BIRTH: Moment = [777, 5];

function statxOf(node: Node, mask: number): fuse_statx {
  const { attr, time } = { attr: node.attr(0), time: ([tv_sec, tv_nsec]: Moment) => ({ tv_sec, tv_nsec }) };
  const { ino, size, nlink, uid, gid, mode } = attr;
  const devices = { rdev_major: 0, rdev_minor: 0, dev_major: 0, dev_minor: 0 };
  const facts = {
    mask,
    blksize: 4096,
    attributes: 0n,
    attributes_mask: 0n,
    nlink,
    uid,
    gid,
    mode,
    ino,
    size,
    blocks: 0,
  };
  const times = { atime: time(node.atime), btime: time(BIRTH), ctime: time(node.ctime), mtime: time(node.mtime) };
  return { ...facts, ...times, ...devices };
}

function change(node: Node, body: fuse_setattr_in): void {
  const has = (bit: number): boolean => (body.valid & bit) !== 0;
  if (has(fuse.FATTR_MODE)) node.mode = (node.mode & S_IFMT) | (body.mode & ~S_IFMT);
  if (has(fuse.FATTR_UID)) node.uid = body.uid;
  if (has(fuse.FATTR_GID)) node.gid = body.gid;
  if (has(fuse.FATTR_SIZE)) node.resize(body.size);
  if (has(fuse.FATTR_ATIME)) node.atime = [body.atime, body.atimensec];
  if (has(fuse.FATTR_MTIME)) node.mtime = [body.mtime, body.mtimensec];
  if (has(fuse.FATTR_CTIME)) node.ctime = [body.ctime, body.ctimensec];
}

function write({ settings }: ServerState, { node, body, data }: Asked<fuse_write_in>): Answered<fuse_write_out> {
  const taken = data.subarray(0, Math.min(data.length, settings.shortWrite));
  node.write(body.offset, taken);
  if (settings.writesChangeTimes) node.mtime = [node.mtime[0] + 1, 0];
  return { body: { size: settings.writeResult ?? taken.length } };
}

function copy(server: ServerState, { node, body }: Asked<fuse_copy_file_range_in>): number {
  const from = body.off_in;
  const data = node.data.slice(from, from + body.len);
  server.nodeOf(body.nodeid_out).write(body.off_out, data);
  return data.length;
}

/** What statfs(2) is told. */
const SPACE = { blocks: 1000, bfree: 500, bavail: 400, files: 100, ffree: 50, bsize: 4096, namelen: 255, frsize: 4096 };

/** Requests about attributes, open files and their contents. */
export const fileAnswers: readonly AnswerRow[] = [
  answerTo(GETATTR, (server, { node }) => attributesOf(server, node)),
  answerTo(STATX, (server, { node }) => {
    const { statxMask, attrValid } = server.settings;
    if (statxMask === null) return ENOSYS;
    const [attr_valid, attr_valid_nsec] = validity(attrValid);
    return { body: { attr_valid, attr_valid_nsec, flags: 0, stat: statxOf(node, statxMask) } };
  }),
  answerTo(SETATTR, (server, { node, body }) => {
    change(node, body);
    return attributesOf(server, node);
  }),
  answerTo(STATFS, () => ({ body: { st: SPACE } })),
  answerTo(ACCESS, ({ settings }) => (settings.accessAllowed ? DONE : ENOSYS)),
  answerTo(OPEN, (server, { node, body }) => {
    if ((body.flags & O_TRUNC) !== 0) node.resize(0);
    const { openFlags, backingId } = server.settings;
    return { body: { fh: server.nextHandle(), open_flags: openFlags, backing_id: backingId } };
  }),
  answerTo(READ, (_, { node, body }) => ({
    data: node.data.slice(body.offset, body.offset + body.size),
  })),
  answerTo(WRITE, write),
  answerTo(FLUSH, () => DONE),
  answerTo(FSYNC, () => DONE),
  answerTo(RELEASE, () => DONE),
  answerTo(FALLOCATE, (_, { node, body }) => {
    const end = body.offset + body.length;
    if ((body.mode & FALLOC_FL_KEEP_SIZE) === 0 && end > node.data.length) node.resize(end);
    return DONE;
  }),
  answerTo(LSEEK, (_, { node, body }) => ({
    body: { offset: body.whence === SEEK_DATA ? body.offset : node.data.length },
  })),
  answerTo(COPY_FILE_RANGE, (server, asked) => ({ body: { size: copy(server, asked) } })),
  answerTo(COPY_FILE_RANGE_64, (server, asked) => ({ body: { bytes_copied: copy(server, asked) } })),
  answerTo(GETLK, (_, { body }) => {
    const { start, end } = body.lk;
    return { body: { lk: { start, end, type: F_UNLCK, pid: 0 } } };
  }),
  answerTo(SETLK, () => DONE),
  answerTo(SETLKW, () => DONE),
  answerTo(POLL, ({ settings: { revents } }) => (revents === null ? ENOSYS : { body: { revents } })),
  answerTo(IOCTL, (_, { body }) => ({
    body: { result: 0, flags: 0, in_iovs: 0, out_iovs: 0 },
    data: new Uint8Array(body.out_size).fill(7),
  })),
  answerTo(SYNCFS, () => DONE),
  answerTo(DESTROY, () => DONE),
];
