import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** struct vfs_cap_data with nothing in it. */
const CAPABILITIES = `\\x01\\x00\\x00\\x02${'\\x00'.repeat(16)}`;

const files = `
  open f O_CREAT|O_RDWR 0666 -> $f
  open g O_CREAT|O_RDWR 0666 -> $g
  chmod g 0666
  write $f hello,world
`;

/** copy_file_range(2). */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests', tasks: THREE_TASKS },
  {
    'copy_file_range: what cannot be': `
      ${files}
      open f O_RDONLY -> $r
      open g O_WRONLY -> $w
      open g O_WRONLY|O_APPEND -> $a
      open . O_RDONLY -> $d
      open f O_PATH -> $p
      copy_file_range 99 0 $g 0 1 0 -> EBADF
      copy_file_range $f 0 99 0 1 1 -> EBADF
      copy_file_range $p 0 $g 0 1 0 -> EBADF
      copy_file_range $d 0 $g 0 1 1 -> EINVAL
      copy_file_range $d 0 $g 0 1 0 -> EISDIR
      copy_file_range $w 0 $d 0 1 0 -> EISDIR
      copy_file_range $w 0 $f 0 1 0 -> EBADF
      copy_file_range $f 0 $r 0 1 0 -> EBADF
      copy_file_range $f 0 $a 0 1 0 -> EBADF
      copy_file_range $f 0 $a 0 0 0 -> EBADF
      copy_file_range $f -1 $g 0 5 0 -> EOVERFLOW
      copy_file_range $f 0 $g -1 1 0 -> EOVERFLOW
      copy_file_range $f -10 $g 0 5 0 -> EINVAL
      copy_file_range $f 0 $g -10 5 0 -> EINVAL
      copy_file_range $f -1 $g 0 0 0 -> EINVAL
      copy_file_range $f 20 $g -1 0 0 -> EINVAL
      copy_file_range $f 0 $f 0 5 0 -> EINVAL
      copy_file_range $f 0 $f 4 5 0 -> EINVAL
      copy_file_range $f 4 $f 0 5 0 -> EINVAL
      copy_file_range $f 0 $r 0 0 1 -> EINVAL
      copy_file_range $f 0 $f 0 0 0 -> 0
      copy_file_range $f 11 $f 11 5 0 -> 0
      fstat $g
    `,
    'copy_file_range: offsets and positions': `
      ${files}
      copy_file_range $f 0 $g 0 5 0
      lseek $f 0 SEEK_CUR -> 11
      lseek $g 0 SEEK_CUR -> 0
      fstat $g
      pread $g 100 0
      copy_file_range $f NULL $g NULL 5 0 -> 0
      lseek $f 6 SEEK_SET -> 6
      copy_file_range $f NULL $g NULL 3 0
      lseek $f 0 SEEK_CUR
      lseek $g 0 SEEK_CUR
      copy_file_range $f NULL $g 10 100 0
      lseek $f 0 SEEK_CUR
      lseek $g 0 SEEK_CUR
      copy_file_range $f 0 $g NULL 100 0
      lseek $g 0 SEEK_CUR
      pread $g 100 0
      fstat $g
      fstat $f
      stat g
    `,
    'copy_file_range: within one file, and behind its end': `
      ${files}
      copy_file_range $f 0 $f 11 11 0
      copy_file_range $f 0 $f 5 5 0
      pread $f 100 0
      copy_file_range $f 0 $g 5000 100000 0
      fstat $g
      pread $g 100 4990
      copy_file_range $f 100 $g 0 5 0 -> 0
      copy_file_range $g 4000 $f 10000 100000 0
      fstat $f
      pread $f 100 10990
    `,
    'copy_file_range: many pages': `
      open f O_CREAT|O_RDWR 0666 -> $f
      open g O_CREAT|O_RDWR 0666 -> $g
      write $f x*200000
      pwrite $f yyyy 100000
      copy_file_range $f 0 $g 0 1000000 0
      copy_file_range $f 50000 $g 300001 100000 0
      fstat $g
      pread $g 10 99998
      pread $g 10 350000
    `,
    'copy_file_range: to what others know and hold': `
      ${files}
      @1 open g O_RDWR -> $h
      @1 copy_file_range $h 0 $h 0 10 0
      copy_file_range $f 0 $g 0 11 0
      @1 lseek $h 0 SEEK_END
      unlink f
      unlink g
      @1 copy_file_range $h 0 $h 11 11 0
      copy_file_range $f 0 $g 22 11 0
      pread $g 100 0
      fstat $g
    `,
    'copy_file_range: set-id bits and capabilities': `
      ${files}
      chown g 1000 1000
      chmod g 06777
      @1 open g O_RDWR -> $h
      @1 open f O_RDONLY -> $r
      copy_file_range $f 0 $g 0 5 0
      fstat $g
      @1 copy_file_range $r 0 $h 0 5 0
      @1 fstat $h
      setxattr g security.capability ${CAPABILITIES} 0
      @1 copy_file_range $r 0 $h 5 5 0
      getxattr g security.capability 100
    `,
  },
);
