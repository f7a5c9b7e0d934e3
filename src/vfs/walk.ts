import type { ByteString } from '../abi/bytes.ts';
import { EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, ESTALE } from '../abi/errno.ts';
import { PATH_MAX, S_IFDIR, S_IFLNK, SYMLOOP_MAX } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from './dentry.ts';
import { type Inode, MAY_EXEC } from './inode.ts';
import { lookupIn, tryLookup } from './lookup.ts';
import { type Mount, Path } from './mount.ts';
import { permission } from './permission.ts';

/** Where walks begin: a process's root and working directory. */
export interface Base {
  readonly root: Path;
  readonly cwd: Path;
}

/** How a walk treats its last component and the cache. */
export interface WalkOptions {
  /** Follow a symlink in the last place. One with a slash behind it is always followed. */
  readonly follow: boolean;
  /** The last component must be a directory: ENOTDIR. */
  readonly directory?: boolean;
  /** Trust no cached name (LOOKUP_REVAL). */
  readonly force?: boolean;
  /** An empty path means the start itself (AT_EMPTY_PATH). */
  readonly allowEmpty?: boolean;
}

/** What kind the last component is; only a 'name' can be created or removed. */
export type LastKind = 'name' | 'dot' | 'dotdot' | 'root';

/**
 * Walks to the file a path names. `start` is where a relative path begins, null for the working directory.
 * The result is held: release it in `finally`.
 *
 * FUSE: LOOKUP for each cold component, READLINK for each symlink whose target is not cached.
 *
 * @throws ENAMETOOLONG, ENOENT, ENOTDIR, EACCES, ELOOP; what the server answers.
 * @see Linux fs/namei.c, path_lookupat()
 */
export function* walk(
  task: Task,
  base: Base,
  start: Path | null,
  path: ByteString,
  options: WalkOptions,
): Blocking<Path> {
  const walker = new Walker(task, base, start, path, options);
  try {
    while (!walker.advance()) yield* walker.help();
    return walker.end();
  } finally {
    walker.release();
  }
}

/**
 * {@link walk} as far as the caches lead: undefined when they do not lead to the end. The result is not held: good until
 * the caller sleeps.
 *
 * @throws as {@link walk}, where the caches tell
 */
export function tryWalk(
  task: Task,
  base: Base,
  start: Path | null,
  path: ByteString,
  options: WalkOptions,
): Path | undefined {
  const walker = new Walker(task, base, start, path, options);
  try {
    return walker.advance() ? walker.place() : undefined;
  } finally {
    walker.release();
  }
}

/**
 * Walks to the directory of a path's last component, which is not looked up.
 *
 * @throws as {@link walk}
 * @see Linux fs/namei.c, path_parentat()
 */
export function* walkToParent(
  task: Task,
  base: Base,
  start: Path | null,
  path: ByteString,
  options: { readonly force?: boolean } = {},
): Blocking<Last> {
  const walker = new Walker(task, base, start, path, { follow: false, ...options });
  return yield* walkOnToParent(walker);
}

/** Runs `attempt` again, trusting no cached name, when the server says ESTALE. @see Linux fs/namei.c, retry_estale() */
export function* retryStale<T>(attempt: (force: boolean) => Blocking<T>): Blocking<T> {
  try {
    return yield* attempt(false);
  } catch (error) {
    if (error !== ESTALE) throw error;
  }
  return yield* attempt(true);
}

function* walkOnToParent(walker: Walker): Blocking<Last> {
  try {
    while (!walker.advanceToParent()) yield* walker.help();
  } catch (error) {
    walker.release();
    throw error;
  }
  return new Last(walker);
}

/** The last component of a path and the directory it is in, held until {@link release}. */
export class Last {
  readonly parent: Path;
  readonly name: ByteString;
  readonly kind: LastKind;
  readonly trailingSlash: boolean;
  readonly #walker: Walker;

  constructor(walker: Walker) {
    this.#walker = walker;
    this.parent = new Path(walker.mount, walker.dentry);
    this.name = walker.name;
    this.kind = walker.kind;
    this.trailingSlash = walker.trailingSlash;
  }

  release(): void {
    this.#walker.release();
  }

