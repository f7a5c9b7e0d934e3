import { S_IFDIR, S_IFMT, S_IFREG } from '../../src/abi/linux.ts';
import type { fuse_attr } from '../../src/abi/structs.ts';

/** Seconds and nanoseconds since 1970. */
export type Moment = readonly [seconds: number, nanoseconds: number];

/** When every file of a trace's server was made. */
const BORN: Moment = [1_000_000_000, 0];

/** A file of a trace's server. */
export class Node {
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  data: Uint8Array = new Uint8Array(0);
  /** The text of a symlink; its length is the size of what is no regular file. */
  target = '';
  rdev = 0;
  blksize = 4096;
  atime = BORN;
  mtime = BORN;
  ctime = BORN;
  readonly names = new Map<string, Node>();
  readonly attributes = new Map<string, Uint8Array>();

  constructor(ino: number, mode: number, [uid, gid]: readonly [uid: number, gid: number] = [0, 0]) {
    this.ino = ino;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.nlink = (mode & S_IFMT) === S_IFDIR ? 2 : 1;
  }

  get type(): number {
    return (this.mode & S_IFMT) >>> 12;
  }

  /** Makes the data so long, with zeros at its end. */
  resize(size: number): void {
    const data = new Uint8Array(size);
    data.set(this.data.subarray(0, size));
    this.data = data;
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > this.data.length) this.resize(offset + bytes.length);
    this.data.set(bytes, offset);
  }

  attr(flags: number): fuse_attr {
    const { mode, nlink, uid, gid, rdev, blksize, data } = this;
    const size = (mode & S_IFMT) === S_IFREG ? data.length : this.target.length;
    const [[atime, atimensec], [mtime, mtimensec], [ctime, ctimensec]] = [this.atime, this.mtime, this.ctime];
    const times = { atime, mtime, ctime, atimensec, mtimensec, ctimensec };
    const blocks = Math.ceil(data.length / 512);
    return { ino: BigInt(this.ino), size, blocks, ...times, mode, nlink, uid, gid, rdev, blksize, flags };
  }
}
