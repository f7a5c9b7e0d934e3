import type { Assertion, Table } from '../assertion.ts';
import { creation } from '../creation.ts';
import { each, make, opened, remove, TYPES } from '../files.ts';
import { throughLoop, throughNoDirectory, throughUnsearchable, tooLong, withoutInodes } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { MEMBER, OWNER, STRANGER } from '../users.ts';

/** Each class of a mode with one who is in it, and the shift of its bits. */
const CLASSES = [
  ['owner', OWNER, 6],
  ['group', MEMBER, 3],
  ['others', STRANGER, 0],
] as const;

/** What a class of a mode grants. */
const GRANTS = [6, 4, 2, 1, 0] as const;

const READ = 4;
const WRITE = 2;

/** How a type of file is opened, and the bits that each way needs. */
const OPENING = {
  regular: [
    ['O_RDONLY', READ],
    ['O_WRONLY', WRITE],
    ['O_RDWR', READ | WRITE],
  ],
  fifo: [
    ['O_RDONLY|O_NONBLOCK', READ],
    ['O_RDWR', READ | WRITE],
  ],
  dir: [['O_RDONLY', READ]],
} as const;

/** What one class grants counts alone, even where the others grant more. What is opened stays open. */
function permissions(type: keyof typeof OPENING): Assertion {
  const steps = CLASSES.flatMap(([, who, shift]) =>
    GRANTS.map((grant) => {
      const mode = (grant === 6 ? 0 : 0o777 & ~(7 << shift)) | (grant << shift);
      const opens = OPENING[type].map(
        ([flags, needs]) => `${who} open d/f ${flags} -> ${(grant & needs) === needs ? '$f' : 'EACCES'}`,
      );
      return `${OWNER} chmod d/f 0${mode.toString(8).padStart(3, '0')}\n${opens.join('\n')}`;
    }),
  );
  return {
    name: `a ${type} file opens to whom its mode grants it: others EACCES`,
    covers: ['open/06'],
    steps: `mkdir d 0755\nchown d 65534 65534\n${make(type, 'd/f', [65534, 65534])}\n${steps.join('\n')}`,
  };
}

/** Opens and closes. */
const creates = (who: string, path: string, mode: string, access = 'O_WRONLY'): string =>
  opened(who, `open ${path} O_CREAT|${access} ${mode}`, '');

