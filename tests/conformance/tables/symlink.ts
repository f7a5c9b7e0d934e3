import type { Table } from '../assertion.ts';
import { each, LONGEST_NAME, make, remove, TOO_LONG_NAME, TYPES } from '../files.ts';
import {
  inUnwritable,
  throughLoop,
  throughNoDirectory,
  throughNothing,
  throughUnsearchable,
  tooLong,
  withoutInodes,
} from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { OWNER } from '../users.ts';

/** symlink(2). */
export const symlink: Table = {
  call: 'symlink',
  assertions: [
    {
      name: 'a symlink leads to the file it names, for as long as there is one',
      covers: ['symlink/00'],
      steps: `
        creat f 0644
        symlink f l
        lstat l -> type=symlink
        stat f -> type=regular perm=0644
        stat l -> type=regular perm=0644 ino=ino@f
        readlink l -> f
        unlink f
        stat l -> ENOENT
        lstat l -> type=symlink
      `,
    },
    {
      name: "it marks the directory's times",
      covers: ['symlink/00'],
      steps: 'mkdir d 0755\nstat d -> type=dir\nsymlink test d/l\nstat d -> mtime>ctime@d ctime>ctime@d',
    },
    throughNoDirectory('symlink/01', (path) => [`symlink test ${path}`], ['regular']),
    ...tooLong(['symlink/02', 'symlink/03'], {
      works: (path) => `symlink ${path} l\nunlink l\nsymlink test ${path}\nreadlink ${path} -> test\nunlink ${path}`,
      fails: (path) => [`symlink test ${path}`],
    }),
    {
      name: 'what a symlink says may be any name, and less than PATH_MAX bytes',
      covers: ['symlink/02', 'symlink/03'],
      steps: `
        symlink ${LONGEST_NAME} a
        symlink ${TOO_LONG_NAME} b
        symlink x*4095 c
        symlink x*4096 d -> ENAMETOOLONG
        stat b -> ENAMETOOLONG
        stat a -> ENOENT
      `,
    },
    throughNothing('symlink/04', (path) => [`symlink test ${path}`]),
    throughUnsearchable('symlink/05', {
      call: (path) => `symlink test ${path}`,
      after: (path) => `${OWNER} unlink ${path}`,
    }),
    inUnwritable('symlink/06', {
      call: (path) => `symlink test ${path}`,
      after: (path) => `${OWNER} unlink ${path}`,
    }),
    throughLoop('symlink/07', (path) => [`symlink test ${path}`]),
    {
      name: 'there is a file of any type: EEXIST',
      covers: ['symlink/08'],
      steps: each(TYPES, (type) => `${make(type, 'f')}\nsymlink test f -> EEXIST\n${remove(type, 'f')}`),
    },
    withoutInodes('symlink/11', 'symlink test new'),
    readOnly(['symlink/10'], ['symlink test r/l']),
  ],
};
