import { EAGAIN, EDEADLK, EINTR } from '../../src/abi/errno.ts';
import { FUSE_LK_FLOCK, FUSE_RELEASE_FLOCK_UNLOCK } from '../../src/abi/fuse.ts';
import type { InitFlag } from '../../src/abi/init-flags.ts';
import { F_UNLCK, F_WRLCK } from '../../src/abi/linux.ts';
import type { RequestOf, Wishes } from '../../src/server/fuse-server.ts';

/** A server's methods. */
type Methods = Record<string, (...args: never[]) => unknown>;
type LockRequest = RequestOf<'GETLK'>;
type Lock = LockRequest['body']['lk'] & { readonly nodeid: bigint; readonly owner: bigint; readonly flags: number };

/**
 * Gives a server the methods for locks. It keeps bytes' ranges as they are set, and cuts what they cover of the same
 * owner's. Nobody waits here: SETLKW fails with EDEADLK where it would have to.
 */
export function keepLocks(methods: Methods): void {
  const server = new Locks();
  const { flush, release, init } = methods as Record<string, (...args: unknown[]) => unknown>;
  methods.getlk = (request: LockRequest) => ({ lk: server.conflict(request) ?? { ...request.body.lk, type: F_UNLCK } });
  methods.setlk = (request: LockRequest) => server.set(request, EAGAIN);
  methods.setlkw = (request: LockRequest) => server.set(request, EDEADLK);
  methods.flush = (request: RequestOf<'FLUSH'>) => {
    server.free(request.nodeid, request.body.lock_owner, 0);
    return flush?.(request);
  };
  methods.release = (request: RequestOf<'RELEASE'>) => {
    const { release_flags, lock_owner } = request.body;
    if ((release_flags & FUSE_RELEASE_FLOCK_UNLOCK) !== 0) server.free(request.nodeid, lock_owner, FUSE_LK_FLOCK);
    return release?.(request);
  };
  methods.init = (...args: unknown[]) => {
    const wishes = init?.(...args) as Wishes;
    const flags: InitFlag[] = ['POSIX_LOCKS', 'FLOCK_LOCKS'];
    return { ...wishes, flags: [...(wishes.flags ?? []), ...flags] };
  };
}

/** A lock from this byte on is answered as if the caller had a signal. */
const INTERRUPTED = 4711n;

class Locks {
  #held: Lock[] = [];

  conflict({ nodeid, body: { owner, lk, lk_flags } }: LockRequest): Lock | undefined {
    return this.#held.find(
      (held) =>
        isOfKind(held, nodeid, lk_flags) &&
        held.owner !== owner &&
        (held.type === F_WRLCK || lk.type === F_WRLCK) &&
        held.start <= lk.end &&
        lk.start <= held.end,
    );
  }

  /** @throws `refusal` when another's lock is in the way */
  set(request: LockRequest, refusal: typeof EAGAIN): void {
    const { nodeid, body } = request;
    const { owner, lk, lk_flags } = body;
    if (lk.start === INTERRUPTED) throw EINTR;
    if (lk.type !== F_UNLCK && this.conflict(request) !== undefined) throw refusal;
    this.#held = this.#held.flatMap((held) => {
      const isCut = isOfKind(held, nodeid, lk_flags) && held.owner === owner;
      if (!isCut || held.end < lk.start || held.start > lk.end) return [held];
      const left = { ...held, end: lk.start - 1n };
      const right = { ...held, start: lk.end + 1n };
      return [left, right].filter(({ start, end }) => start <= end);
    });
    if (lk.type !== F_UNLCK) this.#held.push({ ...lk, nodeid, owner, flags: lk_flags });
  }

  free(nodeid: bigint, owner: bigint, flags: number): void {
    this.#held = this.#held.filter((held) => !(isOfKind(held, nodeid, flags) && held.owner === owner));
  }
}

const isOfKind = (held: Lock, nodeid: bigint, flags: number): boolean => held.nodeid === nodeid && held.flags === flags;