/** open(2). */
export const open: Table = {
  call: 'open',
  assertions: [
    ...creation({ covers: ['open/00'], type: 'regular', steps: creates }),
    {
      name: 'with O_CREAT what is there is opened, and nothing is marked',
      covers: ['open/00'],
      steps: `
        creat f 0644
        stat / -> type=dir
        ${creates('', 'f', '0644', 'O_RDONLY')}
        stat / -> mtime=mtime@/ ctime=ctime@/
      `,
    },
    {
      name: 'O_TRUNC takes the content and marks the times',
      covers: ['open/00'],
      steps: `
        creat f 0644 -> $f
        write $f test. -> 5
        close $f
        stat f -> size=5
        ${opened('', 'open f O_WRONLY|O_TRUNC', '')}
        stat f -> size=0 mtime>mtime@f ctime>ctime@f
      `,
    },
    throughNoDirectory('open/01', (path) => [`open ${path} O_RDONLY`, `open ${path} O_CREAT 0644`]),
    ...tooLong(['open/02', 'open/03'], {
      works: (path) => `
        ${creates('', path, '0620', 'O_RDONLY')}
        stat ${path} -> type=regular perm=0620
        unlink ${path}
      `,
      fails: (path) => [`open ${path} O_CREAT 0620`],
    }),
    {
      name: 'there is no such file, or no directory to make it in: ENOENT',
      covers: ['open/04'],
      steps: 'mkdir d 0755\nopen d/none/test O_CREAT 0644 -> ENOENT\nopen d/none O_RDONLY -> ENOENT',
    },
    throughUnsearchable('open/05', {
      before: make('regular', 'd/f', [65534, 65534]),
      call: (path) => `open ${path} O_RDONLY`,
      after: (path) => `${OWNER} stat ${path} -> type=regular`,
    }),
    permissions('regular'),
    permissions('fifo'),
    permissions('dir'),
    {
      name: 'a FIFO that may not be written to, and has no reader: EACCES',
      covers: ['open/06'],
      steps: `
        mkdir d 0755
        ${make('fifo', 'd/f', [65534, 65534])}
        ${each(
          [
            ['0477', OWNER],
            ['0747', MEMBER],
            ['0774', STRANGER],
            ['0077', OWNER],
            ['0707', MEMBER],
            ['0770', STRANGER],
          ] as const,
          ([mode, who]) => `chmod d/f ${mode}\n${who} open d/f O_WRONLY|O_NONBLOCK -> EACCES`,
        )}
      `,
    },
    {
      name: 'O_TRUNC needs the permission to write, whatever else is asked for: EACCES',
      covers: ['open/07'],
      steps: `
        mkdir d 0755
        ${make('regular', 'd/f', [65534, 65534])}
        ${opened(`${OWNER} `, 'open d/f O_WRONLY', `${OWNER} write $f x -> 1`)}
        ${each(CLASSES, ([, who, shift]) =>
          each([4, 1, 0], (grant) => {
            const mode = (0o777 & ~(7 << shift)) | (grant << shift);
            return `chmod d/f 0${mode.toString(8).padStart(3, '0')}\n${who} open d/f O_RDONLY|O_TRUNC -> EACCES`;
          }),
        )}
        lstat d/f -> size=1
      `,
    },
    {
      name: 'a file that is not there, in a directory that may not be written to: EACCES',
      covers: ['open/08'],
      steps: `mkdir d 0755\n${OWNER} open d/f O_RDONLY|O_CREAT 0644 -> EACCES\nlstat d/f -> ENOENT`,
    },
    throughLoop('open/12', (path) => [`open ${path} O_RDONLY`]),
    {
      name: 'a directory is not opened for writing: EISDIR',
      covers: ['open/13'],
      steps: `
        mkdir d 0755
        open d O_WRONLY -> EISDIR
        open d O_RDWR -> EISDIR
        open d O_RDONLY|O_TRUNC -> EISDIR
        open d O_WRONLY|O_TRUNC -> EISDIR
        open d O_RDWR|O_TRUNC -> EISDIR
        open d O_CREAT|O_RDONLY 0644 -> EISDIR
      `,
    },
    withoutInodes('open/19', 'open new O_RDONLY|O_CREAT 0644'),
    readOnly(
      ['open/14', 'open/15'],
      ['open r/f O_WRONLY', 'open r/f O_RDWR', 'open r/f O_RDONLY|O_TRUNC', 'open r/new O_RDONLY|O_CREAT 0644'],
    ),
    {
      name: 'a symlink with O_NOFOLLOW: ELOOP',
      covers: ['open/16'],
      steps: `
        symlink nothing l
        open l O_RDONLY|O_CREAT|O_NOFOLLOW 0644 -> ELOOP
        open l O_RDONLY|O_NOFOLLOW -> ELOOP
        open l O_WRONLY|O_NOFOLLOW -> ELOOP
        open l O_RDWR|O_NOFOLLOW -> ELOOP
      `,
    },
    {
      name: 'a FIFO for writing that has no reader, with O_NONBLOCK: ENXIO',
      covers: ['open/17'],
      steps: `${make('fifo', 'f')}\nopen f O_WRONLY|O_NONBLOCK -> ENXIO`,
    },
    {
      name: 'with O_EXCL there is a file of any type: EEXIST',
      covers: ['open/22'],
      steps: each(TYPES, (type) => `${make(type, 'f')}\nopen f O_CREAT|O_EXCL 0644 -> EEXIST\n${remove(type, 'f')}`),
    },
    {
      name: 'reading and writing that are asked for together mean something, or are refused',
      covers: ['open/23'],
      steps: `
        creat f 0644
        ${opened('', 'open f O_RDONLY|O_RDWR', 'read $f 1')}
        open f O_WRONLY|O_RDWR -> $f
        read $f 1 -> EBADF
        write $f x -> EBADF
        close $f
      `,
    },
    {
      name: 'a socket: ENXIO',
      covers: ['open/24'],
      steps: `${make('socket', 'f')}\n${each(['O_RDONLY', 'O_WRONLY', 'O_RDWR'], (access) => `open f ${access} -> ENXIO`)}`,
    },
    {
      name: 'a file may be larger than 2 GiB',
      covers: ['open/25'],
      steps: `
        ${opened('', 'open f O_CREAT|O_WRONLY 0755', 'pwrite $f a 2147483649 -> 1')}
        lstat f -> size=2147483650
        ${opened('', 'open f O_RDONLY', 'pread $f 1 2147483649 -> a')}
      `,
    },
    {
      name: 'a file may be made without any permission, and is open',
      covers: ['open/26'],
      steps: each(
        ['O_WRONLY', 'O_RDWR', 'O_RDONLY'],
        (access) => `${creates('', 'f', '0', access)}\nlstat f -> type=regular perm=0000\nunlink f`,
      ),
    },
  ],
};
