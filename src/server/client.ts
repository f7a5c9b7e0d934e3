import type { ByteString } from '../abi/bytes.ts';
import { ENODEV, ENOSYS, ENOTCONN } from '../abi/errno.ts';
import { FUSE_EXPIRE_ONLY } from '../abi/fuse.ts';
import type { Protocol } from '../abi/message.ts';
import * as notify from '../abi/notify.ts';
import { encodeNotification } from '../abi/notify-message.ts';
import { fuse_forget_one, type fuse_notify_retrieve_in } from '../abi/structs.ts';
import { BadValue, complete, show } from './result.ts';

/** Cached data of a file, as {@link Client.retrieve} got it. */
export interface Retrieved {
  readonly offset: number; // bytes
  /** Shorter than asked for where the cache, or the file, ends. */
  readonly data: Uint8Array;
}

/** Which cached data {@link Client.invalInode} drops. */
export interface Pages {
  readonly offset?: number; // bytes; default 0
  readonly length?: number; // bytes; default to the end of the file
}

/** What {@link Client} needs of its session. */
export interface ClientDoor {
  /** What INIT settled; null when there is no connection. */
  readonly protocol: Protocol | null;
  readonly closed: boolean;
  /** Takes a notification to the client, and tells what became of it where that can be known, by an errno. */
  send(message: Uint8Array): Promise<void> | void;
}

/**
 * The client of a connection, to be told that something changed behind its back: what it caches is stale, a file is
 * ready. `init` gets it; usable from when that has returned.
 *
 * A promise resolves when the notification was handed over, or, where the way to the client can tell (the Linux kernel
 * and Fusewire's own), when it has had its effect. It rejects with an `Errno`: the client's; ENOTCONN before INIT;
 * ENODEV after the end; ENOSYS when the client's protocol does not know the notification. ENOENT mostly means that
 * nothing was cached, so a rejection that nobody looks at does no harm.
 *
 * An invalidation may wait for locks that the client holds until a request is answered. So never let the answer of a
 * request wait for the promise of a notification about the inode, or the parent directory, that the request is about.
 *
 * @throws TypeError at once for arguments that no message can carry
 * @see Linux fs/fuse/dev.c, fuse_notify()
 */
export class Client {
  readonly #door: ClientDoor;
  /** What was asked for and did not come yet, by notify_unique. */
  readonly #retrieving = new Map<number, { resolve(retrieved: Retrieved): void; reject(error: unknown): void }>();
  #lastRetrieve = 0;

  /**
   * For the session.
   *
   * @internal
   */
  constructor(door: ClientDoor) {
    this.#door = door;
  }

  /**
   * The attributes of an inode are stale, its ACLs too, and its cached data: all of it, some pages, or with 'attributes'
   * none. Dirty pages are written first, and the promise may wait for that.
   *
   * @throws ENOENT when the client does not know the inode
   * @see Linux fs/fuse/inode.c, fuse_reverse_inval_inode()
   */
  invalInode(nodeid: bigint, pages: Pages | 'attributes' = {}): Promise<void> {
    const [off, len] = pages === 'attributes' ? [-1, 0] : [pages.offset ?? 0, pages.length ?? 0];
    return this.#notify(notify.NOTIFY_INVAL_INODE, { ino: nodeid, off, len }, undefined);
  }

  /**
   * A name is stale, or its absence, and the directory's attributes. It and what is below it is looked up anew; with
   * `expireOnly` what is in use stays, and is only asked for again.
   *
   * @throws ENOSYS for `expireOnly` when the client does not know it; ENAMETOOLONG; ENOENT when the directory is not
   *   known or the name not cached; ENOTDIR
   * @see Linux fs/fuse/dir.c, fuse_reverse_inval_entry()
   */
  invalEntry(parent: bigint, name: ByteString, { expireOnly = false }: InvalEntryOptions = {}): Promise<void> {
    const flags = expireOnly ? FUSE_EXPIRE_ONLY : 0;
    const body = { parent, namelen: name.length, flags };
    return this.#notify(notify.NOTIFY_INVAL_ENTRY, body, name, expireOnly ? 'HAS_EXPIRE_ONLY' : undefined);
  }

  /**
   * A name was removed: as {@link invalEntry}, and the inode, if it is still open, has no links; whoever watches it
   * (inotify) hears of its end. Of a name that no longer is `child`'s only the cached entry is dropped.
   *
   * @throws ENAMETOOLONG; ENOENT when the directory is not known, the name not cached, or another inode's; ENOTDIR;
   *   ENOTEMPTY when something in it is in use. Not EBUSY: Linux unmounts what is mounted there
   * @see Linux fs/fuse/dir.c, fuse_reverse_inval_entry()
   */
  delete(parent: bigint, child: bigint, name: ByteString): Promise<void> {
    return this.#notify(notify.NOTIFY_DELETE, { parent, child, namelen: name.length }, name);
  }

