import { type Model, type Node, newNode, ROOT } from './model.ts';

// What system calls do to the model. A call is several steps, each of which happens at one moment: other calls come between
// them, as they come between the parts of a path that is walked.

/** A call as the judge sees it. */
export interface Judged {
  readonly name: string;
  readonly args: readonly (string | number)[];
  readonly pid: number;
  readonly uid: number;
  /** What new files are called in the model. */
  readonly id: string;
  /** Reads go through a page cache, where size and content are two things. */
  readonly isCached?: boolean;
  /** What the call gave; null when an errno ended it that no model explains, so that it may have stopped anywhere. */
  readonly result: string | null;
}

/** How far a call has come. */
export interface Progress {
  readonly step: number;
  /** Where the walk stands, and what is left of the path. */
  readonly directory: string;
  readonly rest: readonly string[] | null;
  readonly links: number;
  /** Whether it was seen that the caller may search the directory. */
  readonly mayEnter: boolean;
  /** What was found. */
  readonly node: string;
  /** What was found or reached before, for calls with two paths. */
  readonly first: string;
  /** How long the file was when a read looked. */
  readonly size: number;
}

/** Where every call begins. */
export const START: Progress = {
  step: 0,
  directory: ROOT,
  rest: null,
  links: 0,
  mayEnter: false,
  node: '',
  first: '',
  size: 0,
};

/** What a step came to: how to go on, or how the call ends. */
export type StepResult = { readonly model: Model } & ({ readonly progress: Progress } | { readonly end: string });

type Step = (model: Model, progress: Progress, call: Judged) => StepResult;

const MOST_LINKS = 40;

const end = (model: Model, result: string | number): StepResult => ({ model, end: String(result) });
const goOn = (model: Model, progress: Progress, change: Partial<Progress> = {}): StepResult => ({
  model,
  progress: { ...progress, step: progress.step + 1, ...change },
});
const again = (model: Model, progress: Progress, change: Partial<Progress>): StepResult => ({
  model,
  progress: { ...progress, ...change },
});

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');
const lastOf = ({ rest }: Progress): string => rest?.[0] ?? '';
const text = (value: string | number | undefined): string => String(value ?? '');

/** What a walk is for: the directory of the last name, or what that names; 'follow' a symlink there, or 'nofollow'. */
type Goal = 'parent' | 'follow' | 'nofollow';

/** Walks one name of a path at a time. */
const walk =
  (argument: number, goal: Goal): Step =>
  (model, progress, call) => {
    const rest = progress.rest ?? partsOf(text(call.args[argument]));
    const { directory } = progress;
    const node = model.node(directory);
    if (node.kind !== 'directory') return end(model, 'ENOTDIR');
    const [name, ...left] = rest;
    if (name === undefined) return goOn(model, progress, { node: directory, rest });
    if (!permits(node, call.uid, SEARCH) && !progress.mayEnter) return end(model, 'EACCES');
    if (call.uid !== 0 && !progress.mayEnter) return again(model, progress, { mayEnter: true, rest });
    if (goal === 'parent' && left.length === 0) return goOn(model, progress, { rest });
    const found = model.child(directory, name);
    if (found === undefined) return end(model, 'ENOENT');
    const { kind, data } = model.node(found);
    if (kind === 'symlink' && (left.length > 0 || goal === 'follow')) return followLink(model, progress, data, left);
    if (left.length > 0) return again(model, progress, { directory: found, rest: left, mayEnter: false });
    return goOn(model, progress, { node: found, rest });
  };

function followLink(model: Model, progress: Progress, target: string, left: readonly string[]): StepResult {
  if (progress.links >= MOST_LINKS) return end(model, 'ELOOP');
  return again(model, progress, { rest: [...partsOf(target), ...left], links: progress.links + 1 });
}

/** Keeps what the first walk found, and begins the second. */
const secondPath: Step = (model, progress) =>
  goOn(model, progress, { first: progress.node, directory: ROOT, rest: null, links: 0, mayEnter: false });

