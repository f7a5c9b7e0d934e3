import { EOPNOTSUPP, EPERM } from '../../abi/errno.ts';
import {
  FATTR_ATIME,
  FATTR_ATIME_NOW,
  FATTR_GID,
  FATTR_MODE,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  FATTR_UID,
} from '../../abi/fuse.ts';
import { O_WRONLY, S_IALLUGO, S_IFLNK } from '../../abi/linux.ts';
import type { fuse_setattr_in } from '../../abi/structs.ts';
import { type Time, timeOf } from '../time.ts';
import type { Backing } from './backing.ts';
import type { Locator } from './locator.ts';
import type { Node } from './node.ts';
import { exact, type OpenFile, statOfFile, truncate } from './open-file.ts';
import type { PathFile } from './shape.ts';
import { type Stat, typeOf } from './stat.ts';

/** Where attributes are changed: an open file, or a path. */
interface Target {
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  utimes(atime: number | Date, mtime: number | Date): Promise<void>;
}

const ATIMES = FATTR_ATIME | FATTR_ATIME_NOW;
const MTIMES = FATTR_MTIME | FATTR_MTIME_NOW;

/** Does what SETATTR asks for. Who uses it keeps renames out meanwhile. */
export class Changes {
  readonly #backing: Backing;
  readonly #locator: Locator;

  constructor(backing: Backing, locator: Locator) {
    this.#backing = backing;
    this.#locator = locator;
  }

  /** Changes a file by one of its opens, where there is one, else by its path, and returns what it then is. */
  async apply(node: Node, open: OpenFile | undefined, body: fuse_setattr_in): Promise<Stat> {
    return await (open === undefined ? this.#byPath(node, body) : open.use((file) => this.#byFile(open, file, body)));
  }

  async #byPath(node: Node, body: fuse_setattr_in): Promise<Stat> {
    const { path, stat } = await this.#locator.find(node);
    const target: Target = {
      chmod: (mode) => this.#backing.chmod(path, mode),
      chown: (uid, gid) => this.#backing.lchown(path, uid, gid),
      utimes: (atime, mtime) => this.#backing.lutimes(path, atime, mtime),
    };
    if ((body.valid & FATTR_SIZE) !== 0) await this.#truncate(node, body.size);
    await change(target, body, stat);
    return (await this.#locator.find(node)).stat;
  }

  async #byFile(open: OpenFile, file: PathFile, body: fuse_setattr_in): Promise<Stat> {
    if ((body.valid & FATTR_SIZE) !== 0) {
      const writable = open.isWritable ? open : [...open.node.files].find((each) => each.isWritable);
      if (writable === undefined) await this.#truncate(open.node, body.size);
      else await writable.use((each) => truncate(each, exact(body.size)));
    }
    await change(targetOf(file), body, await statOfFile(file));
    return await statOfFile(file);
  }

  async #truncate(node: Node, size: number): Promise<void> {
    const file = await this.#locator.open(node, O_WRONLY);
    try {
      await truncate(file, exact(size));
    } finally {
      await file.close();
    }
  }
}

/**
 * Changes all but the size. Owners and times come in pairs here, so what shall stay is set to what `before` has.
 *
 * @throws EOPNOTSUPP for the mode of a symlink, as Linux has it
 */
async function change(target: Target, body: fuse_setattr_in, before: Stat): Promise<void> {
  const { valid } = body;
  if ((valid & FATTR_MODE) !== 0) {
    if (typeOf(before) === S_IFLNK) throw EOPNOTSUPP;
    await target.chmod(body.mode & S_IALLUGO);
  }
  if ((valid & (FATTR_UID | FATTR_GID)) !== 0) {
    const uid = (valid & FATTR_UID) === 0 ? before.uid : body.uid;
    await target.chown(uid, (valid & FATTR_GID) === 0 ? before.gid : body.gid);
  }
  if ((valid & (ATIMES | MTIMES)) === 0) return;
  const now = new Date();
  const atime = (valid & FATTR_ATIME) === 0 ? before.atime : timeOf(body.atime, body.atimensec);
  const mtime = (valid & FATTR_MTIME) === 0 ? before.mtime : timeOf(body.mtime, body.mtimensec);
  await target.utimes(
    (valid & FATTR_ATIME_NOW) === 0 ? outside(atime) : now,
    (valid & FATTR_MTIME_NOW) === 0 ? outside(mtime) : now,
  );
}

/** Half the distance of two numbers of seconds that a double can tell apart today, so that rounding down is right. */
const SLACK = 0.25e-6; // seconds

const LAST_DATE = 8.64e12; // seconds

/**
 * A time as Node's `utimes` takes it. A number of seconds is good for microseconds, but Node takes negative ones for
 * now, and some file systems choke on parts of a millisecond: what is whole milliseconds is a Date.
 */
function outside({ seconds, nanoseconds }: Time): number | Date {
  if (Math.abs(seconds) > LAST_DATE) return seconds;
  if (seconds < 0 || nanoseconds % 1_000_000 === 0) return new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6));
  return seconds + Math.floor(nanoseconds / 1000) / 1e6 + SLACK;
}

const targetOf = (file: PathFile): Target => ({
  chmod: (mode) => file.chmod?.(mode) ?? unsupported(),
  chown: (uid, gid) => file.chown?.(uid, gid) ?? unsupported(),
  utimes: (atime, mtime) => file.utimes?.(atime, mtime) ?? unsupported(),
});

function unsupported(): never {
  throw EPERM;
}