  /**
   * Puts data into an inode's page cache, so that no READ asks for it; a longer file it becomes by that. A page that is
   * not covered from its start to its end, or the file's, and was not cached, is left out.
   *
   * @throws ENOENT when the client does not know the inode; EINVAL when it is no regular file
   * @see Linux fs/fuse/dev.c, fuse_notify_store()
   */
  store(nodeid: bigint, offset: number, data: Uint8Array): Promise<void> {
    return this.#notify(notify.NOTIFY_STORE, { nodeid, offset, size: data.length }, data);
  }

  /**
   * What of `size` bytes from `offset` on is in an inode's page cache: the part up to the first page that is not, at
   * most what one WRITE may carry. The data is the caller's own.
   *
   * @throws ENOENT when the client does not know the inode; EINVAL when it is no regular file; ENODEV when the session
   *   ends before it came
   * @see Linux fs/fuse/dev.c, fuse_notify_retrieve()
   */
  retrieve(nodeid: bigint, offset: number, size: number): Promise<Retrieved> {
    const notify_unique = this.#lastRetrieve + 1;
    const body = { notify_unique: BigInt(notify_unique), nodeid, offset, size };
    // An answer may come before the call that asks has returned.
    const retrieved = new Promise<Retrieved>((resolve, reject) => {
      this.#retrieving.set(notify_unique, { resolve, reject });
    });
    quiet(retrieved);
    try {
      this.#lastRetrieve = notify_unique;
      this.#notify(notify.NOTIFY_RETRIEVE, body, undefined).catch((error: unknown) =>
        this.#failed(notify_unique, error),
      );
    } catch (error) {
      this.#retrieving.delete(notify_unique);
      throw error;
    }
    return retrieved;
  }

  /** Whoever polls the file for which a POLL carried this `kh` shall ask again. An unknown one is ignored. */
  pollWakeup(kh: bigint): Promise<void> {
    return this.#notify(notify.NOTIFY_POLL, { kh }, undefined);
  }

  /**
   * All requests that were read and not answered come again, first of all: for a server that took a connection over and
   * lost them. Those that this session works on come twice.
   *
   * @see Linux fs/fuse/dev.c, fuse_resend()
   */
  resend(): Promise<void> {
    return this.#notify(notify.NOTIFY_RESEND, undefined, undefined);
  }

  /** All names are stale: each is looked up anew when it is used next. Attributes and data stay. */
  incrementEpoch(): Promise<void> {
    return this.#notify(notify.NOTIFY_INC_EPOCH, undefined, undefined);
  }

  /**
   * Drops what nobody uses of these inodes, so that FORGETs come. A directory stays while names in it are cached: name
   * those inodes before it. Unknown ones are ignored.
   *
   * @see Linux fs/fuse/dir.c, fuse_try_prune_one_inode()
   */
  prune(nodeids: readonly bigint[]): Promise<void> {
    return this.#notify(notify.NOTIFY_PRUNE, { count: nodeids.length }, nodeids);
  }

  /**
   * For the session: a NOTIFY_REPLY came. Returns whether anybody waits for it.
   *
   * @internal
   */
  retrieved(unique: number, { offset }: fuse_notify_retrieve_in, data: Uint8Array): boolean {
    const asker = this.#retrieving.get(unique);
    this.#retrieving.delete(unique);
    asker?.resolve({ offset, data: data.slice() });
    return asker !== undefined;
  }

  /**
   * For the session: the connection is over.
   *
   * @internal
   */
  gone(): void {
    for (const { reject } of this.#retrieving.values()) reject(ENODEV);
    this.#retrieving.clear();
  }

  #failed(notifyUnique: number, error: unknown): void {
    this.#retrieving.get(notifyUnique)?.reject(error);
    this.#retrieving.delete(notifyUnique);
  }

  /** @throws TypeError for what no message can carry; the rest rejects */
  #notify<Name extends string, Body, Tail extends notify.NotifyTail>(
    code: notify.NotifyCode<Name, Body, Tail>,
    body: Body,
    tail: Parameters<typeof encodeNotification<Name, Body, Tail>>[1]['tail'],
    feature?: keyof Protocol['features'],
  ): Promise<void> {
    if (code.body !== null) complete(code.body, body);
    checkTail(tail);
    const message = encodeNotification(code, { body, tail });
    return quiet(this.#send(message, code.since, feature));
  }

  async #send(message: Uint8Array, since: number, feature?: keyof Protocol['features']): Promise<void> {
    const { protocol, closed } = this.#door;
    if (protocol === null) throw closed ? ENODEV : ENOTCONN;
    if (protocol.minor < since || (feature !== undefined && !protocol.features[feature])) throw ENOSYS;
    await this.#door.send(message);
  }
}

/** What {@link Client.invalEntry} may leave alone. */
export interface InvalEntryOptions {
  /** Asks anew instead of dropping what is in use; protocol 7.38. */
  readonly expireOnly?: boolean;
}

/** @throws TypeError for a name or nodeids that would not arrive as they are */
function checkTail(tail: unknown): void {
  if (typeof tail === 'string' && !/^[\0-\xff]*$/.test(tail)) throw new BadValue(`no byte string: ${show(tail)}`);
  if (!Array.isArray(tail)) return;
  for (const nodeid of tail) complete(fuse_forget_one, { nodeid });
}

/** A promise whose rejection nobody needs to look at. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