const isOwner = (node: Node, uid: number): boolean => uid === 0 || node.uid === uid;

const SEARCH = 1;
const WRITE = 2;
const READ = 4;

/** Whether the mode lets somebody read, write, or search a directory. */
function permits(node: Node, uid: number, mask: number): boolean {
  if (uid === 0) return true;
  const bits = node.uid === uid ? node.mode >> 6 : node.mode;
  return (bits & mask) === mask;
}

/** Whether names of a directory may be made and removed. */
const mayChange = (model: Model, directory: string, uid: number): boolean =>
  permits(model.node(directory), uid, WRITE | SEARCH);

const needs =
  (mask: number): Step =>
  (model, progress, { uid }) =>
    permits(model.node(progress.node), uid, mask) ? goOn(model, progress) : end(model, 'EACCES');

const padded = (data: string, length: number): string => data.slice(0, length).padEnd(length, '\0');

/** Puts bytes into a file. */
function written(model: Model, id: string, bytes: string, offset: number): Model {
  const { data } = model.node(id);
  const before = padded(data, offset);
  return model.change(id, { data: before + bytes + data.slice(offset + bytes.length) });
}

// Calls that name files. What they do in a directory they do under its lock, so that it is one step.

const making =
  (make: (call: Judged, model: Model, progress: Progress) => Node): Step =>
  (model, progress, call) => {
    const { directory } = progress;
    const name = lastOf(progress);
    if (model.child(directory, name) !== undefined) return end(model, 'EEXIST');
    if (model.node(directory).nlink === 0) return end(model, 'ENOENT');
    if (!mayChange(model, directory, call.uid)) return end(model, 'EACCES');
    return end(model.make(call.id, make(call, model, progress), directory, name), 'ok');
  };

const linking: Step = (model, progress, { uid }) => {
  const { directory, first } = progress;
  const name = lastOf(progress);
  const source = model.node(first);
  if (model.child(directory, name) !== undefined) return end(model, 'EEXIST');
  if (model.node(directory).nlink === 0) return end(model, 'ENOENT');
  if (!isOwner(source, uid) && !(source.kind === 'file' && permits(source, uid, READ | WRITE)))
    return end(model, 'EPERM');
  if (!mayChange(model, directory, uid)) return end(model, 'EACCES');
  if (source.kind === 'directory') return end(model, 'EPERM');
  if (source.nlink === 0) return end(model, 'ENOENT');
  return end(model.link(first, directory, name), 'ok');
};

const removing =
  (what: 'name' | 'directory'): Step =>
  (model, progress, { uid }) => {
    const { directory } = progress;
    const name = lastOf(progress);
    const found = model.child(directory, name);
    if (found === undefined) return end(model, 'ENOENT');
    if (!mayChange(model, directory, uid)) return end(model, 'EACCES');
    const node = model.node(found);
    if ((node.kind === 'directory') !== (what === 'directory')) {
      return end(model, what === 'name' ? 'EISDIR' : 'ENOTDIR');
    }
    if (node.names.size > 0) return end(model, 'ENOTEMPTY');
    return goOn(model.uncount(found), progress, { node: found });
  };

/** In no order that can be: a directory changes under its lock. */
const IMPOSSIBLE = 'another order';

/**
 * A name goes a moment after its file counts one less: until the server has answered it is found in the cache of names,
 * while attributes may be asked for.
 */
const removed: Step = (model, progress) => {
  const { directory, node } = progress;
  const name = lastOf(progress);
  if (model.child(directory, name) !== node) return end(model, IMPOSSIBLE);
  return end(model.unname(directory, name), 'ok');
};

/** The directory that the first walk reached, and the name that it left, in one. */
const firstPlace: Step = (model, progress) =>
  goOn(model, progress, {
    first: JSON.stringify([progress.directory, lastOf(progress)]),
    directory: ROOT,
    rest: null,
    links: 0,
    mayEnter: false,
  });

