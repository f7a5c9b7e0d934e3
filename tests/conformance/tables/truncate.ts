import type { Assertion, Table } from '../assertion.ts';
import { make, opened } from '../files.ts';
import { throughLoop, throughNoDirectory, throughUnsearchable, tooLong } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { IN_ROOT_GROUP, OWNER } from '../users.ts';

/** What pjdfstest says of truncate(2) in the files of both calls: how a path can fail. */
const atPath = (suite: 'truncate' | 'ftruncate'): Assertion[] => [
  throughNoDirectory(`${suite}/01`, (path) => [`truncate ${path} 123`], ['regular']),
  ...tooLong([`${suite}/02`, `${suite}/03`], {
    works: (path) => `
      ${make('regular', path)}
      truncate ${path} 123
      stat ${path} -> type=regular size=123
      unlink ${path}
    `,
    fails: (path) => [`truncate ${path} 123`],
  }),
  {
    name: 'there is no such file: ENOENT',
    covers: [`${suite}/04`],
    steps: `
      mkdir d 0755
      truncate d/none/test 123 -> ENOENT
      truncate d/none 123 -> ENOENT
    `,
  },
  throughUnsearchable(`${suite}/05`, {
    before: make('regular', 'd/f', [65534, 65534]),
    call: (path) => `truncate ${path} 123`,
    after: (path) => `${OWNER} stat ${path} -> size=123\n${OWNER} truncate ${path} 1234\nstat ${path} -> size=1234`,
  }),
  {
    name: 'the file may not be written to: EACCES',
    covers: [`${suite}/06`],
    steps: `
      creat f 0644
      ${OWNER} truncate f 123 -> EACCES
      chown f 65534 65534
      chmod f 0444
      ${OWNER} truncate f 123 -> EACCES
      truncate f 5
      stat f -> size=5
    `,
  },
  throughLoop(`${suite}/07`, (path) => [`truncate ${path} 123`]),
  { name: 'a directory: EISDIR', covers: [`${suite}/09`], steps: 'mkdir d 0755\ntruncate d 123 -> EISDIR' },
  readOnly([`${suite}/10`], ['truncate r/f 1234']),
  {
    name: 'a length that is no offset of a page cache works where the server takes it',
    covers: [`${suite}/12`],
    steps: 'creat f 0644\ntruncate f 999999999999999\nstat f -> size=999999999999999\ntruncate f 0\nstat f -> size=0',
  },
];

/** truncate(2). */
export const truncate: Table = {
  call: 'truncate',
  assertions: [
    {
      name: 'a file grows and shrinks to the length',
      covers: ['truncate/00'],
      steps: `
        creat f 0644
        truncate f 1234567
        lstat f -> size=1234567
        truncate f 567
        lstat f -> size=567
        unlink f
        creat f 0644 -> $f
        write $f x*12345 -> 12345
        close $f
        truncate f 23456
        lstat f -> size=23456
        truncate f 1
        lstat f -> size=1
        ${opened('', 'open f O_RDONLY', 'read $f 9 -> x')}
      `,
    },
    {
      name: 'a change marks the times of change and of content',
      covers: ['truncate/00'],
      steps: 'creat f 0644\nstat f -> size=0\ntruncate f 123\nstat f -> ctime>ctime@f mtime>mtime@f',
    },
    {
      name: 'a refused change marks nothing',
      covers: ['truncate/00'],
      steps: `creat f 0644\nstat f -> size=0\n${IN_ROOT_GROUP} truncate f 123 -> EACCES\nstat f -> ctime=ctime@f size=0`,
    },
    ...atPath('truncate'),
    {
      name: 'a negative length: EINVAL',
      covers: ['truncate/13'],
      steps: 'creat f 0644\ntruncate f -1 -> EINVAL\ntruncate f -999999 -> EINVAL',
    },
  ],
};

/** ftruncate(2). */
export const ftruncate: Table = {
  call: 'ftruncate',
  assertions: [
    {
      name: 'a file grows and shrinks to the length',
      covers: ['ftruncate/00'],
      steps: `
        creat f 0644
        ${opened('', 'open f O_RDWR', 'ftruncate $f 1234567')}
        lstat f -> size=1234567
        ${opened('', 'open f O_WRONLY', 'ftruncate $f 567')}
        lstat f -> size=567
        unlink f
        creat f 0644 -> $f
        write $f x*12345 -> 12345
        close $f
        ${opened('', 'open f O_RDWR', 'ftruncate $f 23456')}
        lstat f -> size=23456
        ${opened('', 'open f O_WRONLY', 'ftruncate $f 1')}
        lstat f -> size=1
      `,
    },
    {
      name: 'a change marks the times of change and of content',
      covers: ['ftruncate/00'],
      steps: `
        creat f 0644
        stat f -> size=0
        ${opened('', 'open f O_RDWR', 'ftruncate $f 123')}
        stat f -> ctime>ctime@f mtime>mtime@f
      `,
    },
    {
      name: 'a descriptor that is not for writing: EINVAL, and nothing is marked',
      covers: ['ftruncate/00'],
      steps: `
        creat f 0644
        stat f -> size=0
        ${opened(`${IN_ROOT_GROUP} `, 'open f O_RDONLY', `${IN_ROOT_GROUP} ftruncate $f 123 -> EINVAL`)}
        stat f -> ctime=ctime@f size=0
      `,
    },
    {
      name: 'a descriptor for writing is enough, whatever the mode says',
      covers: ['ftruncate/00'],
      steps: `
        ${opened('', 'open f O_CREAT|O_RDWR 0', 'ftruncate $f 0')}
        unlink f
        mkdir d 0777
        ${opened(`${IN_ROOT_GROUP} `, 'open d/f O_CREAT|O_RDWR 0', `${IN_ROOT_GROUP} ftruncate $f 0`)}
        lstat d/f -> perm=0000 uid=65534
      `,
    },
    ...atPath('ftruncate'),
    {
      name: 'a negative length: EINVAL',
      covers: ['ftruncate/13'],
      steps: `
        creat f 0644
        ${opened('', 'open f O_RDWR', 'ftruncate $f -1 -> EINVAL')}
        ${opened('', 'open f O_WRONLY', 'ftruncate $f -999999 -> EINVAL')}
      `,
    },
  ],
};
