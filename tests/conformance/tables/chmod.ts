import type { Table } from '../assertion.ts';
import { each, FOLLOWED, make, remove, UNLINKED } from '../files.ts';
import { throughLoop, throughNoDirectory, throughUnsearchable, tooLong } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { IN_ROOT_GROUP, OWNER, STRANGER } from '../users.ts';

const REACHED = UNLINKED.filter((type) => type !== 'symlink');

/** chmod(2). */
export const chmod: Table = {
  call: 'chmod',
  assertions: [
    {
      name: 'the mode of a file of any type changes, through a symlink too, whose own stays',
      covers: ['chmod/00'],
      steps: each(
        FOLLOWED,
        (type) => `
          ${make(type, 'f')}
          chmod f 0111
          stat f -> type=${type} perm=0111
          symlink f l
          lstat l -> type=symlink perm=0777
          chmod l 0222
          stat l -> perm=0222
          stat f -> type=${type} perm=0222
          lstat l -> type=symlink perm=0777
          unlink l
          ${remove(type, 'f')}
        `,
      ),
    },
    {
      name: 'a change marks the time of change',
      covers: ['chmod/00'],
      steps: each(
        FOLLOWED,
        (type) => `
          ${make(type, 'f')}
          stat f -> type=${type}
          chmod f 0111
          stat f -> ctime>ctime@f mtime=mtime@f
          ${remove(type, 'f')}
        `,
      ),
    },
    {
      name: 'a refused change marks nothing',
      covers: ['chmod/00'],
      steps: each(
        FOLLOWED,
        (type) => `
          ${make(type, 'f')}
          stat f -> type=${type}
          ${IN_ROOT_GROUP} chmod f 0111 -> EPERM
          stat f -> ctime=ctime@f mode=mode@f
          ${remove(type, 'f')}
        `,
      ),
    },
    {
      name: 'the set-group-ID bit is for who is in the group: others lose it without an error',
      covers: ['chmod/00'],
      steps: `
        creat f 0755
        chown f 65534 65534
        ${OWNER} chmod f 02755
        stat f -> perm=2755
        ${OWNER} chmod f 0755
        stat f -> perm=0755
        @65534:65533 chmod f 02755
        stat f -> perm=0755
        @65534:65533,65534 chmod f 02755
        stat f -> perm=2755
      `,
    },
    throughNoDirectory('chmod/01', (path) => [`chmod ${path} 0644`]),
    ...tooLong(['chmod/02', 'chmod/03'], {
      works: (path) => `
        ${make('regular', path)}
        chmod ${path} 0620
        stat ${path} -> type=regular perm=0620
        unlink ${path}
      `,
      fails: (path) => [`chmod ${path} 0620`],
    }),
    {
      name: 'there is no such file, by its name or behind a symlink: ENOENT',
      covers: ['chmod/04'],
      steps: `
        mkdir d 0755
        chmod d/none/test 0644 -> ENOENT
        chmod d/none 0644 -> ENOENT
        symlink nothing d/l
        chmod d/l 0644 -> ENOENT
      `,
    },
    throughUnsearchable('chmod/05', {
      before: `${make('regular', 'd/f', [65534, 65534])}`,
      call: (path) => `chmod ${path} 0642`,
      after: (path) => `${OWNER} stat ${path} -> perm=0642`,
    }),
    throughLoop('chmod/06', (path) => [`chmod ${path} 0644`, `chmod ${path.replace('/test', '')} 0644`]),
    {
      name: 'only root and the owner may: EPERM',
      covers: ['chmod/07'],
      steps: `
        mkdir d 0755
        chown d 65534 65534
        ${OWNER} creat d/f 0644
        ${OWNER} chmod d/f 0642
        stat d/f -> perm=0642
        ${STRANGER} chmod d/f 0641 -> EPERM
        stat d/f -> perm=0642
        chown d/f 0 0
        ${OWNER} chmod d/f 0641 -> EPERM
        stat d/f -> perm=0642 uid=0 gid=0
      `,
    },
    {
      name: 'through a symlink it is the owner of the file who may, not that of the symlink: EPERM',
      covers: ['chmod/07'],
      steps: `
        mkdir d 0755
        chown d 65534 65534
        ${OWNER} creat d/f 0644
        ${OWNER} symlink f d/l
        ${OWNER} chmod d/l 0642
        stat d/f -> perm=0642 uid=65534 gid=65534
        ${STRANGER} chmod d/l 0641 -> EPERM
        stat d/f -> perm=0642 uid=65534 gid=65534
        chown d/l 0 0
        ${OWNER} chmod d/l 0641 -> EPERM
        stat d/f -> perm=0642 uid=0 gid=0
        lstat d/l -> uid=65534 gid=65534
      `,
    },
    readOnly(['chmod/09'], ['chmod r/f 0600', 'chmod r/e 0700']),
    {
      name: 'root may set the sticky bit of a file of any type, through a symlink too',
      covers: ['chmod/11'],
      steps: each(
        FOLLOWED,
        (type) => `
          ${make(type, 'f')}
          chmod f 01621
          stat f -> type=${type} perm=1621
          symlink f l
          chmod l 01700
          stat f -> type=${type} perm=1700
          unlink l
          ${remove(type, 'f')}
        `,
      ),
    },
    {
      name: 'on Linux the owner may set the sticky bit of a file of any type',
      covers: ['chmod/11'],
      steps: `
        ${make('dir', 'd', [65534, 65534])}
        ${OWNER} chmod d 01755
        stat d -> type=dir perm=1755
        symlink d l
        chmod l 01700
        stat d -> perm=1700
        unlink l
        ${each(
          REACHED,
          (type) => `
            ${make(type, 'f', [65534, 65534])}
            symlink f l
            ${OWNER} chmod f 01644
            stat f -> type=${type} perm=1644
            ${OWNER} chmod l 01640
            stat f -> perm=1640
            unlink l
            unlink f
          `,
        )}
      `,
    },
    {
      name: 'who writes to the file of another takes its set-ID bits',
      covers: ['chmod/12'],
      steps: each(
        [
          ['04777', 'O_WRONLY'],
          ['02777', 'O_RDWR'],
          ['06777', 'O_RDWR'],
        ] as const,
        ([mode, access]) => `
          creat f ${mode}
          stat f -> perm=${mode.slice(1)}
          ${OWNER} open f ${access} -> $f
          ${OWNER} write $f x -> 1
          ${OWNER} fstat $f -> perm=0777
          stat f -> perm=0777 size=1
          ${OWNER} close $f
          unlink f
        `,
      ),
    },
  ],
};
