import type { Assertion } from './assertion.ts';
import { each, type FileType, make, type Owner, UNLINKED } from './files.ts';
import { OWNER } from './users.ts';

// rename(2) and sticky directories: from one, as `s/f`, to an ordinary directory, as `d/g`; and the other way round. The caller is 65534,
// to whom the ordinary directory belongs.

const OWN: Owner = [65534, 65534];
const OTHERS: readonly Owner[] = [
  [0, 0],
  [65533, 65533],
];

const given = ([uid, gid]: Owner): string => `${uid} ${gid}`;
const shown = ([uid, gid]: Owner): string => `uid=${uid} gid=${gid}`;

/** To whom the sticky directory and the file in it belong, and whether the caller, who owns one of them or both, may. */
const OWNERSHIPS: readonly {
  readonly name: string;
  readonly pairs: readonly (readonly [Owner, Owner])[];
  readonly may: boolean;
}[] = [
  { name: 'the owner of both', pairs: [[OWN, OWN]], may: true },
  { name: 'the owner of the directory', pairs: OTHERS.map((other) => [OWN, other] as const), may: true },
  { name: 'the owner of the file', pairs: OTHERS.map((other) => [other, OWN] as const), may: true },
  { name: 'the owner of neither', pairs: OTHERS.map((other) => [other, other] as const), may: false },
];

const DIRECTORIES = `
  mkdir s 0755
  chmod s 01777
  mkdir d 0755
  chown d 65534 65534
`;

/** There and back: the file that moves is the same each time, and what was at its new name is gone. */
const thereAndBack = (from: string, to: string, owner: Owner): string => `
  ${OWNER} rename ${from} ${to}
  lstat ${from} -> ENOENT
  lstat ${to} -> ino=ino@${from} ${shown(owner)}
  ${OWNER} rename ${to} ${from}
  lstat ${from} -> ino=ino@${to}
  lstat ${to} -> ENOENT
`;

/** Nothing has moved. */
const refused = (type: FileType, onto: FileType | 'none', file: Owner): string => `
  ${OWNER} rename s/f d/g -> EPERM
  lstat s/f -> type=${type} ino=ino@s/f ${shown(file)}
  ${onto === 'none' ? 'lstat d/g -> ENOENT' : `lstat d/g -> type=${onto} ${shown(OWN)}\nunlink d/g`}
`;

/** Each type of file onto each, or onto nothing, out of the sticky directory. */
const filesOut: Assertion[] = OWNERSHIPS.map(({ name, pairs, may }) => ({
  name: `out of a sticky directory, of a file of any type onto any: ${name} may${may ? '' : ' not: EPERM'}`,
  covers: ['rename/09'],
  steps: `
    ${DIRECTORIES}
    ${each(pairs, ([directory, file]) =>
      each(
        UNLINKED,
        (type) => `
          chown s ${given(directory)}
          ${make(type, 's/f', file)}
          lstat s/f -> type=${type}
          ${each(
            ['none', ...UNLINKED] as const,
            (onto) => `
            ${onto === 'none' ? '' : make(onto, 'd/g', OWN)}
            ${may ? thereAndBack('s/f', 'd/g', file) : refused(type, onto, file)}
          `,
          )}
          unlink s/f
        `,
      ),
    )}
  `,
}));

