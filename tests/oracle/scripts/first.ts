import { type Script, THREE_TASKS } from '../script.ts';

/** Scripts that show the form; see README.md. */
export const scripts: readonly Script[] = [
  {
    name: 'a file is made, written, read and removed',
    compare: 'requests',
    steps: `
      open f O_CREAT|O_RDWR 0644 -> $fd
      write $fd hello
      pread $fd 100 0 -> hello
      fstat $fd
      close $fd
      stat f
      unlink f
      stat f -> ENOENT
    `,
  },
  {
    name: 'only the owner may change modes',
    tasks: THREE_TASKS,
    setUp: 'creat f 0644',
    steps: `
      @1 chmod f 0777 -> EPERM
      @0 chown f 1000 1000
      @1 chmod f 0600
      @2 open f O_RDONLY -> EACCES
    `,
  },
];
