import type { Assertion, Table } from '../assertion.ts';
import { each, type FileType, FOLLOWED, make, remove, TYPES } from '../files.ts';
import { throughLoop, throughNoDirectory, throughUnsearchable, tooLong } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { IN_ROOT_GROUP, IN_TWO_GROUPS, OWNER, STRANGER } from '../users.ts';

/** How a call reaches a file `f` of a type. */
interface Reach {
  readonly types: readonly FileType[];
  /** The call that changes the owner. */
  readonly chown: string;
  readonly how: string;
  /** The path that the call gets. */
  readonly path: string;
  /** Steps that make the path when there is `f`, and remove it. */
  readonly made: string;
  readonly gone: string;
}

/** By its name, through a symlink, and as what the name itself means. */
const REACHES: readonly Reach[] = [
  { types: FOLLOWED, chown: 'chown', how: 'chown', path: 'f', made: '', gone: '' },
  { types: FOLLOWED, chown: 'chown', how: 'chown through a symlink', path: 'l', made: 'symlink f l', gone: 'unlink l' },
  { types: TYPES, chown: 'lchown', how: 'lchown', path: 'f', made: '', gone: '' },
];

/** One assertion for each way to reach a file, about all the types that it reaches. */
const byEachWay = (name: string, steps: (reach: Reach, type: FileType) => string): Assertion[] =>
  REACHES.map((reach) => ({
    name: `${reach.how}: ${name}`,
    covers: ['chown/00'],
    steps: each(
      reach.types,
      (type) => `
        ${make(type, 'f')}
        ${reach.made}
        ${steps(reach, type)}
        ${reach.gone}
        ${remove(type, 'f')}
      `,
    ),
  }));

/** A symlink has no mode to change. */
const withMode = (steps: (reach: Reach, type: FileType) => string) => (reach: Reach, type: FileType) =>
  type === 'symlink' ? '' : steps(reach, type);

/** Linux keeps the set-ID bits of directories when their owner changes. */
const without = (type: FileType): string => (type === 'dir' ? 'perm=0555 but perm=6555' : 'perm=0555');
const keptByRoot = (type: FileType): string => (type === 'dir' ? 'perm=6555' : 'perm=0555');

const ways: Assertion[] = [
  ...byEachWay(
    'root gives a file to anybody',
    ({ chown, path, made }) => `
      ${chown} ${path} 123 456
      lstat f -> uid=123 gid=456
      ${made === '' ? '' : 'lstat l -> uid=0 gid=0\nstat l -> uid=123 gid=456'}
      ${chown} ${path} 0 0
      lstat f -> uid=0 gid=0
    `,
  ),
  ...byEachWay(
    'the owner gives it to another of his groups',
    ({ chown, path, made }) => `
      ${chown} ${path} 65534 65533
      lstat f -> uid=65534 gid=65533
      ${IN_TWO_GROUPS} ${chown} ${path} -1 65532
      lstat f -> uid=65534 gid=65532
      ${IN_TWO_GROUPS} ${chown} ${path} 65534 65531
      lstat f -> uid=65534 gid=65531
      ${made === '' ? '' : 'lstat l -> uid=0 gid=0\nstat l -> uid=65534 gid=65531'}
    `,
  ),
  ...byEachWay(
    'anybody may change nothing',
    ({ chown, path, made }) => `
      ${OWNER} ${chown} ${path} -1 -1
      lstat f -> uid=0 gid=0
      ${made === '' ? '' : 'lstat l -> uid=0 gid=0'}
    `,
  ),
  ...byEachWay(
    'a change of owner by root takes the set-ID bits, but not from directories',
    withMode(
      ({ chown, path }, type) => `
        ${chown} ${path} 65534 65533
        chmod ${path} 06555
        stat f -> perm=6555 uid=65534 gid=65533
        ${chown} ${path} 65532 65531
        stat f -> ${keptByRoot(type)} uid=65532 gid=65531
        chmod ${path} 06555
        stat f -> perm=6555 uid=65532 gid=65531
        ${chown} ${path} 0 0
        stat f -> ${keptByRoot(type)} uid=0 gid=0
      `,
    ),
  ),
  ...byEachWay(
    'a change by the owner takes the set-ID bits, from directories only in POSIX',
    withMode(
      ({ chown, path }, type) => `
        ${chown} ${path} 65534 65533
        chmod ${path} 06555
        stat f -> perm=6555 uid=65534 gid=65533
        @65534:65533,65532 ${chown} ${path} 65534 65532
        stat f -> ${without(type)}
        stat f -> uid=65534 gid=65532
        chmod ${path} 06555
        stat f -> perm=6555 uid=65534 gid=65532
        @65534:65533,65532 ${chown} ${path} -1 65533
        stat f -> ${without(type)}
        stat f -> uid=65534 gid=65533
        chmod ${path} 06555
        @65534:65533,65532 ${chown} ${path} -1 -1
        stat f -> ${keptByRoot(type)} uid=65534 gid=65533
      `,
    ),
  ),
  ...byEachWay(
    'a change marks the time of change',
    ({ chown, path }) => `
      lstat f -> uid=0
      ${chown} ${path} 65534 65533
      lstat f -> ctime>ctime@f uid=65534 gid=65533
      @65534:65532 ${chown} ${path} 65534 65532
      lstat f -> ctime>ctime@f uid=65534 gid=65532
    `,
  ),
  ...byEachWay(
    'a change of nothing need not mark it, but does on Linux',
    ({ chown, path }) => `
      lstat f -> uid=0
      ${chown} ${path} -1 -1
      lstat f -> ctime=ctime@f but ctime>ctime@f
      lstat f -> uid=0 gid=0
    `,
  ),
  ...byEachWay(
    'a refused change marks nothing',
    ({ chown, path }) => `
      lstat f -> uid=0
      ${IN_ROOT_GROUP} ${chown} ${path} 65534 -1 -> EPERM
      ${OWNER} ${chown} ${path} -1 65534 -> EPERM
      ${OWNER} ${chown} ${path} 65534 65534 -> EPERM
      lstat f -> ctime=ctime@f uid=0 gid=0
    `,
  ),
];

