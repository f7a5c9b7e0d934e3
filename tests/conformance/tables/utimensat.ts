import type { Table } from '../assertion.ts';
import { each, FOLLOWED, make, remove } from '../files.ts';
import { readOnly } from '../read-only.ts';
import { IN_ROOT_GROUP } from '../users.ts';

const set = (atime: string, mtime: string, path = 'f', flags = '0'): string =>
  `utimensat AT_FDCWD ${path} ${atime} ${mtime} ${flags}`;
const at = (seconds: number, nanoseconds = 0): string => `${seconds}.${String(nanoseconds).padStart(9, '0')}`;

/** utimensat(2). */
export const utimensat: Table = {
  call: 'utimensat',
  assertions: [
    {
      name: 'the times of a file of any type become those that are given',
      covers: ['utimensat/00'],
      steps: each(
        FOLLOWED,
        (type) => `
          ${make(type, 'f')}
          open / O_RDONLY -> $d
          utimensat $d f 1900000000 1950000000 0
          close $d
          lstat f -> type=${type} atime=${at(1_900_000_000)} mtime=${at(1_950_000_000)}
          ${remove(type, 'f')}
        `,
      ),
    },
    {
      name: 'UTIME_NOW is the time that it is',
      covers: ['utimensat/01'],
      steps: `
        creat f 0644
        lstat f -> type=regular
        ${set('now', 'now')}
        lstat f -> atime>atime@f mtime>mtime@f ctime>ctime@f
      `,
    },
    {
      name: 'UTIME_OMIT leaves a time as it is',
      covers: ['utimensat/02'],
      steps: `
        creat f 0644
        lstat f -> type=regular
        ${set('1900000000', 'omit')}
        lstat f -> atime=${at(1_900_000_000)} mtime=mtime@f
        ${set('omit', '1950000000')}
        lstat f -> atime=${at(1_900_000_000)} mtime=${at(1_950_000_000)}
        ${set('omit', 'omit')}
        lstat f -> atime=${at(1_900_000_000)} mtime=${at(1_950_000_000)} ctime=ctime@f
      `,
    },
    {
      name: 'either time may be the later one',
      covers: ['utimensat/04'],
      steps: `
        creat f 0644
        ${set('100000000', '200000000')}
        lstat f -> atime=${at(100_000_000)} mtime=${at(200_000_000)}
        ${set('200000000', '100000000')}
        lstat f -> atime=${at(200_000_000)} mtime=${at(100_000_000)}
      `,
    },
    {
      name: 'through a symlink the times of the file change, with AT_SYMLINK_NOFOLLOW those of the symlink',
      covers: ['utimensat/05'],
      steps: `
        creat f 0644
        symlink f l
        ${set('1900000000', '1950000000')}
        ${set('1960000000', '1970000000', 'l', 'AT_SYMLINK_NOFOLLOW')}
        lstat f -> atime=${at(1_900_000_000)} mtime=${at(1_950_000_000)}
        lstat l -> atime=${at(1_960_000_000)} mtime=${at(1_970_000_000)}
        ${set('1980000000', '1990000000', 'l')}
        lstat f -> atime=${at(1_980_000_000)} mtime=${at(1_990_000_000)}
        lstat l -> mtime=${at(1_970_000_000)}
      `,
    },
    {
      name: 'who may write may set both times to now, and so may the owner: others EACCES',
      covers: ['utimensat/06'],
      steps: `
        creat f 0644
        ${IN_ROOT_GROUP} ${set('now', 'now')} -> EACCES
        chown f 65534 65534
        chmod f 0444
        ${IN_ROOT_GROUP} ${set('now', 'now')}
        ${set('omit', 'omit')}
        chown f 0 0
        chmod f 0666
        ${IN_ROOT_GROUP} ${set('now', 'now')}
      `,
    },
    {
      name: 'only root and the owner may set other times: EPERM',
      covers: ['utimensat/07'],
      steps: `
        creat f 0644
        ${each(
          ['0644', '0666'],
          (mode) => `
            chmod f ${mode}
            ${IN_ROOT_GROUP} ${set('omit', '1950000000')} -> EPERM
            ${IN_ROOT_GROUP} ${set('1900000000', 'omit')} -> EPERM
            ${IN_ROOT_GROUP} ${set('1900000000', '1950000000')} -> EPERM
            ${IN_ROOT_GROUP} ${set('now', '1950000000')} -> EPERM
          `,
        )}
        chown f 65534 65534
        chmod f 0444
        ${IN_ROOT_GROUP} ${set('1900000000', '1950000000')}
        ${set('1900000000', '1950000000')}
      `,
    },
    {
      name: 'times are set to the nanosecond',
      covers: ['utimensat/08'],
      steps: `
        creat f 0644
        ${set('100000000.100000000', '200000000.200000001')}
        lstat f -> atime=${at(100_000_000, 100_000_000)} mtime=${at(200_000_000, 200_000_001)}
        ${set('1.1000000000', '1')} -> EINVAL
        ${set('1.-1', '1')} -> EINVAL
      `,
    },
    {
      name: 'times after 2038 and 2106 are what was set',
      covers: ['utimensat/09'],
      steps: `
        creat f 0644
        ${set('2147483648', '4294967296')}
        lstat f -> atime=${at(2 ** 31)} mtime=${at(2 ** 32)}
      `,
    },
    readOnly([], [set('now', 'now', 'r/f'), set('1', '2', 'r/e')]),
  ],
};