  /** Goes on through a symlink found under this name. This value is spent; release the new one instead. */
  *follow(link: Dentry): Blocking<Last> {
    try {
      yield* this.#walker.followLink(link, this.trailingSlash ? '/' : '');
    } catch (error) {
      this.#walker.release();
      throw error;
    }
    return yield* walkOnToParent(this.#walker);
  }

  /** Where a last component leads that is no name. The result is held. */
  special(): Path {
    this.#walker.moveSpecial();
    return this.#walker.end();
  }
}

/** What only a coroutine can do, found by the plain part of the walk. */
type Obstacle = 'permission' | 'lookup' | 'link';

/** Where the walk is after one component. */
type Step = 'there' | 'through a link' | 'at an obstacle';

/**
 * One walk. The plain part goes on as long as the caches answer; at an obstacle it stops and {@link help} gets over it.
 * It holds the dentry it stands on. Analogous to Linux's struct nameidata.
 */
class Walker {
  mount: Mount;
  dentry: Dentry;
  /** The last component, once {@link advanceToParent} has returned true. */
  name: ByteString = '';
  kind: LastKind = 'root';
  trailingSlash = false;

  readonly #task: Task;
  readonly #base: Base;
  readonly #options: WalkOptions;
  #path: ByteString;
  #at = 0;
  #links = 0;
  #obstacle: Obstacle | null = null;
  /** The directory it stands on has let this walk search. */
  #permitted = false;
  /** The next component and what follows it, when an obstacle is in the way. */
  #next: ByteString = '';
  #rest: ByteString = '';
  /** The next component's dentry, held: just looked up, good for this walk even if it expired at once. */
  #found: Dentry | null = null;

  constructor(task: Task, base: Base, start: Path | null, path: ByteString, options: WalkOptions) {
    if (path.length >= PATH_MAX) throw ENAMETOOLONG;
    if (path === '' && options.allowEmpty !== true) throw ENOENT;
    this.#task = task;
    this.#base = base;
    this.#options = options;
    this.#path = path;
    const from = path.startsWith('/') ? base.root : (start ?? base.cwd);
    if (path !== '' && from.dentry.inode?.type !== S_IFDIR) throw ENOTDIR;
    this.mount = from.mount;
    this.dentry = from.dentry.hold();
  }

  /** Gives up what it holds; once. */
  release(): void {
    this.#found?.release();
    this.dentry.release();
  }

  /** The place it stands on, at the end. */
  place(): Path {
    const mustBeDirectory = this.#options.directory === true || this.trailingSlash;
    if (mustBeDirectory && this.dentry.inode?.type !== S_IFDIR) throw ENOTDIR;
    return new Path(this.mount, this.dentry);
  }

  /** {@link place}, held for the caller. */
  end(): Path {
    return this.place().hold();
  }

  /** Walks on. True at the end, false at an obstacle. */
  advance(): boolean {
    for (;;) {
      if (!this.advanceToParent()) return false;
      if (this.kind !== 'name') {
        this.moveSpecial();
        return true;
      }
      const follow = this.#options.follow || this.trailingSlash;
      const step = this.#enter(this.name, this.trailingSlash ? '/' : '', follow);
      if (step !== 'through a link') return step === 'there';
    }
  }

