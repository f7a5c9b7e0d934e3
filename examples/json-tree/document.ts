import {
  type ByteString,
  EFBIG,
  EINVAL,
  fromText,
  type Listed,
  NAME_MAX,
  S_IFDIR,
  S_IFREG,
  toText,
} from 'fusewire/server';

/** The longest file, in bytes. */
const LARGEST = 2 ** 24;

/** What a file holds. */
export type Scalar = string | number | boolean | null;

/** What all inodes have. */
class Inode {
  readonly nodeid: bigint;
  /** How many answers gave this nodeid to the client, less those that it has given back. */
  nlookup = 0;
  /** Whether it has a name in the document. */
  isLinked = true;

  constructor(nodeid: bigint) {
    this.nodeid = nodeid;
  }
}

/** An object or an array. */
export class Directory extends Inode {
  readonly kind: 'object' | 'array';
  readonly entries = new Map<ByteString, Node>();

  constructor(nodeid: bigint, kind: 'object' | 'array') {
    super(nodeid);
    this.kind = kind;
  }

  /** What a listing shows. */
  list(): Listed[] {
    return [...this.entries].map(([name, node]) => {
      return { name, ino: node.nodeid, mode: node instanceof Directory ? S_IFDIR : S_IFREG };
    });
  }

  /** @throws EINVAL for a name that no member of this object or array can have */
  checkName(name: ByteString): void {
    if (this.kind === 'array' ? !/^(0|[1-9]\d{0,8})$/.test(name) : nameOf(keyOf(name)) !== name) throw EINVAL;
  }
}

/** A string, number, boolean or null, as a file with one line of JSON. */
export class Leaf extends Inode {
  text: Uint8Array;
  /** What the document has, which is what `text` said when it last was JSON; undefined before it ever was. */
  value: Scalar | undefined;
  /** Whether `text` was changed since. */
  isDirty = false;
  opens = 0;

  constructor(nodeid: bigint, value?: Scalar) {
    super(nodeid);
    this.value = value;
    this.text = textOf(value);
  }

  /** Cuts the text, or fills it up with zeros. @throws EFBIG */
  resize(size: number): void {
    if (size > LARGEST) throw EFBIG;
    const text = new Uint8Array(size);
    text.set(this.text.subarray(0, size));
    this.text = text;
    this.isDirty = true;
  }

  /** @throws EFBIG */
  write(offset: number, data: Uint8Array): void {
    if (offset + data.length > this.text.length) this.resize(offset + data.length);
    this.text.set(data, offset);
    this.isDirty = true;
  }

  /** Takes the value over from the text. @throws EINVAL when that is no scalar in JSON */
  settle(): void {
    // A shell opens `> file` with truncation and closes one of its two descriptors before anything is written.
    if (this.text.length === 0) return;
    this.value = parseScalar(this.text);
    this.isDirty = false;
  }

  /** Takes the text over from the value. */
  revert(): void {
    this.text = textOf(this.value);
    this.isDirty = false;
  }
}

/** A part of the document. */
export type Node = Directory | Leaf;

/** The tree for what JSON.parse has read. `nextNodeid` numbers its nodes. @throws TypeError for a key too long for a name */
export function treeOf(value: unknown, nextNodeid: () => bigint): Node {
  if (typeof value !== 'object' || value === null) return new Leaf(nextNodeid(), value as Scalar);
  const directory = new Directory(nextNodeid(), Array.isArray(value) ? 'array' : 'object');
  for (const [key, member] of Object.entries(value)) {
    const name = nameOf(key);
    if (name.length > NAME_MAX)
      throw new TypeError(`a key of ${name.length} bytes is too long: ${key.slice(0, 40)}...`);
    directory.entries.set(name, treeOf(member, nextNodeid));
  }
  return directory;
}

/** The value for JSON.stringify; undefined for a file that never held JSON. Holes in arrays are closed. */
export function valueOfNode(node: Node): unknown {
  if (node instanceof Leaf) return node.value;
  const members = [...node.entries].map(([name, child]) => [name, valueOfNode(child)] as const);
  const present = members.filter(([, value]) => value !== undefined);
  if (node.kind === 'object') return Object.fromEntries(present.map(([name, value]) => [keyOf(name), value]));
  return present.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
}

function textOf(value: Scalar | undefined): Uint8Array {
  return new TextEncoder().encode(value === undefined ? '' : `${JSON.stringify(value)}\n`);
}

function parseScalar(text: Uint8Array): Scalar {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    throw EINVAL;
  }
  if (typeof value === 'object' && value !== null) throw EINVAL;
  return value as Scalar;
}

/** A key as a name: what no name may have in it is written as in URLs, and the empty key is `%`. */
function nameOf(key: string): ByteString {
  const escaped = key.replace(/[%/\0]|^\.{1,2}$/g, (text) => text.replace(/./gs, escapeChar));
  return fromText(escaped === '' ? '%' : escaped);
}

const escapeChar = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

function keyOf(name: ByteString): string {
  if (name === '%') return '';
  return toText(name).replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
