import type { Acl, AclName } from '../abi/posix-acl.ts';
import type { Blocking } from '../task/blocking.ts';

/** What is known of a list, or that somebody asks for it. */
type Slot = { readonly state: 'known'; readonly acl: Acl | null } | { readonly state: 'asked' };

/**
 * The access control lists of one inode, as far as they are known. Those of an inode that is older than the agreement on
 * POSIX_ACL are never kept: of the root, then, and of every file of a server that does not take it.
 *
 * @see Linux fs/posix_acl.c, __get_acl()
 */
export class AclCache {
  readonly #keeps: boolean;
  readonly #slots = new Map<AclName, Slot>();

  constructor(use: 'keep' | 'ask always') {
    this.#keeps = use === 'keep';
  }

  /** The list, null for none, undefined while it is not known. */
  tryGet(name: AclName): Acl | null | undefined {
    const slot = this.#slots.get(name);
    return slot?.state === 'known' ? slot.acl : undefined;
  }

  /** The list, from `ask` if it is not known. The answer is kept unless all was forgotten meanwhile. */
  *get(name: AclName, ask: () => Blocking<Acl | null>): Blocking<Acl | null> {
    const known = this.tryGet(name);
    if (known !== undefined) return known;
    const asked: Slot = { state: 'asked' };
    if (this.#keeps && !this.#slots.has(name)) this.#slots.set(name, asked);
    try {
      const acl = yield* ask();
      if (this.#slots.get(name) === asked) this.#slots.set(name, { state: 'known', acl });
      return acl;
    } finally {
      if (this.#slots.get(name) === asked) this.#slots.delete(name);
    }
  }

  /** The lists may have changed. */
  forget(): void {
    this.#slots.clear();
  }
}
