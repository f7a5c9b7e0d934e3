import { F_SETFD } from '../abi/linux.ts';
import { fail, libc } from './libc.ts';

/** What Node ignores, and whoever it becomes would ignore too: SIGPIPE, SIGXFSZ. */
const IGNORED_BY_NODE = [13, 25];
const STANDARD = [0, 1, 2];

const calls = {
  fcntl: libc.func('int fcntl(int, int, int)'),
  signal: libc.func('void *signal(int, void *)'),
  execvpe: libc.func('int execvpe(const char *, const char **, const char **)'),
} as unknown as {
  fcntl(fd: number, command: number, argument: number): number;
  signal(number: number, action: null): unknown;
  execvpe(file: string, args: readonly (string | null)[], env: readonly (string | null)[]): number;
};

/**
 * Becomes another program, found on PATH, with this process's standard descriptors and no other; signals do what they
 * do by default. Returns only by throwing.
 *
 * @throws ENOENT, EACCES, E2BIG and others of execve(2)
 */
export function execute(command: string, args: readonly string[], env: NodeJS.ProcessEnv): never {
  // Node marks all that it inherits as its own alone.
  for (const fd of STANDARD) calls.fcntl(fd, F_SETFD, 0);
  for (const signal of IGNORED_BY_NODE) calls.signal(signal, null);
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  calls.execvpe(command, [command, ...args, null], [...variables, null]);
  throw fail();
}
