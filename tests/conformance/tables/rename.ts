import type { Assertion, Table } from '../assertion.ts';
import { each, LINKED, make, remove, TYPES, UNLINKED } from '../files.ts';
import { throughLoop, throughNoDirectory, throughNothing, tooLong } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { renamingFromSticky, renamingOntoSticky } from '../sticky-rename.ts';
import { IN_ROOT_GROUP, OWNER } from '../users.ts';

/** Two directories of the owner's, and a file of his in the first, which may go to the second and come back. */
const TWO_DIRECTORIES = `
  mkdir a 0755
  chown a 65534 65534
  mkdir b 0755
  chown b 65534 65534
  ${OWNER} creat a/f 0644
  ${OWNER} rename a/f b/g
  ${OWNER} rename b/g a/f
`;

const moves: Assertion[] = [
  {
    name: 'a file of any type is the same under its new name, and its other names stay',
    covers: ['rename/00'],
    steps: each(
      LINKED,
      (type) => `
        ${make(type, 'a')}
        lstat a -> type=${type} perm=0644 nlink=1
        rename a b
        lstat a -> ENOENT
        lstat b -> type=${type} perm=0644 nlink=1 ino=ino@a
        link b a
        lstat a -> type=${type} perm=0644 nlink=2 ino=ino@b
        lstat b -> type=${type} perm=0644 nlink=2 ino=ino@a
        rename b c
        lstat a -> type=${type} perm=0644 nlink=2
        lstat b -> ENOENT
        lstat c -> type=${type} perm=0644 nlink=2 ino=ino@a
        unlink a
        unlink c
      `,
    ),
  },
  {
    name: 'so is a directory',
    covers: ['rename/00'],
    steps: `
      mkdir a 0755
      lstat a -> type=dir perm=0755
      rename a b
      lstat a -> ENOENT
      lstat b -> type=dir perm=0755 ino=ino@a
      rmdir b
    `,
  },
  {
    name: 'a symlink moves itself, not what it leads to',
    covers: ['rename/00'],
    steps: `
      creat f 0644
      lstat f -> type=regular perm=0644
      symlink f l
      stat l -> type=regular perm=0644 ino=ino@f
      lstat l -> type=symlink
      rename l m
      stat f -> type=regular perm=0644 ino=ino@f
      lstat l -> ENOENT
      lstat m -> type=symlink ino=ino@l
    `,
  },
  {
    name: 'when it is refused nothing is marked',
    covers: ['rename/00'],
    steps: each(
      TYPES,
      (type) => `
        ${make(type, 'f')}
        lstat f -> type=${type}
        ${IN_ROOT_GROUP} rename f g -> EACCES
        lstat f -> type=${type} ctime=ctime@f
        ${remove(type, 'f')}
      `,
    ),
  },
  {
    name: 'of the file that had the new name the time of change is marked, and a name is gone',
    covers: ['rename/23'],
    steps: each(
      LINKED,
      (type) => `
        ${make(type, 'f')}
        ${make(type, 'g')}
        link g h
        lstat h -> type=${type} nlink=2
        rename f g
        lstat h -> type=${type} nlink=1 ctime>ctime@h
        unlink g
        unlink h
      `,
    ),
  },
  {
    name: 'a directory that moves has its new parent as `..`, and counts there',
    covers: ['rename/24'],
    steps: `
      mkdir a 0755
      mkdir b 0755
      mkdir a/d 0755
      lstat a -> nlink=3
      lstat b -> nlink=2
      lstat a/d/.. -> ino=ino@a
      rename a/d b/e
      lstat a -> nlink=2
      lstat b -> nlink=3
      lstat b/e/.. -> ino=ino@b
    `,
  },
  {
    name: 'two names of one file: nothing happens',
    covers: [],
    steps: 'creat f 0644\nlink f g\nrename f g\nlstat f -> nlink=2\nlstat g -> nlink=2 ino=ino@f',
  },
];