  /** Walks on up to the directory of the last component. True when there, false at an obstacle. */
  advanceToParent(): boolean {
    for (;;) {
      const begin = this.#skipSlashes(this.#at);
      if (begin === this.#path.length) {
        this.kind = 'root';
        this.trailingSlash = false;
        return true;
      }
      if (!this.#maySearch()) return false;
      const slash = this.#path.indexOf('/', begin);
      const end = slash === -1 ? this.#path.length : slash;
      const rest = this.#skipSlashes(end);
      const name = this.#path.slice(begin, end);
      if (rest === this.#path.length) {
        this.name = name;
        this.kind = name === '.' ? 'dot' : name === '..' ? 'dotdot' : 'name';
        this.trailingSlash = rest > end;
        return true;
      }
      if (name === '..') this.#up();
      else if (name !== '.') {
        const step = this.#enter(name, this.#path.slice(end), true);
        if (step === 'at an obstacle') return false;
        if (step === 'through a link') continue;
      }
      if (this.dentry.inode?.type !== S_IFDIR) throw ENOTDIR;
      this.#at = rest;
      this.#permitted = false;
    }
  }

  /** Gets over the obstacle at which the plain part stopped. */
  *help(): Blocking<void> {
    const obstacle = this.#obstacle;
    this.#obstacle = null;
    switch (obstacle) {
      case 'permission':
        yield* permission(this.#task, this.dentry.inode as Inode, MAY_EXEC);
        this.#permitted = true;
        return;
      case 'lookup':
        this.#found = yield* lookupIn(this.#task, this.dentry, this.#next, { force: this.#options.force === true });
        return;
      case 'link':
        yield* this.followLink(this.#found as Dentry, this.#rest);
        this.#found?.release();
        this.#found = null;
        return;
      default:
        throw new Error('a walk was helped that had no obstacle');
    }
  }

  /** Replaces what is left of the path by a symlink's target and `rest`, which is empty or begins with a slash. */
  *followLink(link: Dentry, rest: ByteString): Blocking<void> {
    this.#countLink();
    this.#goBy(yield* (link.inode as Inode).readlink(this.#task), rest);
  }

  #countLink(): void {
    if (this.#links++ >= SYMLOOP_MAX) throw ELOOP;
  }

  #goBy(target: ByteString, rest: ByteString): void {
    if (target.startsWith('/')) this.#moveTo(this.#base.root.mount, this.#base.root.dentry);
    this.#path = target + rest;
    this.#at = 0;
    this.#permitted = false;
  }

  /** Goes where a last component leads that is no name. */
  moveSpecial(): void {
    if (this.kind === 'dotdot') this.#up();
  }

  /** Steps onto the next component, or goes by the target of a symlink that it follows. */
  #enter(name: ByteString, rest: ByteString, follow: boolean): Step {
    const child = this.#found ?? tryLookup(this.dentry, name, this.#options.force === true)?.hold();
    this.#found = child ?? null;
    if (child === undefined) return this.#stopAt('lookup', name, rest);
    if (child.inode === null) throw ENOENT;
    const isLink = child.inode.type === S_IFLNK && follow;
    if (!isLink) this.#moveTo(this.mount, child);
    else {
      const target = child.inode.tryReadlink();
      if (target === undefined) return this.#stopAt('link', name, rest);
      this.#countLink();
      this.#goBy(target, rest);
    }
    this.#found = null;
    child.release();
    return isLink ? 'through a link' : 'there';
  }

  #stopAt(obstacle: Obstacle, next: ByteString, rest: ByteString): 'at an obstacle' {
    this.#obstacle = obstacle;
    this.#next = next;
    this.#rest = rest;
    return 'at an obstacle';
  }

  #maySearch(): boolean {
    if (this.#permitted) return true;
    const answer = this.dentry.inode?.tryPermission(this.#task, MAY_EXEC);
    if (answer === false) throw EACCES;
    if (answer === undefined) {
      this.#stopAt('permission', '', '');
      return false;
    }
    this.#permitted = true;
    return true;
  }

  /** Steps to the parent directory, out of mounts, but never above the process's root. */
  #up(): void {
    const { root } = this.#base;
    for (;;) {
      if (this.mount === root.mount && this.dentry === root.dentry) return;
      if (this.dentry !== this.mount.root) break;
      if (this.mount.at === null) return;
      this.#stand(this.mount.at.mount, this.mount.at.dentry);
    }
    this.#moveTo(this.mount, this.dentry.parent as Dentry);
  }

  /** Stands on a dentry, or on the root of what is mounted there. */
  #moveTo(mount: Mount, dentry: Dentry): void {
    const { mount: top, dentry: seen } = dentry.isMountpoint ? new Path(mount, dentry).visible() : { mount, dentry };
    this.#stand(top, seen);
  }

  #stand(mount: Mount, dentry: Dentry): void {
    dentry.hold();
    this.dentry.release();
    this.mount = mount;
    this.dentry = dentry;
  }

  #skipSlashes(at: number): number {
    let end = at;
    while (this.#path.charCodeAt(end) === 0x2f) end++;
    return end;
  }
}