const renaming: Step = (model, progress, { uid }) => {
  const [directory, name] = JSON.parse(progress.first) as [string, string];
  const from = { directory, name };
  const to = { directory: progress.directory, name: lastOf(progress) };
  const moved = model.child(from.directory, from.name);
  const replaced = model.child(to.directory, to.name);
  if (moved === undefined) return end(model, 'ENOENT');
  if (model.contains(moved, to.directory)) return end(model, 'EINVAL');
  if (replaced !== undefined && model.contains(replaced, from.directory)) return end(model, 'ENOTEMPTY');
  if (model.node(to.directory).nlink === 0) return end(model, 'ENOENT');
  if (moved === replaced) return end(model, 'ok');
  if (!mayChange(model, from.directory, uid) || !mayChange(model, to.directory, uid)) return end(model, 'EACCES');
  const isDirectory = model.node(moved).kind === 'directory';
  if (replaced !== undefined) {
    if (isDirectory !== (model.node(replaced).kind === 'directory')) {
      return end(model, isDirectory ? 'ENOTDIR' : 'EISDIR');
    }
  }
  const changesParent = isDirectory && from.directory !== to.directory;
  if (changesParent && !permits(model.node(moved), uid, WRITE)) return end(model, 'EACCES');
  if (replaced !== undefined && model.node(replaced).names.size > 0) return end(model, 'ENOTEMPTY');
  if (replaced === undefined) return end(model.rename(from, to), 'ok');
  return goOn(model.uncount(replaced), progress, { node: JSON.stringify([moved, replaced]) });
};

/** The second half of a rename over another file, as {@link removed}. */
const renamed: Step = (model, progress) => {
  const [directory, name] = JSON.parse(progress.first) as [string, string];
  const [moved, replaced] = JSON.parse(progress.node) as [string, string];
  const to = { directory: progress.directory, name: lastOf(progress) };
  const isSame = model.child(directory, name) === moved && model.child(to.directory, to.name) === replaced;
  return isSame ? end(model.rename({ directory, name }, to), 'ok') : end(model, IMPOSSIBLE);
};

// Opening. The descriptor that a call gave is known; in the model it must be free then.

const access = (flags: string): 'read' | 'write' | 'both' =>
  flags.includes('O_RDWR') ? 'both' : flags.includes('O_WRONLY') ? 'write' : 'read';
const masks = { read: READ, write: WRITE, both: READ | WRITE };
const flagsOf = (call: Judged): string => text(call.args[1]);

function install(model: Model, node: string, call: Judged): StepResult {
  if (call.result === null) return end(model, '');
  const descriptor = `${call.pid}/${call.result}`;
  if (model.file(descriptor) !== undefined) return end(model, 'a descriptor that is free');
  const flags = flagsOf(call);
  const file = { node, access: access(flags), append: flags.includes('O_APPEND'), position: 0 };
  return end(model.withFile(descriptor, file), call.result);
}

const createOrFind: Step = (model, progress, call) => {
  const { directory, rest } = progress;
  const name = lastOf(progress);
  const flags = flagsOf(call);
  if (rest?.length === 0) return end(model, 'EISDIR');
  const found = model.child(directory, name);
  if (found === undefined) {
    if (model.node(directory).nlink === 0) return end(model, 'ENOENT');
    if (!mayChange(model, directory, call.uid)) return end(model, 'EACCES');
    const made = model.make(call.id, newNode('file', Number(call.args[2]), call.uid), directory, name);
    return install(made, call.id, call);
  }
  if (flags.includes('O_EXCL')) return end(model, 'EEXIST');
  const { kind, data } = model.node(found);
  if (kind === 'symlink') return followLink(model, { ...progress, step: progress.step - 1 }, data, []);
  return goOn(model, progress, { node: found });
};

