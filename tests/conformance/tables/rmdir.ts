import type { Table } from '../assertion.ts';
import { each, make, remove, TYPES } from '../files.ts';
import { inUnwritable, throughLoop, throughNoDirectory, throughUnsearchable, tooLong } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { sticky } from '../sticky.ts';
import { OWNER } from '../users.ts';

/** rmdir(2). */
export const rmdir: Table = {
  call: 'rmdir',
  assertions: [
    {
      name: 'a directory is gone',
      covers: ['rmdir/00'],
      steps: 'mkdir d 0755\nlstat d -> type=dir\nrmdir d\nlstat d -> ENOENT',
    },
    {
      name: 'it marks the times of the directory that held it',
      covers: ['rmdir/00'],
      steps: `
        mkdir d 0755
        mkdir d/e 0755
        stat d -> nlink=3
        rmdir d/e
        stat d -> nlink=2 mtime>ctime@d ctime>ctime@d
      `,
    },
    throughNoDirectory('rmdir/01', (path) => [`rmdir ${path}`], ['regular']),
    {
      name: 'what is no directory: ENOTDIR',
      covers: ['rmdir/01'],
      steps: each(
        TYPES.filter((type) => type !== 'dir'),
        (type) => `${make(type, 'f')}\nrmdir f -> ENOTDIR\nunlink f`,
      ),
    },
    ...tooLong(['rmdir/02', 'rmdir/03'], {
      works: (path) => `
        mkdir ${path} 0755
        stat ${path} -> type=dir perm=0755
        rmdir ${path}
        rmdir ${path} -> ENOENT
      `,
      fails: (path) => [`rmdir ${path}`],
    }),
    {
      name: 'there is no such directory: ENOENT',
      covers: ['rmdir/04'],
      steps: 'mkdir d 0755\nrmdir d\nrmdir d -> ENOENT\nrmdir none -> ENOENT',
    },
    throughLoop('rmdir/05', (path) => [`rmdir ${path}`]),
    {
      name: 'there is a file of any type in it: ENOTEMPTY',
      covers: ['rmdir/06'],
      steps: `
        mkdir d 0755
        ${each(TYPES, (type) => `${make(type, 'd/f')}\nrmdir d -> ENOTEMPTY\n${remove(type, 'd/f')}`)}
        rmdir d
      `,
    },
    throughUnsearchable('rmdir/07', {
      before: 'mkdir d/f 0755\nchown d/f 65534 65534',
      call: (path) => `rmdir ${path}`,
      after: (path) => `${OWNER} mkdir ${path} 0755`,
    }),
    inUnwritable('rmdir/08', {
      before: 'mkdir d/f 0755\nchown d/f 65534 65534',
      call: (path) => `rmdir ${path}`,
      after: (path) => `${OWNER} mkdir ${path} 0755`,
    }),
    ...sticky('rmdir/11', ['dir'], 'rmdir'),
    {
      name: 'a last name of `.` is EINVAL, one of `..` ENOTEMPTY',
      covers: ['rmdir/12'],
      steps: 'mkdir d 0755\nmkdir d/e 0755\nrmdir d/e/. -> EINVAL\nrmdir d/e/.. -> ENOTEMPTY\nrmdir d/e\nrmdir d',
    },
    {
      name: 'something is mounted there: EBUSY',
      covers: ['rmdir/13'],
      steps: 'mkdir d 0755\nmkdir m 0755\nbind_mount d m rw\nrmdir m -> EBUSY\numount m\nrmdir m',
    },
    readOnly(['rmdir/14'], ['rmdir r/e']),
  ],
};
