import type { Table } from '../assertion.ts';
import { opened } from '../files.ts';
import { IN_ROOT_GROUP } from '../users.ts';

/** What posix_fallocate(3) is on Linux. */
const reserve = (offset: number, length: number, expected = ''): string =>
  `fallocate $f 0 ${offset} ${length}${expected === '' ? '' : ` -> ${expected}`}`;

/** posix_fallocate(3). */
export const posixFallocate: Table = {
  call: 'posix_fallocate',
  assertions: [
    {
      name: 'a file that ends before the range grows to its end',
      covers: ['posix_fallocate/00'],
      steps: `
        creat f 0644
        ${opened('', 'open f O_RDWR', reserve(0, 567))}
        lstat f -> size=567
        unlink f
        creat f 0644 -> $f
        write $f x*12345 -> 12345
        close $f
        ${opened('', 'open f O_RDWR', reserve(20000, 3456))}
        lstat f -> size=23456
        ${opened('', 'open f O_RDWR', reserve(0, 10))}
        lstat f -> size=23456
        ${opened('', 'open f O_RDONLY', 'pread $f 2 12344 -> x\\x00')}
      `,
    },
    {
      name: 'it marks the time of change',
      covers: ['posix_fallocate/00'],
      steps: `
        creat f 0644
        stat f -> size=0
        ${opened('', 'open f O_RDWR', reserve(0, 123))}
        stat f -> ctime>ctime@f size=123
      `,
    },
    {
      name: 'a range of nothing, or that begins before the file: EINVAL, and nothing is marked',
      covers: ['posix_fallocate/00'],
      steps: `
        creat f 0644
        stat f -> size=0
        ${opened('', 'open f O_WRONLY', `${reserve(0, 0, 'EINVAL')}\n${reserve(-1, 1, 'EINVAL')}\n${reserve(0, -1, 'EINVAL')}`)}
        stat f -> ctime=ctime@f size=0
      `,
    },
    {
      name: 'a descriptor for writing is enough, whatever the mode says',
      covers: ['posix_fallocate/00'],
      steps: `
        ${opened('', 'open f O_CREAT|O_RDWR 0', reserve(0, 1))}
        unlink f
        mkdir d 0777
        ${opened(`${IN_ROOT_GROUP} `, 'open d/f O_CREAT|O_RDWR 0', `${IN_ROOT_GROUP} ${reserve(0, 1)}`)}
        lstat d/f -> perm=0000 size=1 uid=65534
      `,
    },
    {
      name: 'a descriptor that is not for writing: EBADF',
      covers: [],
      steps: `creat f 0644\n${opened('', 'open f O_RDONLY', reserve(0, 1, 'EBADF'))}\nlstat f -> size=0`,
    },
  ],
};
