import type * as fs from 'node:fs';
import type { NodeFs } from '../types.ts';

/** What both sides of a comparison can do: ours, and the host's node:fs. */
export type AnyFs = NodeFs & Pick<typeof fs, 'promises'>;

/** One way to call a function of the API. */
export type Face = 'sync' | 'promises' | 'callback';

/** What a call did, in a form that two file systems can agree on: no times, no inode numbers, no directory's own path. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

type Anything = (...args: unknown[]) => unknown;

/** Calls a function by one of its faces. `name` is the promise's; realpath may be followed by ".native". */
export function callFace(fs: AnyFs, face: Face, name: string, args: readonly unknown[]): Promise<unknown> {
  const [base = name, part] = name.split('.');
  const holder = (face === 'promises' ? fs.promises : fs) as unknown as Record<string, Anything>;
  const found = holder[face === 'sync' ? `${base}Sync` : base] as Anything & Record<string, Anything>;
  const code = part === undefined ? found : (found[part] as Anything);
  if (face !== 'callback') return new Promise((resolve) => resolve(code(...args)));
  return new Promise((resolve, reject) => {
    code(...args, (error: unknown, ...results: unknown[]) => {
      if (error) reject(error);
      else resolve(results.length > 1 ? results : results[0]);
    });
  });
}

/** Waits for the result or the error, and takes out what is a place's own. `base` is the directory it happened in. */
export async function outcomeOf(result: Promise<unknown>, base: string): Promise<Outcome> {
  try {
    return { value: plain(await result, base) };
  } catch (error) {
    return { error: plain(error, base) };
  }
}

const errorFields = ['name', 'code', 'errno', 'syscall', 'path', 'dest', 'message', 'info', 'cause'];
const stableOfStats = ['mode', 'uid', 'gid', 'rdev'];
const stableOfFiles = ['nlink', 'size'];
const typesOfStats = [
  'dev',
  'ino',
  'blksize',
  'blocks',
  'nlink',
  'size',
  'atimeMs',
  'mtimeMs',
  'ctimeMs',
  'birthtimeMs',
];

/** A value as data to compare. */
export function plain(value: unknown, base: string): unknown {
  if (typeof value === 'string') return value.replaceAll(base, '<base>');
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { bytes: bytes.toString('latin1').replaceAll(base, '<base>') };
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, base));
  if (value instanceof Error) return fieldsOf(value, errorFields, base);
  if ('isFile' in value) return 'parentPath' in value ? direntOf(value as fs.Dirent, base) : statsOf(value as fs.Stats);
  if (Object.getPrototypeOf(value) !== null && Object.getPrototypeOf(value) !== Object.prototype)
    return value.constructor.name;
  return fieldsOf(value, Object.keys(value), base);
}

function fieldsOf(value: object, names: readonly string[], base: string): unknown {
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(names.map((name) => [name, plain(fields[name], base)]));
}

const typeNames = [
  'isFile',
  'isDirectory',
  'isSymbolicLink',
  'isFIFO',
  'isSocket',
  'isBlockDevice',
  'isCharacterDevice',
] as const;
const typeOf = (value: fs.Dirent | fs.Stats): string => typeNames.filter((name) => value[name]()).join();

const direntOf = (entry: fs.Dirent, base: string): unknown => ({
  name: plain(entry.name, base),
  parentPath: plain(entry.parentPath, base),
  type: typeOf(entry),
});

/** Sizes and link counts of directories are each file system's own affair; times are tested where they are set. */
function statsOf(stats: fs.Stats): unknown {
  const fields = stats as unknown as Record<string, unknown>;
  const values = [...stableOfStats, ...(stats.isDirectory() ? [] : stableOfFiles)].map((name) => [name, fields[name]]);
  const types = typesOfStats.map((name) => [`typeof ${name}`, typeof fields[name]]);
  return { type: typeOf(stats), isDate: stats.mtime instanceof Date, ...Object.fromEntries([...values, ...types]) };
}