const refusals: Assertion[] = [
  ...tooLong(['rename/01', 'rename/02'], {
    works: (path) => `
      creat f 0644
      rename f ${path}
      lstat ${path} -> type=regular
      rename ${path} f
      lstat f -> type=regular ino=ino@${path.startsWith('n*') ? 'n'.repeat(255) : path}
    `,
    fails: (path) => [`rename f ${path}`, `rename ${path} g`],
  }),
  throughNothing('rename/03', (path) => [`rename ${path} f`]),
  {
    name: 'a directory on the way to the new name is missing: ENOENT',
    covers: ['rename/03'],
    steps: 'mkdir d 0755\ncreat f 0644\nrename f d/none/test -> ENOENT\nlstat f -> type=regular',
  },
  {
    name: 'a directory on either way may not be searched: EACCES',
    covers: ['rename/04'],
    steps: `
      ${TWO_DIRECTORIES}
      chmod a 0644
      ${OWNER} rename a/f a/g -> EACCES
      ${OWNER} rename a/f b/g -> EACCES
      chmod a 0755
      chmod b 0644
      ${OWNER} rename a/f b/g -> EACCES
      lstat a/f -> type=regular
    `,
  },
  {
    name: 'either directory may not be written to: EACCES',
    covers: ['rename/05'],
    steps: `
      ${TWO_DIRECTORIES}
      chmod b 0555
      ${OWNER} rename a/f b/g -> EACCES
      chmod a 0555
      ${OWNER} rename a/f a/g -> EACCES
      chmod b 0755
      ${OWNER} rename a/f b/g -> EACCES
      lstat a/f -> type=regular
    `,
  },
  throughLoop('rename/11', (path) => [`rename ${path} f`]),
  {
    ...throughLoop('rename/11', (path) => [`rename a ${path}`]),
    name: 'the way to the new name leads through symlinks that name each other: ELOOP',
  },
  throughNoDirectory('rename/12', (path) => [`rename ${path} d/g`]),
  {
    name: 'the way to the new name leads through what is no directory: ENOTDIR',
    covers: ['rename/12'],
    steps: `
      mkdir d 0755
      ${each(
        LINKED,
        (type) => `
          ${make(type, 'd/f')}
          ${make(type, 'd/g')}
          rename d/g d/f/test -> ENOTDIR
          unlink d/f
          unlink d/g
        `,
      )}
    `,
  },
  {
    name: 'a directory onto what is none: ENOTDIR',
    covers: ['rename/13'],
    steps: `
      mkdir d 0755
      ${each(
        UNLINKED,
        (type) => `
          ${make(type, 'f')}
          rename d f -> ENOTDIR
          lstat d -> type=dir
          lstat f -> type=${type}
          unlink f
        `,
      )}
    `,
  },
  {
    name: 'what is no directory onto one: EISDIR',
    covers: ['rename/14'],
    steps: `
      mkdir d 0755
      ${each(
        UNLINKED,
        (type) => `
          ${make(type, 'f')}
          rename f d -> EISDIR
          lstat d -> type=dir
          lstat f -> type=${type}
          unlink f
        `,
      )}
    `,
  },
  {
    name: 'from one mount to another: EXDEV',
    covers: ['rename/15'],
    steps: `
      mkdir d 0755
      mkdir m 0755
      bind_mount d m rw
      ${each(TYPES, (type) => `${make(type, 'm/f')}\nrename m/f g -> EXDEV\n${remove(type, 'm/f')}`)}
      umount m
    `,
  },
  {
    ...readOnly(['rename/16'], ['rename r/f r/g']),
    steps: `
      mkdir d 0755
      creat d/f 0644
      mkdir r 0755
      bind_mount d r ro
      creat f 0644
      rename r/f r/g -> EROFS
      rename r/f g -> EXDEV
      rename f r/g -> EXDEV
      umount r
      rename d/f d/g
    `,
  },
  {
    name: 'a directory into itself: EINVAL',
    covers: ['rename/18'],
    steps: 'mkdir d 0755\nmkdir d/e 0755\nrename d d/e -> EINVAL\nrename d d/e/new -> EINVAL\nlstat d/e -> type=dir',
  },
  {
    name: 'a last name of `.` or `..`: EBUSY',
    covers: ['rename/19'],
    steps: `
      mkdir d 0755
      mkdir d/e 0755
      rename d/e/. f -> EBUSY
      rename d/e/.. f -> EBUSY
      rename d d/e/. -> EBUSY
      rename d d/e/.. -> EBUSY
    `,
  },
  {
    name: 'onto a directory that has a file of any type: ENOTEMPTY',
    covers: ['rename/20'],
    steps: `
      mkdir d 0755
      mkdir e 0755
      ${each(TYPES, (type) => `${make(type, 'e/f')}\nrename d e -> ENOTEMPTY\n${remove(type, 'e/f')}`)}
      rename d e
    `,
  },
  {
    name: 'a directory that one may not write to stays where it is: EACCES',
    covers: ['rename/21'],
    steps: `
      mkdir a 0777
      mkdir b 0777
      mkdir a/d 0700
      ${OWNER} rename a/d a/e
      ${OWNER} rename a/e a/d
      ${OWNER} rename a/d b/e -> EACCES
      rmdir a/d
      rmdir b/e -> ENOENT
      creat a/f 0644
      ${OWNER} rename a/f b/g
      unlink b/g
      unlink a/f -> ENOENT
    `,
  },
];

/** rename(2). */
export const rename: Table = {
  call: 'rename',
  assertions: [...moves, ...refusals, ...renamingFromSticky, ...renamingOntoSticky],
};
