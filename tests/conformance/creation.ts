import type { Assertion } from './assertion.ts';
import { type FileType, remove } from './files.ts';

// What POSIX says of every file that is made: its mode, its owner, and the times of it and of its directory.

/** How a call makes a file with a mode; `who` is who makes the call, with a blank behind, or nothing. */
export interface Creation {
  readonly covers: readonly string[];
  readonly type: FileType;
  steps(who: string, path: string, mode: string): string;
}

/** Modes that are asked for under a umask, and what is made. */
const MASKED = [
  ['0000', '0755', '0755'],
  ['0000', '0151', '0151'],
  ['0077', '0151', '0100'],
  ['0070', '0345', '0305'],
  ['0501', '0345', '0244'],
] as const;

/** Who makes a file in a directory of this mode, which belongs to 65534; the group is the maker's on Linux. */
const MAKERS = [
  ['0755', '@65534:65534', 'uid=65534 gid=65534'],
  ['0755', '@65534:65533', 'uid=65534 gid=65533'],
  ['0777', '@65533:65532', 'uid=65533 gid=65532'],
] as const;

/** The assertions about what a call makes. */
export function creation({ covers, type, steps }: Creation): Assertion[] {
  const gone = remove(type, 'd/f');
  return [
    {
      name: `the mode of a new ${type} file is what the umask leaves of what is asked for`,
      covers,
      steps: [
        'mkdir d 0755',
        ...MASKED.map(
          ([umask, asked, made]) =>
            `umask ${umask}\n${steps('', 'd/f', asked)}\numask 0\nlstat d/f -> type=${type} perm=${made}\n${gone}`,
        ),
      ].join('\n'),
    },
    {
      name: `a new ${type} file belongs to who made it, and to the maker's group`,
      covers,
      steps: [
        'mkdir d 0755',
        'chown d 65534 65534',
        ...MAKERS.map(
          ([mode, who, owner]) => `chmod d ${mode}\n${steps(`${who} `, 'd/f', '0755')}\nlstat d/f -> ${owner}\n${gone}`,
        ),
      ].join('\n'),
    },
    {
      name: `a new ${type} file marks all its times, and its directory's`,
      covers,
      steps: `
        mkdir d 0755
        stat d -> type=dir
        ${steps('', 'd/f', '0755')}
        lstat d/f -> atime>ctime@d mtime>ctime@d ctime>ctime@d
        stat d -> mtime>ctime@d ctime>ctime@d
        ${gone}
      `,
    },
  ];
}
