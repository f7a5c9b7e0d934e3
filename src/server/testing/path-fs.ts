import { memfs } from 'memfs';
import type { PathFs } from '../paths/shape.ts';

/** A file system in memory by path, empty. */
export const emptyFs = (): PathFs => memfs().fs.promises;

/** Lets everything happen that waits for nothing. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await new Promise((next) => setImmediate(next));
}

/** A call of a file system by path that waits until it is let go. */
export interface Held {
  readonly name: string;
  /** Lets the file system do it, and resolves when it is done. */
  go(): Promise<void>;
}

/**
 * The same file system, whose calls of these names wait for the test, each before it is done (`when` 'before') or with
 * its result in hand ('after').
 */
export function holding(fs: PathFs, names: readonly (keyof PathFs)[], when: 'before' | 'after') {
  const held: Held[] = [];
  const arrivals: (() => void)[] = [];
  let left = 0;
  const wait = (name: string): Promise<void> =>
    new Promise((resolve) => {
      left--;
      const go = async (): Promise<void> => {
        resolve();
        await turns();
      };
      held.push({ name, go });
      for (const arrive of arrivals.splice(0)) arrive();
    });
  const proxy = new Proxy(fs, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || !names.includes(name as keyof PathFs)) return method;
      return async (...args: unknown[]): Promise<unknown> => {
        if (when === 'before' && left > 0) await wait(String(name));
        const result: unknown = await method.apply(target, args);
        if (when === 'after' && left > 0) await wait(String(name));
        return result;
      };
    },
  });
  return {
    fs: proxy,
    /** From now on calls wait: so many. */
    start: (count = Infinity): void => {
      left = count;
    },
    /** The next call that waits, in the order of arrival. */
    next: async (): Promise<Held> => {
      while (held.length === 0) await new Promise<void>((arrive) => arrivals.push(arrive));
      return held.shift() as Held;
    },
    /** Lets all that wait go, and holds no more. */
    stop: async (): Promise<void> => {
      left = 0;
      for (const each of held.splice(0)) await each.go();
    },
    waiting: held,
  };
}

/** The same file system, whose `lstat` and open files' `stat` are changed by `change`. */
export function withStats(fs: PathFs, change: (stats: Record<string, unknown>) => Record<string, unknown>): PathFs {
  const changed = async (stats: Promise<object>) => change({ ...fieldsOf(await stats) }) as never;
  return {
    ...bound(fs),
    lstat: (path, options) => changed(fs.lstat(path, options)),
    open: async (path, flags, mode) => {
      const file = await fs.open(path, flags, ...(mode === undefined ? [] : [mode]));
      return new Proxy(file, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (name === 'stat') return (options?: { bigint: boolean }) => changed(file.stat(options));
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

/** A copy that methods can be taken from and replaced in. */
export function bound(fs: PathFs): PathFs {
  const names = [
    'lstat',
    'readdir',
    'open',
    'readlink',
    'mkdir',
    'rmdir',
    'unlink',
    'rename',
    'link',
    'symlink',
  ] as const;
  const more = ['chmod', 'lchown', 'lutimes', 'statfs'] as const;
  const entries = [...names, ...more].map((name) => [name, (fs[name] as (...args: unknown[]) => unknown).bind(fs)]);
  return Object.fromEntries(entries) as PathFs;
}

function fieldsOf(stats: object): Record<string, unknown> {
  const names = ['dev', 'ino', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'size', 'blocks', 'blksize'];
  const times = ['atime', 'mtime', 'ctime', 'birthtime'].flatMap((time) => [`${time}Ms`, `${time}Ns`]);
  return Object.fromEntries([...names, ...times].map((name) => [name, Reflect.get(stats, name)]));
}