/** A directory that moves to another one must be written to, for its `..`: who does not own it may not, though `s` is his. */
const directoriesOut: Assertion[] = [
  {
    name: 'out of a sticky directory, of a directory: its owner may, onto nothing and onto an empty one',
    covers: ['rename/09'],
    steps: `
      ${DIRECTORIES}
      ${each(
        [OWN, ...OTHERS],
        (directory) => `
        chown s ${given(directory)}
        ${make('dir', 's/f', OWN)}
        lstat s/f -> type=dir
        ${OWNER} rename s/f d/g
        lstat s/f -> ENOENT
        lstat d/g -> ino=ino@s/f ${shown(OWN)}
        rename d/g s/f
        ${OWNER} mkdir d/g 0755
        ${OWNER} rename s/f d/g
        lstat s/f -> ENOENT
        lstat d/g -> ino=ino@s/f ${shown(OWN)}
        rmdir d/g
      `,
      )}
    `,
  },
  {
    name: 'out of a sticky directory that is his own, the directory of another: EACCES, but within it he may',
    covers: ['rename/09'],
    steps: `
      ${DIRECTORIES}
      chown s ${given(OWN)}
      ${each(
        OTHERS,
        (file) => `
        ${make('dir', 's/f', file)}
        lstat s/f -> ${shown(file)}
        ${OWNER} rename s/f d/g -> EACCES
        lstat s/f -> ino=ino@s/f ${shown(file)}
        lstat d/g -> ENOENT
        ${OWNER} rename s/f s/g
        lstat s/f -> ENOENT
        lstat s/g -> ino=ino@s/f ${shown(file)}
        rename s/g s/f
        ${OWNER} mkdir d/g 0755
        ${OWNER} rename s/f d/g -> EACCES
        lstat s/f -> type=dir ino=ino@s/f ${shown(file)}
        rmdir d/g
        ${OWNER} mkdir s/g 0755
        ${OWNER} rename s/f s/g
        lstat s/f -> ENOENT
        lstat s/g -> ino=ino@s/f ${shown(file)}
        rmdir s/g
      `,
      )}
    `,
  },
  {
    name: 'out of the sticky directory of another, the directory of another: EPERM',
    covers: ['rename/09'],
    steps: `
      ${DIRECTORIES}
      ${each(
        OTHERS,
        (other) => `
        chown s ${given(other)}
        ${make('dir', 's/f', other)}
        lstat s/f -> ${shown(other)}
        ${OWNER} rename s/f d/g -> EPERM
        lstat s/f -> ino=ino@s/f ${shown(other)}
        lstat d/g -> ENOENT
        ${OWNER} mkdir d/g 0755
        ${OWNER} rename s/f d/g -> EPERM
        lstat s/f -> ino=ino@s/f ${shown(other)}
        lstat d/g -> type=dir ${shown(OWN)}
        rmdir s/f
        rmdir d/g
      `,
      )}
    `,
  },
];

/** What is moved out of sticky directories. */
export const renamingFromSticky: readonly Assertion[] = [...filesOut, ...directoriesOut];

const onto = (files: string, types: readonly FileType[], may: boolean, directory: Owner, target: Owner): string =>
  each(
    types,
    (type) => `
      chown s ${given(directory)}
      ${make(type, 'd/f', OWN)}
      lstat d/f -> type=${type}
      ${each(
        types,
        (replaced) => `
        ${make(replaced, 's/g', target)}
        ${
          may
            ? replaces(files)
            : `
          lstat s/g -> ${shown(target)}
          ${OWNER} rename d/f s/g -> EPERM
          lstat d/f -> type=${type} ino=ino@d/f
          lstat s/g -> type=${replaced} ino=ino@s/g ${shown(target)}
          ${replaced === 'dir' ? 'rmdir' : 'unlink'} s/g
        `
        }
      `,
      )}
      ${type === 'dir' ? 'rmdir' : 'unlink'} d/f
    `,
  );

/** A file goes there and back; a directory too, with its own `..` to write. */
const replaces = (files: string): string => `
  ${OWNER} rename d/f s/g
  lstat d/f -> ENOENT
  lstat s/g -> ino=ino@d/f ${files}
  ${OWNER} rename s/g d/f
  lstat d/f -> ino=ino@s/g
  lstat s/g -> ENOENT
`;

/** What is moved onto files in sticky directories: `target` is to whom these belong. */
export const renamingOntoSticky: readonly Assertion[] = OWNERSHIPS.flatMap(({ name, pairs, may }) =>
  (
    [
      ['a file of any type', UNLINKED],
      ['an empty directory', ['dir']],
    ] as const
  ).map(([what, types]) => ({
    name: `in a sticky directory, onto ${what}: ${name} may${may ? '' : ' not: EPERM'}`,
    covers: ['rename/10'],
    steps: `
      ${DIRECTORIES}
      ${each(pairs, ([directory, target]) => onto(shown(OWN), types, may, directory, target))}
    `,
  })),
);
