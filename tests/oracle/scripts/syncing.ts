import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const files = `
  open f O_CREAT|O_RDWR 0666 -> $f
  write $f hello
  mkdir d 0755
  open d O_RDONLY -> $d
  open f O_RDONLY -> $r
  open f O_PATH -> $p
`;

/** fsync(2) and its like, and posix_fadvise(2). */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests', tasks: THREE_TASKS },
    {
      'fsync, fdatasync and syncfs: of files and directories': `
      ${files}
      fsync 99 -> EBADF
      fdatasync 99 -> EBADF
      syncfs 99 -> EBADF
      fsync $p -> EBADF
      fdatasync $p -> EBADF
      syncfs $p -> EBADF
      fsync $f
      fdatasync $f
      fsync $r
      fdatasync $d
      fsync $d
      syncfs $f
      syncfs $d
      @1 open d O_RDONLY -> $e
      @1 fsync $e
      @1 syncfs $e
      rmdir d
      fsync $d
    `,
      'sync_file_range: what cannot be': `
      ${files}
      sync_file_range 99 -1 0 8 -> EBADF
      sync_file_range $p 0 0 0 -> EBADF
      sync_file_range $f 0 0 8 -> EINVAL
      sync_file_range $f -1 5 7 -> EINVAL
      sync_file_range $f 5 -6 7 -> EINVAL
      sync_file_range $f 5 -1 7 -> EINVAL
      sync_file_range $f 0 0 7 -> 0
      sync_file_range $f 100 100 2 -> 0
      sync_file_range $r 0 5 0 -> 0
      sync_file_range $d 0 5 7 -> 0
    `,
      'posix_fadvise: what cannot be': `
      ${files}
      posix_fadvise 99 0 -1 9 -> EBADF
      posix_fadvise $p 0 0 0 -> EBADF
      posix_fadvise $f 0 -1 0 -> EINVAL
      posix_fadvise $f 0 0 6 -> EINVAL
      posix_fadvise $f 0 0 -1 -> EINVAL
      posix_fadvise $f -5 3 0 -> 0
      posix_fadvise $f 0 0 POSIX_FADV_NORMAL -> 0
      posix_fadvise $f 0 0 POSIX_FADV_RANDOM -> 0
      posix_fadvise $f 0 0 POSIX_FADV_SEQUENTIAL -> 0
      posix_fadvise $r 0 0 POSIX_FADV_NOREUSE -> 0
      posix_fadvise $f 0 0 POSIX_FADV_DONTNEED -> 0
      posix_fadvise $d 0 0 POSIX_FADV_RANDOM -> 0
      posix_fadvise $d 0 -1 POSIX_FADV_RANDOM -> EINVAL
    `,
    },
  ),
  {
    // Windows are no part of the comparison: what is read ahead by nobody comes when it comes.
    name: 'posix_fadvise: what will be needed',
    steps: `
      open f O_CREAT|O_RDWR 0666 -> $f
      write $f x*10000
      posix_fadvise $f 0 0 POSIX_FADV_WILLNEED -> 0
      posix_fadvise $f 0 -1 POSIX_FADV_WILLNEED -> EINVAL
      pread $f 10 9995
    `,
  },
];
