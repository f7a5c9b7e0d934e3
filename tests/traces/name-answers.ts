import { DirentWriter } from '../../src/abi/dirent.ts';
import { EEXIST, ENODATA, ENOENT, ENOSYS, ENOTEMPTY, ERANGE } from '../../src/abi/errno.ts';
import { DT_DIR, O_EXCL, RENAME_EXCHANGE, RENAME_NOREPLACE, S_IFDIR, S_IFLNK } from '../../src/abi/linux.ts';
import {
  CREATE,
  FSYNCDIR,
  GETXATTR,
  LINK,
  LISTXATTR,
  LOOKUP,
  MKDIR,
  MKNOD,
  OPENDIR,
  READDIR,
  READDIRPLUS,
  READLINK,
  RELEASEDIR,
  REMOVEXATTR,
  RENAME,
  RENAME2,
  RMDIR,
  SETXATTR,
  SYMLINK,
  TMPFILE,
  UNLINK,
} from '../../src/abi/opcodes.ts';
import type {
  fuse_entry_out,
  fuse_getxattr_in,
  fuse_getxattr_out,
  fuse_readdir_in,
  fuse_rename_in,
} from '../../src/abi/structs.ts';
import { type Answered, type AnswerRow, type Asked, answerTo, DONE, type ServerState, validity } from './answers.ts';
import type { Node } from './node.ts';

const owner = ({ header }: Asked): readonly [uid: number, gid: number] => [header.uid, header.gid];

const NOBODY = { nodeid: 0n, generation: 0n, attr_valid: 0, attr_valid_nsec: 0 };

/** What LOOKUP and everything that makes a file is answered. */
function entryOf({ settings }: ServerState, node: Node): fuse_entry_out {
  const [entry_valid, entry_valid_nsec] = validity(settings.entryValid);
  const [attr_valid, attr_valid_nsec] = validity(settings.attrValid);
  return {
    nodeid: BigInt(settings.nodeids[node.ino] ?? node.ino),
    generation: BigInt(settings.generations[node.ino] ?? 0),
    entry_valid,
    attr_valid,
    entry_valid_nsec,
    attr_valid_nsec,
    attr: node.attr(settings.attrFlags),
  };
}

function absent({ settings }: ServerState, node: Node): { body: fuse_entry_out } | typeof ENOENT {
  if (settings.negativeValid === null) return ENOENT;
  const [entry_valid, entry_valid_nsec] = validity(settings.negativeValid);
  const attr = { ...node.attr(0), ino: 0n, mode: 0 };
  return { body: { ...NOBODY, entry_valid, entry_valid_nsec, attr } };
}

const opened = (server: ServerState): { fh: bigint; open_flags: number; backing_id: number } => ({
  fh: server.nextHandle(),
  open_flags: server.settings.openFlags,
  backing_id: server.settings.backingId,
});

const made = (server: ServerState, node: Node): { body: fuse_entry_out } => ({ body: entryOf(server, node) });

function remove(node: Node, name: string): typeof DONE | typeof ENOENT {
  const child = node.names.get(name);
  if (child === undefined) return ENOENT;
  child.nlink--;
  node.names.delete(name);
  return DONE;
}

function move(server: ServerState, asked: Asked<fuse_rename_in>, flags: number): Answered<undefined> {
  const [from = '', to = ''] = asked.names;
  const target = server.nodeOf(asked.body.newdir);
  const child = asked.node.names.get(from);
  if (child === undefined) return ENOENT;
  const other = target.names.get(to);
  if ((flags & RENAME_NOREPLACE) !== 0 && other !== undefined) return EEXIST;
  if ((flags & RENAME_EXCHANGE) !== 0 && other !== undefined) asked.node.names.set(from, other);
  else asked.node.names.delete(from);
  target.names.set(to, child);
  return DONE;
}

function list(
  server: ServerState,
  { node, body }: Asked<fuse_readdir_in>,
  kind: 'plain' | 'plus',
): Answered<undefined> {
  const writer = new DirentWriter(body.size, kind);
  const entries: [name: string, ino: number, type: number, node: Node | null][] = [
    ['.', node.ino, DT_DIR, null],
    ['..', 1, DT_DIR, null],
    ...[...node.names].map(([name, child]): (typeof entries)[number] => [name, child.ino, child.type, child]),
  ];
  for (const [at, [name, ino, type, child]] of entries.entries()) {
    if (at < Number(body.offset)) continue;
    const dirent = { ino: BigInt(ino), off: BigInt(at + 1), type, name };
    if (!writer.add(dirent, child === null ? undefined : entryOf(server, child))) break;
  }
  return { data: writer.bytes };
}

