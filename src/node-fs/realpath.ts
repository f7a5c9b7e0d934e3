import type { PathLike } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ByteString } from '../abi/bytes.ts';
import { EINVAL, ELOOP, ENOENT, ENOTDIR } from '../abi/errno.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, SYMLOOP_MAX } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import * as calls from './calls.ts';
import { failedWith, named } from './failure.ts';
import type { EncodingOptions } from './links.ts';
import { made, type Operation } from './operation.ts';
import { type OptionsArgument, optionsOf } from './options.ts';
import { encodeName, toPath } from './path.ts';

type Prepared = (path: PathLike, options?: OptionsArgument<EncodingOptions>) => Operation<string | Buffer>;

/** fs.realpath: ".." is taken off the text before links are followed, and errors name the component that failed. */
export const realpath: Prepared = (path, options) => {
  const { encoding } = optionsOf(options);
  const text = path instanceof URL ? fileURLToPath(path) : typeof path === 'string' ? path : `${path}`;
  const given = toPath(text);
  return (task) => made(followText(task, given), (found) => encodeName(found, encoding));
};

/** fs.realpath.native and the promises API's realpath: as realpath(3), and errors name the path given. */
export const nativeRealpath: Prepared = (path, options) => {
  const { encoding } = optionsOf(options);
  const given = toPath(path);
  return (task) => made(follow(task, given), (found) => encodeName(found, encoding));
};

/** Analogous to realpathSync in Node's lib/fs.js. */
function* followText(task: Thread, path: ByteString): Blocking<ByteString> {
  const start = path.startsWith('/') ? '/' : yield* calls.cwd(task);
  const plain = new Set<ByteString>();
  let all = posix.resolve(start, path);
  let done = 0; // how much of `all` is known to hold no link
  while (done < all.length - 1) {
    const slash = all.indexOf('/', done + 1);
    const end = slash === -1 ? all.length : slash;
    const part = all.slice(0, end);
    const isLink = !plain.has(part) && ((yield* calls.lstat(task, part)).mode & S_IFMT) === S_IFLNK;
    if (isLink) {
      yield* calls.stat(task, part);
      const target = yield* calls.readlink(task, part);
      all = posix.resolve(posix.dirname(part), target, `.${all.slice(end)}`);
      done = 0;
    } else {
      plain.add(part);
      done = end;
    }
  }
  return all;
}

/** Analogous to realpath(3) of glibc. */
const follow = named('realpath', 1, function* (task: Thread, path: ByteString): Blocking<ByteString> {
  if (path === '') throw ENOENT;
  let real = path.startsWith('/') ? '/' : yield* calls.cwd(task);
  let links = 0;
  const rest = path.split('/').reverse();
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === '' || name === '.' || name === '..') {
      // What has a slash behind it must be a directory; at the end of the path nothing else would notice.
      if (real !== '/' && ((yield* calls.stat(task, real)).mode & S_IFMT) !== S_IFDIR) throw ENOTDIR;
      if (name === '..') real = posix.dirname(real);
      continue;
    }
    const part = posix.join(real, name);
    const target = yield* linkTarget(task, part);
    if (target === null) {
      real = part;
      continue;
    }
    if (++links > SYMLOOP_MAX) throw ELOOP;
    if (target.startsWith('/')) real = '/';
    rest.push(...target.split('/').reverse());
  }
  return real;
});

/** Null when the path names something that is no symbolic link. */
function* linkTarget(task: Thread, path: ByteString): Blocking<ByteString | null> {
  try {
    return yield* calls.readlink(task, path);
  } catch (error) {
    if (failedWith(error, EINVAL)) return null;
    throw error;
  }
}
