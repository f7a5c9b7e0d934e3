import type { Assertion } from './assertion.ts';
import {
  belowLongPath,
  each,
  type FileType,
  LINKED,
  LONGEST_NAME,
  LONGEST_PATH,
  make,
  remove,
  TOO_LONG_NAME,
  TOO_LONG_PATH,
} from './files.ts';
import { OWNER } from './users.ts';

// What all calls that take a path have in common: how the way to it can fail.

/** The calls that go to a path; several when an assertion is about them all. */
export type CallsAt = (path: string) => readonly string[];

const failing = (calls: readonly string[], errno: string): string =>
  calls.map((call) => `${call} -> ${errno}`).join('\n');

/** ENOTDIR when the way leads through what is no directory. */
export const throughNoDirectory = (covers: string, calls: CallsAt, types: readonly FileType[] = LINKED): Assertion => ({
  name: 'the way leads through what is no directory: ENOTDIR',
  covers: [covers],
  steps: `
    mkdir d 0755
    ${each(
      types,
      (type) => `
      ${make(type, 'd/f')}
      ${failing(calls('d/f/test'), 'ENOTDIR')}
      ${remove(type, 'd/f')}
    `,
    )}
  `,
});

/** What is done at a path that is as long as can be, and the calls that fail at a longer one. */
export interface Lengths {
  /** Steps that make what is at the path, make the call and look at what came of it, and remove it. */
  works(path: string): string;
  readonly fails: CallsAt;
}

/** ENAMETOOLONG from the first byte too many on: in a name, and in a path. `covers` are the two, in this order. */
export const tooLong = (covers: readonly [name: string, path: string], { works, fails }: Lengths): Assertion[] => [
  {
    name: 'a name has up to NAME_MAX bytes: ENAMETOOLONG beyond',
    covers: [covers[0]],
    steps: `${works(LONGEST_NAME)}\n${failing(fails(TOO_LONG_NAME), 'ENAMETOOLONG')}`,
  },
  {
    name: 'a path has less than PATH_MAX bytes: ENAMETOOLONG from there on',
    covers: [covers[1]],
    steps: belowLongPath(`${works(LONGEST_PATH)}\n${failing(fails(TOO_LONG_PATH), 'ENAMETOOLONG')}`),
  },
];

/** ELOOP when the way leads through symlinks that name each other. */
export const throughLoop = (covers: string, calls: CallsAt): Assertion => ({
  name: 'the way leads through symlinks that name each other: ELOOP',
  covers: [covers],
  steps: `
    symlink a b
    symlink b a
    ${failing([...calls('a/test'), ...calls('b/test')], 'ELOOP')}
    unlink a
    unlink b
  `,
});

/** ENOENT when a directory on the way is missing. */
export const throughNothing = (covers: string, calls: CallsAt): Assertion => ({
  name: 'a directory on the way is missing: ENOENT',
  covers: [covers],
  steps: `mkdir d 0755\n${failing(calls('d/missing/test'), 'ENOENT')}\nrmdir d`,
});

/** What the owner of a directory does in it. */
export interface InDirectory {
  /** Before the first call, by root. */
  readonly before?: string;
  /** The call, at a path. */
  call(path: string): string;
  /** What shows that it worked, and undoes it where it must be undone before the next. */
  after(path: string): string;
}

/** EACCES when the directory on the way may not be searched (`mode` 0644), or not be written to (0555). */
const denied = (mode: string, { before = '', call, after }: InDirectory): string => `
  mkdir d 0755
  chown d 65534 65534
  ${before}
  ${OWNER} ${call('d/f')}
  ${after('d/f')}
  chmod d ${mode}
  ${OWNER} ${call('d/f')} -> EACCES
  chmod d 0755
  ${OWNER} ${call('d/f')}
  ${after('d/f')}
`;

/** EACCES on the way through a directory that may not be searched. */
export const throughUnsearchable = (covers: string, how: InDirectory): Assertion => ({
  name: 'a directory on the way may not be searched: EACCES',
  covers: [covers],
  steps: denied('0644', how),
});

/** EACCES in a directory that may not be written to. */
export const inUnwritable = (covers: string, how: InDirectory): Assertion => ({
  name: 'the directory may not be written to: EACCES',
  covers: [covers],
  steps: denied('0555', how),
});

/** ENOSPC from a server that has no inode left. */
export const withoutInodes = (covers: string, call: string): Assertion => ({
  name: 'the server has no inode left: ENOSPC',
  covers: [covers],
  variants: ['full'],
  steps: `${make('regular', 'f')}\n${call} -> ENOSPC\nlstat f -> type=regular`,
});

/** A call that makes a file. */
export interface Making {
  /** Its name in pjdfstest, where its files are numbered alike. */
  readonly suite: 'mkdir' | 'mkfifo' | 'mknod';
  /** The calls that make one at a path, each with the type and mode that it makes. */
  readonly calls: readonly { readonly type: FileType; readonly perm: string; at(path: string): string }[];
}

/** What all calls that make files have in common. */
export function making({ suite, calls }: Making): Assertion[] {
  const at: CallsAt = (path) => calls.map((call) => call.at(path));
  const [first] = calls;
  if (first === undefined) throw new Error(`${suite}: no call`);
  const inDirectory: InDirectory = {
    call: first.at,
    after: (path) => `${OWNER} ${remove(first.type, path)}`,
  };
  return [
    throughNoDirectory(`${suite}/01`, at),
    ...tooLong([`${suite}/02`, `${suite}/03`], {
      works: (path) =>
        each(
          calls,
          (call) => `
          ${call.at(path)}
          lstat ${path} -> type=${call.type} perm=${call.perm}
          ${remove(call.type, path)}
        `,
        ),
      fails: at,
    }),
    throughNothing(`${suite}/04`, at),
    throughUnsearchable(`${suite}/05`, inDirectory),
    inUnwritable(`${suite}/06`, inDirectory),
    throughLoop(`${suite}/07`, at),
  ];
}