function sized(value: Uint8Array, { body }: Asked<fuse_getxattr_in>): Answered<fuse_getxattr_out> {
  if (body.size === 0) return { body: { size: value.length } };
  return body.size < value.length ? ERANGE : { data: value };
}

/** Requests about names, directories and extended attributes. */
export const nameAnswers: readonly AnswerRow[] = [
  answerTo(LOOKUP, (server, { node, names: [name = ''] }) => {
    const child = name === '.' ? node : node.names.get(name);
    return child === undefined ? absent(server, node) : made(server, child);
  }),
  answerTo(READLINK, (_, { node }) => ({ data: Buffer.from(node.target, 'latin1') })),
  answerTo(SYMLINK, (server, asked) => {
    const [name = '', target = ''] = asked.names;
    const node = server.create(asked.node, name, S_IFLNK | 0o777, owner(asked));
    node.target = target;
    return made(server, node);
  }),
  answerTo(MKNOD, (server, asked) => {
    const { node, body, names } = asked;
    const [name = ''] = names;
    if (node.names.has(name)) return EEXIST;
    const child = server.create(node, name, body.mode, owner(asked));
    child.rdev = body.rdev;
    return made(server, child);
  }),
  answerTo(MKDIR, (server, asked) =>
    made(server, server.create(asked.node, asked.names[0] ?? '', S_IFDIR | asked.body.mode, owner(asked))),
  ),
  answerTo(UNLINK, (_, { node, names: [name = ''] }) => remove(node, name)),
  answerTo(RMDIR, (_, { node, names: [name = ''] }) => {
    if ((node.names.get(name)?.names.size ?? 0) > 0) return ENOTEMPTY;
    return node.names.delete(name) ? DONE : ENOENT;
  }),
  answerTo(RENAME, (server, asked) => move(server, asked, 0)),
  answerTo(RENAME2, (server, asked) => move(server, asked, asked.body.flags)),
  answerTo(LINK, (server, { node, body, names: [name = ''] }) => {
    const old = server.nodeOf(body.oldnodeid);
    node.names.set(name, old);
    old.nlink++;
    return made(server, old);
  }),
  answerTo(CREATE, (server, asked) => {
    const { node, body, names } = asked;
    const [name = ''] = names;
    const known = node.names.get(name);
    if (known !== undefined && (body.flags & O_EXCL) !== 0) return EEXIST;
    const child = known ?? server.create(node, name, body.mode, owner(asked));
    return { body: { entry: entryOf(server, child), open: opened(server) } };
  }),
  answerTo(TMPFILE, (server, asked) => {
    if (!server.settings.hasTmpfile) return ENOSYS;
    const node = server.createUnnamed(asked.body.mode, owner(asked));
    return { body: { entry: entryOf(server, node), open: opened(server) } };
  }),
  answerTo(OPENDIR, (server) => ({ body: { ...opened(server), open_flags: server.settings.opendirFlags } })),
  answerTo(READDIR, (server, asked) => list(server, asked, 'plain')),
  answerTo(READDIRPLUS, (server, asked) => list(server, asked, 'plus')),
  answerTo(RELEASEDIR, () => DONE),
  answerTo(FSYNCDIR, () => DONE),
  answerTo(SETXATTR, (_, { node, names: [name = ''], data }) => {
    node.attributes.set(name, data.slice());
    return DONE;
  }),
  answerTo(GETXATTR, (_, asked) => {
    const value = asked.node.attributes.get(asked.names[0] ?? '');
    return value === undefined ? ENODATA : sized(value, asked);
  }),
  answerTo(LISTXATTR, (_, asked) =>
    sized(Buffer.from([...asked.node.attributes.keys()].map((name) => `${name}\0`).join(''), 'latin1'), asked),
  ),
  answerTo(REMOVEXATTR, (_, { node, names: [name = ''] }) => (node.attributes.delete(name) ? DONE : ENODATA)),
];
