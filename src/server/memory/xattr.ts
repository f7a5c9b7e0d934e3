import { type ByteString, toBytes } from '../../abi/bytes.ts';
import { E2BIG, EEXIST, EINVAL, ENODATA, EOPNOTSUPP, ERANGE } from '../../abi/errno.ts';
import { XATTR_CREATE, XATTR_LIST_MAX, XATTR_NAME_MAX, XATTR_REPLACE, XATTR_SIZE_MAX } from '../../abi/linux.ts';
import { isAclName } from '../../abi/posix-acl.ts';
import type { Space } from './space.ts';

/** An attribute and its value. */
export type Attribute = readonly [name: ByteString, value: Uint8Array];

/** The namespaces that can be stored, as on tmpfs; `system.` beside them for access control lists alone. */
const namespaces = /^(user|trusted|security)\../s;

/** The extended attributes of one inode. */
export class Xattrs {
  readonly #space: Space;
  readonly #values = new Map<ByteString, Uint8Array>();

  constructor(space: Space) {
    this.#space = space;
  }

  /** @throws EOPNOTSUPP for a namespace that is not stored; ENODATA when there is no such attribute. */
  get(name: ByteString): Uint8Array {
    checkName(name);
    const value = this.#values.get(name);
    if (value === undefined) throw ENODATA;
    return value;
  }

  /** As {@link get}, if the attribute is there. */
  tryGet(name: ByteString): Uint8Array | undefined {
    return this.#values.get(name);
  }

  /**
   * Keeps a copy of `value`. `flags` is 0, XATTR_CREATE or XATTR_REPLACE.
   *
   * @throws EOPNOTSUPP, ERANGE for the name; E2BIG for the value; EINVAL for the flags; EEXIST, ENODATA; ENOSPC;
   *   E2BIG when the list of names would grow too long to be read.
   */
  set(name: ByteString, value: Uint8Array, flags: number): void {
    checkName(name);
    if (value.length > XATTR_SIZE_MAX) throw E2BIG;
    if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) throw EINVAL;
    const old = this.#values.get(name);
    if (old !== undefined && (flags & XATTR_CREATE) !== 0) throw EEXIST;
    if (old === undefined && (flags & XATTR_REPLACE) !== 0) throw ENODATA;
    if (old === undefined && listSize(this.#values.keys()) + name.length + 1 > XATTR_LIST_MAX) throw E2BIG;
    const wanted = name.length + value.length;
    const given = old === undefined ? 0 : name.length + old.length;
    if (wanted > given) this.#space.take(wanted - given);
    else this.#space.give(given - wanted);
    this.#values.set(name, value.slice());
  }

  /** @throws EOPNOTSUPP for a namespace that is not stored; ENODATA when there is no such attribute. */
  remove(name: ByteString): void {
    this.#space.give(name.length + this.get(name).length);
    this.#values.delete(name);
  }

  /** As {@link remove}, if the attribute is there. */
  delete(name: ByteString): void {
    if (this.#values.has(name)) this.remove(name);
  }

  /** The names, each with a NUL behind it; those of `trusted.` for root alone, as Linux does. */
  list(uid: number): Uint8Array {
    const names = [...this.#values.keys()].filter((name) => uid === 0 || !name.startsWith('trusted.'));
    return toBytes(names.map((name) => `${name}\0`).join(''));
  }

  clear(): void {
    for (const name of [...this.#values.keys()]) this.remove(name);
  }
}

function checkName(name: ByteString): void {
  if (name.length > XATTR_NAME_MAX) throw ERANGE;
  if (!namespaces.test(name) && !isAclName(name)) throw EOPNOTSUPP;
}

const listSize = (names: Iterable<ByteString>): number => {
  let size = 0;
  for (const name of names) size += name.length + 1;
  return size;
};