const BOTH = ['chown', 'lchown'] as const;

/** chown(2) and lchown(2). */
export const chown: Table = {
  call: 'chown',
  assertions: [
    ...ways,
    throughNoDirectory('chown/01', (path) => BOTH.map((call) => `${call} ${path} 65534 65534`)),
    ...tooLong(['chown/02', 'chown/03'], {
      works: (path) =>
        each(
          BOTH,
          (call) => `
            ${make('regular', path)}
            ${call} ${path} 65534 65534
            stat ${path} -> uid=65534 gid=65534
            unlink ${path}
          `,
        ),
      fails: (path) => BOTH.map((call) => `${call} ${path} 65534 65534`),
    }),
    {
      name: 'there is no such file, by its name or behind a symlink: ENOENT',
      covers: ['chown/04'],
      steps: `
        mkdir d 0755
        ${each(BOTH, (call) => `${call} d/none/test 65534 65534 -> ENOENT\n${call} d/none 65534 65534 -> ENOENT`)}
        symlink nothing d/l
        chown d/l 65534 65534 -> ENOENT
        lchown d/l 65534 65534
      `,
    },
    ...BOTH.map((call) => ({
      ...throughUnsearchable('chown/05', {
        before: make('regular', 'd/f', [65534, 65534]),
        call: (path) => `${call} ${path} -1 65534`,
        after: (path) => `
          ${OWNER} stat ${path} -> uid=65534 gid=65534
          @65534:65533,65534 ${call} ${path} -1 65533
          ${OWNER} stat ${path} -> uid=65534 gid=65533
        `,
      }),
      name: `${call}: a directory on the way may not be searched: EACCES`,
    })),
    throughLoop('chown/06', (path) => [
      `chown ${path.replace('/test', '')} 65534 65534`,
      ...BOTH.map((call) => `${call} ${path} 65534 65534`),
    ]),
    {
      name: 'who is neither root nor the owner in the group that it becomes: EPERM',
      covers: ['chown/07'],
      steps: `
        mkdir d 0755
        chown d 65534 65534
        ${each(
          TYPES,
          (type) => `
            ${make(type, 'd/f', [65534, 65534])}
            ${each(
              type === 'symlink' ? ['lchown d/f'] : ['chown d/f', 'lchown d/f'],
              (call) => `
                ${OWNER} ${call} 65533 65533 -> EPERM
                ${STRANGER} ${call} 65534 65534 -> EPERM
                ${STRANGER} ${call} 65533 65533 -> EPERM
                ${OWNER} ${call} -1 65533 -> EPERM
              `,
            )}
            ${remove(type, 'd/f')}
          `,
        )}
      `,
    },
    {
      name: 'the same through a symlink of the owner: EPERM',
      covers: ['chown/07'],
      steps: `
        mkdir d 0755
        chown d 65534 65534
        ${each(
          FOLLOWED,
          (type) => `
            ${make(type, 'd/f', [65534, 65534])}
            ${OWNER} symlink f d/l
            ${OWNER} chown d/l 65533 65533 -> EPERM
            ${STRANGER} chown d/l 65534 65534 -> EPERM
            ${STRANGER} chown d/l 65533 65533 -> EPERM
            ${OWNER} chown d/l -1 65533 -> EPERM
            unlink d/l
            ${remove(type, 'd/f')}
          `,
        )}
      `,
    },
    readOnly(['chown/09'], ['chown r/f 65534 65534', 'lchown r/f 65534 65534']),
  ],
};
