/**
 * A file on a web server as a file here: only the parts that are read are fetched, by requests for ranges of bytes.
 *
 * The remote file may be replaced by another one at any time. Each version that was seen is an inode of its own: who
 * has an old one open gets ESTALE where it would read on, never a mixture, and who opens the file then gets the new one.
 * The content of an inode never changes, so the client may keep it for ever; only the name must be asked for again.
 */
import {
  attrReply,
  EACCES,
  ENOENT,
  ESTALE,
  entryReply,
  FOPEN_KEEP_CACHE,
  FUSE_ROOT_ID,
  type FuseServer,
  fromText,
  listDirents,
  O_ACCMODE,
  O_RDONLY,
  S_IFDIR,
  S_IFREG,
} from 'fusewire/server';
import { BlockCache, type BlockCacheOptions } from './http-file/block-cache.ts';
import { RemoteVersion } from './http-file/remote-version.ts';

/** How remote files are kept. */
export interface HttpFileOptions extends BlockCacheOptions {
  /** Seconds for which the version that was found is taken for the newest one; default 1. */
  readonly trust?: number;
}

interface Inode {
  readonly nodeid: bigint;
  readonly version: RemoteVersion;
  readonly blocks: BlockCache;
  nlookup: number;
}

/** A server whose directory holds the file of one URL. */
export default function httpFile(url: string, { trust = 1, ...options }: HttpFileOptions = {}): FuseServer {
  const name = nameOf(url);
  const inodes = new Map<bigint, Inode>();
  let current: Inode | null = null;
  let lastNodeid = FUSE_ROOT_ID;

  const inodeOf = (nodeid: bigint): Inode => {
    const inode = inodes.get(nodeid);
    if (inode === undefined) throw ESTALE;
    return inode;
  };

  const inodeFor = (version: RemoteVersion): Inode => {
    if (current?.version.isSame(version)) return current;
    const blocks = new BlockCache(version.size, (...range) => version.fetch(...range), options);
    current = { nodeid: ++lastNodeid, version, blocks, nlookup: 0 };
    return current;
  };

  return {
    async lookup({ nodeid, interrupted }, asked) {
      if (nodeid !== FUSE_ROOT_ID || asked !== name) throw ENOENT;
      const inode = inodeFor(await RemoteVersion.find(url, interrupted));
      inode.nlookup++;
      inodes.set(inode.nodeid, inode);
      return entryReply(inode.nodeid, attributesOf(inode), { entry: trust, attr: Infinity });
    },

    /** Old versions that nobody can ask about any more are dropped, with what was fetched of them. */
    forget(nodeid, nlookup) {
      const inode = inodes.get(nodeid);
      if (inode === undefined) return;
      inode.nlookup -= nlookup;
      if (inode.nlookup === 0) inodes.delete(nodeid);
    },

    getattr: ({ nodeid }) => attrReply(nodeid === FUSE_ROOT_ID ? root : attributesOf(inodeOf(nodeid)), Infinity),

    /** The name is there whether or not the web server is. */
    readdir: ({ body }) => listDirents([{ name, ino: current?.nodeid ?? lastNodeid + 1n, mode: S_IFREG }], body),

    /** ESTALE makes the client look the name up again and open what it finds. */
    open({ nodeid, body }) {
      if ((body.flags & O_ACCMODE) !== O_RDONLY) throw EACCES;
      if (inodeOf(nodeid) !== current) throw ESTALE;
      return { open_flags: FOPEN_KEEP_CACHE };
    },

    read: ({ nodeid, body, interrupted }) => inodeOf(nodeid).blocks.read(body.offset, body.size, interrupted),
  };
}

const root = { ino: FUSE_ROOT_ID, mode: S_IFDIR | 0o755, nlink: 2 };

const attributesOf = ({ nodeid, version: { size, modified } }: Inode) => ({
  ino: nodeid,
  mode: S_IFREG | 0o444,
  size,
  mtime: new Date(modified),
});

/** The last part of the URL's path; as it stands there, when decoding makes no name of it. */
function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    const decoded = decodeURIComponent(last);
    return decoded === '' || /[/\0]|^\.\.?$/.test(decoded) ? last || 'index' : fromText(decoded);
  } catch {
    return last;
  }
}
