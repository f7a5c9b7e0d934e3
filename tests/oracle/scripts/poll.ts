import type { Script } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** poll(2) and ppoll(2), as far as nobody must wait. */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests' },
  {
    'poll: what is not open, or a path only': `
      poll 99 1 -1 -> 1 32
      poll 99 0 0 -> 1 32
      poll -1 1 0 -> 0 0
      open . O_PATH -> $p
      poll $p 1 0 -> 1 32
      poll $p 0 -1 -> 1 32
    `,
    'ppoll: what is no time': `
      ppoll 99 1 -1 0 -> EINVAL
      ppoll 99 1 0 1000000000 -> EINVAL
      ppoll 99 1 0 -1 -> EINVAL
      ppoll 99 1 0 999999999 -> 1 32
    `,
    'poll: directories are ready': `
      open . O_RDONLY -> $d
      poll $d 0x145 0 -> 1 325
      poll $d 0x145 -1 -> 1 325
      poll $d 2 0 -> 0 0
      poll $d 0 0 -> 0 0
    `,
    'poll: files, asked for this and that': `
      creat a 0644 -> $a
      creat b 0644 -> $b
      creat c 0644 -> $c
      creat d 0644 -> $d
      poll $a 1 0
      poll $b 1 0
      poll $c 1 0
      poll $d 1 0
      poll $a 0 0
      poll $b 0 0
      poll $c 0 0
      poll $d 0 0
      poll $a 0xffff 0
      poll $b 0xffff 0
      poll $c 0xffff 0
      poll $d 0xffff 0
      poll $a 0x145 0
      ppoll $a 0x145 0 0
    `,
    'poll: a copy of a descriptor, and one that is closed': `
      open f O_CREAT|O_RDWR 0644 -> $f
      dup $f -> 4
      poll 4 5 0
      poll $f 5 0
      close $f -> 0
      poll $f 5 0 -> 1 32
      poll 4 5 0
      unlink f
      poll 4 5 0
    `,
    'poll: an open file that its opener may not open any more': `
      open f O_CREAT|O_RDWR 0600 -> $f
      chmod f 0
      poll $f 5 0
    `,
  },
).concat(
  scriptTable(
    { compare: 'requests', variants: ['direct', 'cached', 'everything'] },
    {
      'poll: whoever would wait finds a file of a server without POLL ready': `
        open f O_CREAT|O_RDWR 0644 -> $f
        poll $f 5 -1 -> 1 5
        poll $f 2 0 -> 0 0
        ppoll $f 5 100 0 -> 1 5
      `,
    },
  ),
);
