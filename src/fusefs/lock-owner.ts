/**
 * The ids that servers see for who holds locks: the same for the same descriptor table, otherwise without meaning.
 *
 * Linux scrambles a kernel address with a random key. Here they are numbered, and scrambled so that no server takes
 * them for small numbers.
 *
 * @see Linux fs/fuse/file.c, fuse_lock_owner_id()
 */
export class LockOwners {
  readonly #ids = new WeakMap<object, bigint>();
  #last = 0n;

  idOf(owner: object): bigint {
    const known = this.#ids.get(owner);
    if (known !== undefined) return known;
    const id = scramble(++this.#last);
    this.#ids.set(owner, id);
    return id;
  }
}

/** One to one on 64 bits: an odd factor, and a shift that can be undone. */
function scramble(value: bigint): bigint {
  const product = BigInt.asUintN(64, value * 0x9e3779b97f4a7c15n);
  return product ^ (product >> 32n);
}
