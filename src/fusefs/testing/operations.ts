import { type ByteString, toBytes } from '../../abi/bytes.ts';
import { DirentWriter } from '../../abi/dirent.ts';
import { EEXIST, ENODATA, ENOENT, ENOSYS, ENOTEMPTY, ERANGE, type Errno } from '../../abi/errno.ts';
import { FATTR_GID, FATTR_MODE, FATTR_SIZE, FATTR_UID } from '../../abi/fuse.ts';
import { O_EXCL, O_TRUNC, RENAME_EXCHANGE, S_IALLUGO, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../abi/linux.ts';
import type * as structs from '../../abi/structs.ts';
import type { ScriptedServer } from './scripted-server.ts';
import { attrOf, type Node } from './tree.ts';

/** What a server answers: an errno, or the body and the bytes of a reply. */
export type Answer = Errno | { readonly body?: object; readonly data?: Uint8Array };

interface Request<Body> {
  readonly nodeid: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly body: Body;
  readonly names: readonly ByteString[];
  readonly data: Uint8Array;
}

// biome-ignore lint/suspicious/noExplicitAny: each operation knows its own body
type Operation = (server: ScriptedServer, request: Request<any>) => Answer | undefined;

/** An operation that makes the first of its names, which may not exist. */
const making =
  (make: Operation): Operation =>
  (server, request) =>
    server.tree.node(request.nodeid).children.has(request.names[0] ?? '') ? EEXIST : make(server, request);

/** What an honest server does, by opcode. Those that are not here succeed and do nothing. */
export const operations: Readonly<Record<string, Operation>> = {
  LOOKUP: (server, { nodeid, names: [name = ''] }) => {
    const child = server.tree.node(nodeid).children.get(name);
    if (child !== undefined) return { body: entryOf(server, server.tree.node(child)) };
    const { negativeValid } = server.script;
    return negativeValid === null ? ENOENT : { body: absent(server, negativeValid) };
  },

  GETATTR: (server, { nodeid }) => ({ body: attrOutOf(server, server.tree.node(nodeid)) }),
  STATX: (server, { nodeid }) => statx(server, server.tree.node(nodeid)),

  SETATTR: (server, { nodeid, body }: Request<structs.fuse_setattr_in>) => {
    const node = server.tree.node(nodeid);
    if ((body.valid & FATTR_MODE) !== 0) node.mode = (node.mode & S_IFMT) | (body.mode & S_IALLUGO);
    if ((body.valid & FATTR_UID) !== 0) node.uid = body.uid;
    if ((body.valid & FATTR_GID) !== 0) node.gid = body.gid;
    if ((body.valid & FATTR_SIZE) !== 0) node.data = resized(node.data, body.size);
    return { body: attrOutOf(server, node) };
  },

  READLINK: (server, { nodeid }) => ({ data: toBytes(server.tree.node(nodeid).target) }),

  SYMLINK: making((server, { nodeid, names: [name = '', target = ''], ...owner }) => {
    const node = server.tree.make(nodeid, name, S_IFLNK | 0o777, owner);
    node.target = target;
    return { body: entryOf(server, node) };
  }),

  MKNOD: making((server, { nodeid, names: [name = ''], body, ...owner }: Request<structs.fuse_mknod_in>) => {
    const node = server.tree.make(nodeid, name, body.mode, owner);
    node.rdev = body.rdev;
    return { body: entryOf(server, node) };
  }),

  MKDIR: making((server, { nodeid, names: [name = ''], body, ...owner }: Request<structs.fuse_mkdir_in>) => ({
    body: entryOf(server, server.tree.make(nodeid, name, S_IFDIR | body.mode, owner)),
  })),

  UNLINK: (server, request) => remove(server, request),
  RMDIR: (server, request) => remove(server, request),
  RENAME: (server, request) => rename(server, request),
  RENAME2: (server, request) =>
    (request.body.flags & RENAME_EXCHANGE) === 0 ? rename(server, request) : exchange(server, request),

  LINK: making((server, { nodeid, names: [name = ''], body }: Request<structs.fuse_link_in>) => {
    const node = server.tree.node(body.oldnodeid);
    server.tree.node(nodeid).children.set(name, node.nodeid);
    node.nlink++;
    return { body: entryOf(server, node) };
  }),

  OPEN: (server, { nodeid, body }: Request<structs.fuse_open_in>) => {
    const node = server.tree.node(nodeid);
    if ((body.flags & O_TRUNC) !== 0) node.data = new Uint8Array(0);
    return { body: openOut(server, server.script.openFlags) };
  },

  OPENDIR: (server) => ({ body: openOut(server, server.script.opendirFlags) }),

  CREATE: (server, { nodeid, names: [name = ''], body, ...owner }: Request<structs.fuse_create_in>) => {
    const found = server.tree.node(nodeid).children.get(name);
    const node = found === undefined ? server.tree.make(nodeid, name, body.mode, owner) : server.tree.node(found);
    if (found !== undefined && ((body.flags & O_EXCL) !== 0 || (node.mode & S_IFMT) !== S_IFREG)) return EEXIST;
    return { body: { entry: entryOf(server, node), open: openOut(server, server.script.openFlags) } };
  },

  TMPFILE: (server, { body, ...owner }: Request<structs.fuse_create_in>) => {
    const node = server.tree.unnamed(body.mode, owner);
    return { body: { entry: entryOf(server, node), open: openOut(server, server.script.openFlags) } };
  },

  READ: (server, { nodeid, body }: Request<structs.fuse_read_in>) => ({
    data: server.tree.node(nodeid).data.slice(body.offset, body.offset + body.size),
  }),

  WRITE: (server, { nodeid, body, data }: Request<structs.fuse_write_in>) => {
    const node = server.tree.node(nodeid);
    node.data = resized(node.data, Math.max(node.data.length, body.offset + data.length));
    node.data.set(data, body.offset);
    node.mtime++;
    return { body: { size: data.length } };
  },

  STATFS: () => ({
    body: {
      st: { blocks: 1000, bfree: 500, bavail: 400, files: 100, ffree: 50, bsize: 4096, namelen: 255, frsize: 4096 },
    },
  }),

  READDIR: (server, request) => list(server, request, 'plain'),
  READDIRPLUS: (server, request) => list(server, request, 'plus'),

  SETXATTR: (server, { nodeid, names: [name = ''], data }) => {
    server.tree.node(nodeid).xattrs.set(name, data.slice());
    return {};
  },

  GETXATTR: (server, { nodeid, names: [name = ''], body }: Request<structs.fuse_getxattr_in>) =>
    sized(server.tree.node(nodeid).xattrs.get(name), body.size),

  LISTXATTR: (server, { nodeid, body }: Request<structs.fuse_getxattr_in>) =>
    sized(toBytes([...server.tree.node(nodeid).xattrs.keys()].map((name) => `${name}\0`).join('')), body.size),

  REMOVEXATTR: (server, { nodeid, names: [name = ''] }) =>
    server.tree.node(nodeid).xattrs.delete(name) ? {} : ENODATA,
};

function list(
  server: ScriptedServer,
  { nodeid, body }: Request<structs.fuse_readdir_in>,
  kind: 'plain' | 'plus',
): Answer {
  const writer = new DirentWriter(body.size, kind);
  const names: [ByteString, bigint][] = [['.', nodeid], ['..', 1n], ...server.tree.node(nodeid).children];
  for (let at = Number(body.offset); at < names.length; at++) {
    const [name, ino] = names[at] as [ByteString, bigint];
    const node = server.tree.node(ino);
    const dirent = { ino, off: BigInt(at + 1), type: node.mode >> 12, name };
    if (!writer.add(dirent, entryOf(server, node))) break;
  }
  return { data: writer.bytes };
}

/** The reply that gives a node a name. */
export function entryOf({ script }: ScriptedServer, node: Node): structs.fuse_entry_out {
  const { nodeid } = node;
  return {
    nodeid: script.nodeids.get(nodeid) ?? nodeid,
    generation: script.generations.get(nodeid) ?? 0n,
    ...validity('entry', script.entryValid),
    ...validity('attr', script.attrValid),
    attr: attrOf(node),
  };
}

function attrOutOf({ script }: ScriptedServer, node: Node): structs.fuse_attr_out {
  return { ...validity('attr', script.attrValid), attr: attrOf(node) };
}

/** The reply that says a name is absent. */
function absent(server: ScriptedServer, seconds: number): structs.fuse_entry_out {
  const nothing = entryOf(server, server.tree.node(1n));
  return { ...nothing, nodeid: 0n, ...validity('entry', seconds) };
}

type Validity<Of extends string> = Record<`${Of}_valid` | `${Of}_valid_nsec`, number>;

function validity<Of extends string>(of: Of, seconds: number): Validity<Of> {
  const whole = Math.floor(seconds);
  const fields = { [`${of}_valid`]: whole, [`${of}_valid_nsec`]: Math.round((seconds - whole) * 1e9) };
  return fields as Validity<Of>;
}

function openOut(server: ScriptedServer, open_flags: number): structs.fuse_open_out {
  return { fh: server.newHandle(), open_flags, backing_id: 0 };
}

function statx({ script }: ScriptedServer, node: Node): Answer {
  if (script.statxMask === 0) return ENOSYS;
  const { ino, size, blocks, nlink, uid, gid, mode, blksize, mtime } = attrOf(node);
  const time = { tv_sec: mtime, tv_nsec: 0 };
  const devices = { rdev_major: 0, rdev_minor: 0, dev_major: 0, dev_minor: 0 };
  const times = { atime: time, ctime: time, mtime: time, btime: { tv_sec: 777, tv_nsec: 5 } };
  const attributes = { attributes: 0n, attributes_mask: 0n };
  const known = { mask: script.statxMask, ino, size, blocks, nlink, uid, gid, mode, blksize };
  return {
    body: { ...validity('attr', script.attrValid), flags: 0, stat: { ...known, ...attributes, ...times, ...devices } },
  };
}

function remove({ tree }: ScriptedServer, { nodeid, names: [name = ''] }: Request<unknown>): Answer {
  const dir = tree.node(nodeid);
  const child = dir.children.get(name);
  if (child === undefined) return ENOENT;
  if (tree.node(child).children.size > 0) return ENOTEMPTY;
  dir.children.delete(name);
  tree.node(child).nlink--;
  return {};
}

function rename({ tree }: ScriptedServer, request: Request<structs.fuse_rename_in>): Answer {
  const [from = '', to = ''] = request.names;
  const dir = tree.node(request.nodeid);
  const moved = dir.children.get(from);
  if (moved === undefined) return ENOENT;
  dir.children.delete(from);
  tree.node(request.body.newdir).children.set(to, moved);
  return {};
}

function exchange({ tree }: ScriptedServer, { nodeid, names, body }: Request<structs.fuse_rename2_in>): Answer {
  const [from = '', to = ''] = names;
  const source = tree.node(nodeid).children;
  const target = tree.node(body.newdir).children;
  const one = source.get(from);
  const other = target.get(to);
  if (one === undefined || other === undefined) return ENOENT;
  source.set(from, other);
  target.set(to, one);
  return {};
}

function sized(value: Uint8Array | undefined, room: number): Answer {
  if (value === undefined) return ENODATA;
  if (room === 0) return { body: { size: value.length } };
  return value.length > room ? ERANGE : { data: value };
}

function resized(data: Uint8Array, size: number): Uint8Array {
  const made = new Uint8Array(size);
  made.set(data.subarray(0, size));
  return made;
}