const mayOpen: Step = (model, progress, call) => {
  const node = model.node(progress.node);
  const flags = flagsOf(call);
  const mode = access(flags);
  if (node.kind === 'directory' && (mode !== 'read' || flags.includes('O_CREAT'))) return end(model, 'EISDIR');
  const mask = masks[mode] | (flags.includes('O_TRUNC') ? WRITE : 0);
  return permits(node, call.uid, mask) ? goOn(model, progress) : end(model, 'EACCES');
};

const cut: Step = (model, progress, call) =>
  goOn(flagsOf(call).includes('O_TRUNC') ? model.change(progress.node, { data: '' }) : model, progress);

const opened: Step = (model, progress, call) => install(model, progress.node, call);

// Calls on descriptors.

const descriptorOf = (call: Judged): string => `${call.pid}/${call.args[0]}`;

/** Finds the open file at the start of a call. */
const fetch: Step = (model, progress, call) => {
  const file = model.file(descriptorOf(call));
  if (file === undefined) return end(model, 'EBADF');
  return goOn(model, progress, { node: file.node, first: JSON.stringify(file) });
};

const mustBe =
  (forbidden: 'read' | 'write', errno: string): Step =>
  (model, progress) => {
    const { access: mode } = JSON.parse(progress.first) as { access: string };
    return mode === forbidden ? end(model, errno) : goOn(model, progress);
  };

const noDirectory =
  (errno: string): Step =>
  (model, progress) =>
    model.node(progress.node).kind === 'directory' ? end(model, errno) : goOn(model, progress);

/**
 * A read from a page cache does not wait for writes: it may see the size from before one, and the bytes of after it.
 * Linux mm/filemap.c, filemap_read().
 */
const lookAtSize: Step = (model, progress) => goOn(model, progress, { size: model.node(progress.node).data.length });

/** The bytes that a read may give. */
const readable = (model: Model, { node, size }: Progress, { isCached }: Judged): string =>
  isCached === true ? model.node(node).data.slice(0, size) : model.node(node).data;

const pread: Step = (model, progress, call) => {
  const [, size, offset] = call.args.map(Number) as [number, number, number];
  return end(model, JSON.stringify(readable(model, progress, call).slice(offset, offset + size)));
};

const pwrite: Step = (model, { node, first }, { args }) => {
  const { append } = JSON.parse(first) as { append: boolean };
  const offset = append ? model.node(node).data.length : Number(args[2]);
  return end(written(model, node, text(args[1]), offset), text(args[1]).length);
};

/** Reads at the file's own position, if it is still open; else the position is nobody's any more. */
const read: Step = (model, progress, call) => {
  const { first } = progress;
  const kept = model.file(descriptorOf(call));
  const { position } = kept ?? (JSON.parse(first) as { position: number });
  const bytes = readable(model, progress, call).slice(position, position + Number(call.args[1]));
  const moved = kept && model.withFile(descriptorOf(call), { ...kept, position: position + bytes.length });
  return end(moved ?? model, JSON.stringify(bytes));
};

const write: Step = (model, { node, first }, call) => {
  const kept = model.file(descriptorOf(call));
  const { position, append } = kept ?? (JSON.parse(first) as { position: number; append: boolean });
  const bytes = text(call.args[1]);
  const offset = append ? model.node(node).data.length : position;
  const done = written(model, node, bytes, offset);
  const moved = kept && done.withFile(descriptorOf(call), { ...kept, position: offset + bytes.length });
  return end(moved ?? done, bytes.length);
};

const close: Step = (model, _, call) => {
  if (model.file(descriptorOf(call)) === undefined) return end(model, 'EBADF');
  return end(model.withFile(descriptorOf(call), undefined), 'ok');
};

const resized =
  (argument: number): Step =>
  (model, { node }, { args }) =>
    end(model.change(node, { data: padded(model.node(node).data, Number(args[argument])) }), 'ok');

// Calls on what a path names.

