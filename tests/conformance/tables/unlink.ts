import type { Table } from '../assertion.ts';
import { each, LINKED, make, opened, UNLINKED } from '../files.ts';
import { inUnwritable, throughLoop, throughNoDirectory, throughUnsearchable, tooLong } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { sticky } from '../sticky.ts';
import { IN_ROOT_GROUP, OWNER } from '../users.ts';

/** unlink(2). */
export const unlink: Table = {
  call: 'unlink',
  assertions: [
    {
      name: 'a file of any type but a directory is gone',
      covers: ['unlink/00'],
      steps: each(UNLINKED, (type) => `${make(type, 'f')}\nlstat f -> type=${type}\nunlink f\nlstat f -> ENOENT`),
    },
    {
      name: 'of the file that has another name the time of change is marked',
      covers: ['unlink/00'],
      steps: each(
        LINKED,
        (type) => `
          ${make(type, 'f')}
          link f g
          stat f -> nlink=2
          unlink g
          stat f -> nlink=1 ctime>ctime@f
          unlink f
        `,
      ),
    },
    {
      name: 'when it is refused nothing is marked',
      covers: ['unlink/00'],
      steps: each(
        LINKED,
        (type) => `
          ${make(type, 'f')}
          stat f -> nlink=1
          ${IN_ROOT_GROUP} unlink f -> EACCES
          stat f -> nlink=1 ctime=ctime@f
          unlink f
        `,
      ),
    },
    {
      name: 'it marks the times of the directory',
      covers: ['unlink/00'],
      steps: `
        mkdir d 0755
        ${each(
          UNLINKED,
          (type) => `
            ${make(type, 'd/f')}
            stat d -> type=dir
            unlink d/f
            stat d -> mtime>ctime@d ctime>ctime@d
          `,
        )}
      `,
    },
    throughNoDirectory('unlink/01', (path) => [`unlink ${path}`], ['regular']),
    ...tooLong(['unlink/02', 'unlink/03'], {
      works: (path) => `${make('regular', path)}\nunlink ${path}\nunlink ${path} -> ENOENT`,
      fails: (path) => [`unlink ${path}`],
    }),
    {
      name: 'there is no such file: ENOENT',
      covers: ['unlink/04'],
      steps: 'creat f 0644\nunlink f\nunlink f -> ENOENT\nunlink none -> ENOENT',
    },
    throughUnsearchable('unlink/05', {
      before: make('regular', 'd/f', [65534, 65534]),
      call: (path) => `unlink ${path}`,
      after: (path) => `${OWNER} creat ${path} 0644`,
    }),
    inUnwritable('unlink/06', {
      before: make('regular', 'd/f', [65534, 65534]),
      call: (path) => `unlink ${path}`,
      after: (path) => `${OWNER} creat ${path} 0644`,
    }),
    throughLoop('unlink/07', (path) => [`unlink ${path}`]),
    {
      name: 'a directory: EPERM in POSIX, EISDIR on Linux',
      covers: ['unlink/08'],
      steps: 'mkdir d 0755\nunlink d -> EPERM but EISDIR\nlstat d -> type=dir\nrmdir d',
    },
    ...sticky('unlink/11', UNLINKED, 'unlink'),
    readOnly(['unlink/12'], ['unlink r/f']),
    {
      name: 'an open file lives on without a name',
      covers: ['unlink/14'],
      steps: `
        creat f 0644 -> $f
        write $f Hello
        close $f
        ${opened('', 'open f O_RDONLY', 'unlink f\nfstat $f -> nlink=0 size=5')}
        ${opened('', 'open f O_CREAT|O_RDWR 0644', 'write $f World -> 5\nunlink f\npread $f 5 0 -> World\nlstat f -> ENOENT')}
      `,
    },
  ],
};
