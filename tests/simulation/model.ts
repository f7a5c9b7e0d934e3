// What a POSIX file system is, as plainly as it can be said: the judge of what system calls gave. It shares no code with
// src/, and has no caches. Nobody shares a group, and there are no set-id and sticky bits.

/** A file. Never changed: a change makes a new one. */
export interface Node {
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly mode: number; // permission bits
  readonly uid: number;
  readonly nlink: number; // of a directory 1, and 0 once it is removed
  /** The content, one char a byte, or the target of a symlink. */
  readonly data: string;
  readonly names: ReadonlyMap<string, string>;
  readonly xattrs: ReadonlyMap<string, string>;
}

/** An open file description. */
export interface OpenFile {
  readonly node: string;
  readonly access: 'read' | 'write' | 'both';
  readonly append: boolean;
  readonly position: number;
}

/** The root directory's name in {@link Model}. */
export const ROOT = 'root';

const NOTHING: ReadonlyMap<string, string> = new Map();

/** A new file with nothing in it. */
export const newNode = (kind: Node['kind'], mode: number, uid: number, data = ''): Node => ({
  kind,
  mode,
  uid,
  nlink: 1,
  data,
  names: NOTHING,
  xattrs: NOTHING,
});

/** All files and all descriptors at one moment. Never changed: a change makes a new one. */
export class Model {
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #files: ReadonlyMap<string, OpenFile>;
  #key: string | null = null;

  private constructor(nodes: ReadonlyMap<string, Node>, files: ReadonlyMap<string, OpenFile>) {
    this.#nodes = nodes;
    this.#files = files;
  }

  /** An empty file system, in which nothing is open. */
  static empty(): Model {
    return new Model(new Map([[ROOT, newNode('directory', 0o777, 0)]]), new Map());
  }

  /** What tells this moment from others. */
  get key(): string {
    this.#key ??= [...this.#nodes].sort(byName).map(textOf).join('\n') + [...this.#files].sort(byName).map(openText);
    return this.#key;
  }

  /** @throws Error for a file that there never was */
  node(id: string): Node {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`the model has no ${id}`);
    return node;
  }

  /** What a directory calls `name`. */
  child(directory: string, name: string): string | undefined {
    return this.node(directory).names.get(name);
  }

  change(id: string, change: Partial<Node>): Model {
    return new Model(new Map(this.#nodes).set(id, { ...this.node(id), ...change }), this.#files);
  }

  /** Makes a file under a name that is free. */
  make(id: string, node: Node, directory: string, name: string): Model {
    return new Model(new Map(this.#nodes).set(id, node), this.#files).#rename(directory, name, id);
  }

  /** Gives a file another name. */
  link(id: string, directory: string, name: string): Model {
    return this.change(id, { nlink: this.node(id).nlink + 1 }).#rename(directory, name, id);
  }

  /** Counts one name of a file less. */
  uncount(id: string): Model {
    return this.change(id, { nlink: this.node(id).nlink - 1 });
  }

  /** Takes a name away that counts no more. */
  unname(directory: string, name: string): Model {
    return this.#rename(directory, name, null);
  }

  /** Moves a name, over one that counts no more. */
  rename(from: { directory: string; name: string }, to: { directory: string; name: string }): Model {
    const id = this.child(from.directory, from.name) as string;
    return this.#rename(from.directory, from.name, null).#rename(to.directory, to.name, id);
  }

  #rename(directory: string, name: string, id: string | null): Model {
    const names = new Map(this.node(directory).names);
    if (id === null) names.delete(name);
    else names.set(name, id);
    return this.change(directory, { names });
  }

  /** Whether `below` lies in `directory` or is it. */
  contains(directory: string, below: string): boolean {
    if (directory === below) return true;
    return [...this.node(directory).names.values()].some((id) => this.contains(id, below));
  }

  file(descriptor: string): OpenFile | undefined {
    return this.#files.get(descriptor);
  }

  /** Opens, changes or, with undefined, closes a descriptor. */
  withFile(descriptor: string, file: OpenFile | undefined): Model {
    const files = new Map(this.#files);
    if (file === undefined) files.delete(descriptor);
    else files.set(descriptor, file);
    return new Model(this.#nodes, files);
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
const mapText = (map: ReadonlyMap<string, string>): string => JSON.stringify([...map].sort(byName));
const openText = ([descriptor, { node, access, append, position }]: readonly [string, OpenFile]): string =>
  `${descriptor}=${node},${access},${append},${position}`;

const texts = new WeakMap<Node, string>();

function textOf(row: readonly [string, Node]): string {
  const known = texts.get(row[1]);
  if (known !== undefined) return known;
  const text = describe(row);
  texts.set(row[1], text);
  return text;
}

function describe([id, node]: readonly [string, Node]): string {
  const { kind, mode, uid, nlink, data, names, xattrs } = node;
  return `${id} ${kind} ${mode} ${uid} ${nlink} ${JSON.stringify(data)} ${mapText(names)} ${mapText(xattrs)}`;
}