/** What stat(2) tells that the model knows. */
const stat: Step = (model, { node }) => {
  const { kind, mode, uid, nlink, data } = model.node(node);
  const more = kind === 'directory' ? '' : ` nlink=${nlink} size=${data.length}`;
  return end(model, `${kind} ${mode.toString(8)} uid=${uid}${more}`);
};

const chmod: Step = (model, { node }, { uid, args }) =>
  isOwner(model.node(node), uid) ? end(model.change(node, { mode: Number(args[1]) }), 'ok') : end(model, 'EPERM');

const readlink: Step = (model, { node }) => {
  const { kind, data } = model.node(node);
  return end(model, kind === 'symlink' ? JSON.stringify(data) : 'EINVAL');
};

const list: Step = (model, { node }) => {
  const { nlink, names } = model.node(node);
  return end(model, nlink === 0 ? 'ENOENT' : ['.', '..', ...names.keys()].sort().join(' '));
};

/** A listing finds its directory and reads it at two moments. */
const mayList: Step = (model, progress, { uid }) => {
  const node = model.node(progress.node);
  if (node.kind !== 'directory') return end(model, 'ENOTDIR');
  return permits(node, uid, READ) ? goOn(model, progress) : end(model, 'EACCES');
};

const setxattr: Step = (model, { node }, { args }) => {
  const xattrs = new Map(model.node(node).xattrs).set(text(args[1]), text(args[2]));
  return end(model.change(node, { xattrs }), 'ok');
};

const getxattr: Step = (model, { node }, { args }) => {
  const value = model.node(node).xattrs.get(text(args[1]));
  return end(model, value === undefined ? 'ENODATA' : JSON.stringify(value));
};

const creating = [walk(0, 'parent'), createOrFind, mayOpen, cut, opened];
const finding = [walk(0, 'follow'), mayOpen, cut, opened];

const steps: Readonly<Record<string, readonly Step[]>> = {
  stat: [walk(0, 'follow'), stat],
  lstat: [walk(0, 'nofollow'), stat],
  fstat: [fetch, stat],
  mkdir: [walk(0, 'parent'), making(({ args, uid }) => newNode('directory', Number(args[1]), uid))],
  symlink: [walk(1, 'parent'), making(({ args, uid }) => newNode('symlink', 0o777, uid, text(args[0])))],
  link: [walk(0, 'nofollow'), secondPath, walk(1, 'parent'), linking],
  unlink: [walk(0, 'parent'), removing('name'), removed],
  rmdir: [walk(0, 'parent'), removing('directory'), removed],
  rename: [walk(0, 'parent'), firstPlace, walk(1, 'parent'), renaming, renamed],
  readlink: [walk(0, 'nofollow'), readlink],
  chmod: [walk(0, 'follow'), chmod],
  truncate: [walk(0, 'follow'), noDirectory('EISDIR'), needs(WRITE), resized(1)],
  ftruncate: [fetch, noDirectory('EINVAL'), mustBe('read', 'EINVAL'), resized(1)],
  pread: [fetch, mustBe('write', 'EBADF'), noDirectory('EISDIR'), lookAtSize, pread],
  pwrite: [fetch, mustBe('read', 'EBADF'), pwrite],
  read: [fetch, mustBe('write', 'EBADF'), noDirectory('EISDIR'), lookAtSize, read],
  write: [fetch, mustBe('read', 'EBADF'), write],
  close: [close],
  list: [walk(0, 'follow'), mayList, list],
  setxattr: [walk(0, 'follow'), needs(WRITE), setxattr],
  getxattr: [walk(0, 'follow'), needs(READ), getxattr],
};

/** The steps of a call. @throws Error for one that the model does not know */
export function stepsOf(call: Judged): readonly Step[] {
  if (call.name === 'open') return flagsOf(call).includes('O_CREAT') ? creating : finding;
  const found = steps[call.name];
  if (found === undefined) throw new Error(`the model does not know ${call.name}`);
  return found;
}
