import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** lseek(2) with SEEK_DATA and SEEK_HOLE. */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests', tasks: THREE_TASKS },
  {
    'SEEK_DATA and SEEK_HOLE: what cannot be': `
      creat f 0644 -> $w
      open f O_RDONLY|O_PATH -> $p
      lseek 99 0 SEEK_DATA -> EBADF
      lseek $p 0 SEEK_DATA -> EBADF
      lseek $w 0 SEEK_DATA -> ENXIO
      lseek $w 0 SEEK_HOLE -> ENXIO
      lseek $w -1 SEEK_DATA -> ENXIO
      lseek $w -1 SEEK_HOLE -> ENXIO
      lseek $w 4503599627370496 SEEK_HOLE -> ENXIO
      write $w x
      lseek $w 1 SEEK_DATA -> ENXIO
      lseek $w 1 SEEK_HOLE -> ENXIO
      lseek $w 0 SEEK_CUR -> 1
    `,
    'SEEK_DATA and SEEK_HOLE: the edges of pages with data': `
      open f O_CREAT|O_RDWR 0644 -> $f
      pwrite $f x*10 4096
      pwrite $f y 20000
      ftruncate $f 40000
      lseek $f 0 SEEK_DATA
      lseek $f 4096 SEEK_DATA
      lseek $f 4097 SEEK_HOLE
      lseek $f 8192 SEEK_DATA
      lseek $f 12000 SEEK_HOLE
      lseek $f 20000 SEEK_HOLE
      lseek $f 39999 SEEK_HOLE
      lseek $f 39999 SEEK_DATA
      lseek $f 40000 SEEK_HOLE -> ENXIO
      lseek $f 0 SEEK_CUR
      read $f 5
    `,
    'SEEK_DATA and SEEK_HOLE: what another did meanwhile': `
      open f O_CREAT|O_RDWR 0666 -> $f
      @1 open f O_RDONLY -> $r
      write $f hello
      @1 lseek $r 0 SEEK_HOLE -> 5
      ftruncate $f 2
      @1 lseek $r 3 SEEK_DATA -> ENXIO
      @1 lseek $r 0 SEEK_HOLE -> 2
      unlink f
      @1 lseek $r 0 SEEK_HOLE -> 2
    `,
    'SEEK_DATA and SEEK_HOLE: of a directory': `
      mkdir d 0755
      open d O_RDONLY -> $d
      lseek $d 0 SEEK_DATA
      lseek $d 0 SEEK_HOLE
      lseek $d -1 SEEK_DATA -> ENXIO
      lseek $d 4096000 SEEK_DATA -> ENXIO
    `,
  },
);
