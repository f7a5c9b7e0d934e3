import type { Table } from '../assertion.ts';
import { each, FOLLOWED, LINKED, make, remove, TYPES } from '../files.ts';
import { throughLoop, throughNoDirectory, throughNothing, tooLong } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { IN_ROOT_GROUP, OWNER } from '../users.ts';

/** Two directories of the owner's, with a file in the first, and a link into the second that works and is removed. */
const TWO_DIRECTORIES = `
  mkdir a 0755
  chown a 65534 65534
  mkdir b 0755
  chown b 65534 65534
  ${OWNER} creat a/f 0644
  ${OWNER} link a/f b/g
  ${OWNER} unlink b/g
`;

/** link(2). */
export const link: Table = {
  call: 'link',
  assertions: [
    {
      name: 'all names of a file show the same file, until the last is gone',
      covers: ['link/00'],
      steps: each(
        LINKED,
        (type) => `
          ${make(type, 'a')}
          lstat a -> type=${type} nlink=1
          link a b
          lstat a -> type=${type} nlink=2
          lstat b -> type=${type} nlink=2 ino=ino@a
          link b c
          ${each(['a', 'b', 'c'], (name) => `lstat ${name} -> type=${type} nlink=3 ino=ino@a`)}
          chmod b 0201
          chown b 65534 65533
          ${each(['a', 'b', 'c'], (name) => `lstat ${name} -> type=${type} perm=0201 nlink=3 uid=65534 gid=65533`)}
          unlink a
          lstat a -> ENOENT
          ${each(['b', 'c'], (name) => `lstat ${name} -> type=${type} perm=0201 nlink=2 uid=65534 gid=65533`)}
          unlink c
          lstat a -> ENOENT
          lstat b -> type=${type} perm=0201 nlink=1 uid=65534 gid=65533
          lstat c -> ENOENT
          unlink b
          ${each(['a', 'b', 'c'], (name) => `lstat ${name} -> ENOENT`)}
        `,
      ),
    },
    {
      name: "a link marks the file's time of change and the directory's times",
      covers: ['link/00'],
      steps: each(
        LINKED,
        (type) => `
          ${make(type, 'f')}
          stat f -> type=${type}
          stat / -> type=dir
          link f g
          stat f -> ctime>ctime@f
          stat / -> ctime>ctime@/ mtime>ctime@/
          unlink f
          unlink g
        `,
      ),
    },
    {
      name: 'a refused link marks nothing',
      covers: ['link/00'],
      steps: each(
        LINKED,
        (type) => `
          ${make(type, 'f')}
          chown f 65534 -1
          stat f -> type=${type}
          stat / -> type=dir
          ${IN_ROOT_GROUP} link f g -> EACCES
          stat f -> ctime=ctime@f
          stat / -> ctime=ctime@/ mtime=mtime@/
          unlink f
        `,
      ),
    },
    throughNoDirectory('link/01', (path) => [`link ${path} d/g`]),
    {
      ...throughNoDirectory('link/01', (path) => [`link g ${path}`]),
      name: 'the way to the new name leads through what is no directory: ENOTDIR',
      steps: `
        mkdir d 0755
        ${each(
          LINKED,
          (type) => `
            ${make(type, 'd/f')}
            ${make(type, 'd/g')}
            link d/g d/f/test -> ENOTDIR
            unlink d/f
            unlink d/g
          `,
        )}
      `,
    },
    ...tooLong(['link/02', 'link/03'], {
      works: (path) => `
        ${make('regular', path)}
        link ${path} g
        stat g -> nlink=2
        stat ${path} -> nlink=2 ino=ino@g
        unlink ${path}
        link g ${path}
        stat ${path} -> nlink=2 ino=ino@g
        unlink ${path}
        stat g -> nlink=1
      `,
      fails: (path) => [`link g ${path}`, `link ${path} h`],
    }),
    throughNothing('link/04', (path) => [`link ${path} f`]),
    {
      name: 'a directory on the way to the new name is missing: ENOENT',
      covers: ['link/04'],
      steps: 'mkdir d 0755\ncreat f 0644\nlink f d/none/test -> ENOENT\nstat f -> nlink=1',
    },
    {
      name: 'a directory on either way may not be searched: EACCES',
      covers: ['link/06'],
      steps: `
        ${TWO_DIRECTORIES}
        chmod a 0644
        ${OWNER} link a/f a/g -> EACCES
        ${OWNER} link a/f b/g -> EACCES
        chmod a 0755
        chmod b 0644
        ${OWNER} link a/f b/g -> EACCES
        stat a/f -> nlink=1
      `,
    },
    {
      name: 'the directory may not be written to: EACCES',
      covers: ['link/07'],
      steps: `
        ${TWO_DIRECTORIES}
        chmod b 0555
        ${OWNER} link a/f b/g -> EACCES
        chmod a 0555
        ${OWNER} link a/f a/g -> EACCES
        chmod b 0755
        ${OWNER} link a/f b/g
        stat a/f -> nlink=2
      `,
    },
    throughLoop('link/08', (path) => [`link ${path} f`]),
    {
      ...throughLoop('link/08', (path) => [`link / ${path}`]),
      name: 'the way to the new name leads through symlinks that name each other: ELOOP',
    },
    {
      name: 'there is no such file: ENOENT',
      covers: ['link/09'],
      steps: 'creat f 0644\nlink f g\nunlink f\nunlink g\nlink f g -> ENOENT',
    },
    {
      name: 'there is a file of any type at the new name: EEXIST',
      covers: ['link/10'],
      steps: `
        creat f 0644
        ${each(TYPES, (type) => `${make(type, 'g')}\nlink f g -> EEXIST\n${remove(type, 'g')}`)}
        stat f -> nlink=1
      `,
    },
    {
      name: 'a directory: EPERM, to root too',
      covers: ['link/11'],
      steps: `
        mkdir d 0755
        link d g -> EPERM
        chown d 65534 65534
        ${OWNER} mkdir d/e 0755
        ${OWNER} link d/e d/g -> EPERM
      `,
    },
    {
      name: 'from one mount to another: EXDEV',
      covers: ['link/14'],
      steps: `
        mkdir d 0755
        mkdir m 0755
        bind_mount d m rw
        ${make('regular', 'm/f')}
        link m/f g -> EXDEV
        ${make('regular', 'g')}
        link g m/g -> EXDEV
        link m/f m/g
        umount m
      `,
    },
    readOnly(['link/16'], ['link r/f r/g']),
    {
      name: 'a file of another, that one may not write to: EPERM, as Linux protects hard links',
      covers: [],
      steps: `
        mkdir d 0777
        ${each(
          FOLLOWED.filter((type) => type !== 'dir'),
          (type) => `${make(type, 'd/f')}\n${OWNER} link d/f d/g -> EPERM\nunlink d/f`,
        )}
      `,
    },
  ],
};
