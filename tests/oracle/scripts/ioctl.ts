import type { Script } from '../script.ts';
import { THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const openFile = 'open f O_CREAT|O_RDWR 0644 -> $f';
const openBoth = `${openFile}
      open . O_RDONLY -> $d`;

/** Commands of each direction, of few bytes and of as many as can be, that end in a number. */
const ofAllShapes = (number: string): string =>
  `0x400456${number} 0x800456${number} 0xc00856${number} 0xffff56${number}`;

const each = (file: string, numbers: readonly string[], argument: string): string =>
  numbers
    .flatMap((number) => ofAllShapes(number).split(' '))
    .map((command) => `ioctl ${file} ${command} ${argument}`)
    .join('\n');

const NUMBERS = ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09', '0a', '0b'];
const words = (...values: number[]): string =>
  values
    .map((value) => [0, 8, 16, 24].map((at) => `\\x${((value >>> at) & 0xff).toString(16).padStart(2, '0')}`).join(''))
    .join('');
const fsxattr = (xflags: number, ...rest: number[]): string =>
  words(xflags, ...rest, ...Array(6 - rest.length).fill(0));

/** ioctl(2). */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests' },
  {
    'ioctl: what is not open, or a path only': `
      ioctl 99 FIOCLEX 0 -> EBADF
      ioctl 99 0x80045601 abcd -> EBADF
      ioctl -1 FIONREAD abcd -> EBADF
      open . O_PATH -> $p
      ioctl $p FIOCLEX 0 -> EBADF
      ioctl $p FIGETBSZ abcd -> EBADF
    `,
    'ioctl: commands of every shape on a file': `
      ${openFile}
      ${each('$f', NUMBERS, 'x*16383')}
    `,
    'ioctl: commands of every shape on a directory': `
      open . O_RDONLY -> $d
      ${each('$d', NUMBERS, 'x*16383')}
    `,
    'ioctl: a number as the argument': `
      ${openBoth}
      ioctl $f 0x5601 5
      ioctl $f 0x5602 -1
      ioctl $f 0x5600 0
      ioctl $d 0x5601 5
      ioctl $f 0x40045601 1 -> EFAULT
      ioctl $f 0x80045601 1
      ioctl $f 0x80045604 1
      ioctl $f 0xc0045601 1 -> EFAULT
      ioctl $f FIONREAD 1 -> EFAULT
      ioctl $f FIONBIO 1 -> EFAULT
      ioctl $f FIGETBSZ 1 -> EFAULT
      ioctl $f FS_IOC_GETFLAGS 1
      ioctl $f FS_IOC_SETFLAGS 1 -> EFAULT
      ioctl $f FS_IOC_FSSETXATTR 1 -> EFAULT
    `,
    'ioctl: of the descriptor and of the open file': `
      ${openFile}
      dup $f -> 4
      ioctl $f FIOCLEX 0 -> 0
      fcntl $f F_GETFD -> 1
      fcntl 4 F_GETFD -> 0
      ioctl $f FIONCLEX 0 -> 0
      fcntl $f F_GETFD -> 0
      ioctl $f FIONBIO \\x01\\x00\\x00\\x00
      fcntl 4 F_GETFL -> 34818
      ioctl 4 FIONBIO \\x00\\x00\\x00\\x00
      fcntl $f F_GETFL -> 32770
      ioctl $f FIOASYNC \\x00\\x00\\x00\\x00
      ioctl $f FIOASYNC \\x01\\x00\\x00\\x00 -> ENOTTY
    `,
    'ioctl: how much is there to read, and what a file takes': `
      ${openBoth}
      write $f hello
      ioctl $f FIONREAD abcd
      lseek $f 2 SEEK_SET
      ioctl $f FIONREAD abcdef
      lseek $f 100 SEEK_SET
      ioctl $f FIONREAD abcd
      ioctl $d FIONREAD 5
      ioctl $f FIGETBSZ abcd
      ioctl $d FIGETBSZ abcd
      ioctl $f FIOQSIZE abcdefgh
      ioctl $d FIOQSIZE abcdefgh
    `,
    'ioctl: what no such file system has': `
      ${openBoth}
      open f O_RDONLY -> $r
      open f O_WRONLY|O_APPEND -> $a
      ioctl $f FIFREEZE 0 -> EOPNOTSUPP
      ioctl $f FITHAW 0 -> EINVAL
      ioctl $f FS_IOC_FIEMAP x*32 -> EOPNOTSUPP
      ioctl $f FICLONE 99 -> EBADF
      ioctl $f FICLONE 3
      ioctl $f FICLONE 4 -> EISDIR
      ioctl $d FICLONE 3 -> EISDIR
      ioctl $f FICLONE 5
      ioctl $r FICLONE 3 -> EBADF
      ioctl $a FICLONE 3 -> EBADF
      ioctl $f FICLONE 6 -> EBADF
      ioctl $f FS_IOC_GETFSUUID x*17
      ioctl $f FS_IOC_GETFSSYSFSPATH x*129
      ioctl $f FIBMAP \\x01\\x00\\x00\\x00
      ioctl $f FIBMAP \\xff\\xff\\xff\\xff
      ioctl $d FIBMAP 5
    `,
    'ioctl: flags and attributes, in both forms': `
      ${openBoth}
      ioctl $f FS_IOC_GETFLAGS abcdefgh
      ioctl $d FS_IOC_GETFLAGS abcdefgh
      ioctl $f FS_IOC_FSGETXATTR x*28
      ioctl $d FS_IOC_FSGETXATTR x*28
      ioctl $f FS_IOC_SETFLAGS ${words(0x30, 7)}
      ioctl $f FS_IOC_GETFLAGS abcdefgh
      ioctl $f FS_IOC_FSGETXATTR x*28
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x8, 1, 2, 3, 4, 5)}
      ioctl $f FS_IOC_FSGETXATTR x*28
      ioctl $f FS_IOC_SETFLAGS ${words(0)}
      ioctl $d FS_IOC_SETFLAGS ${words(0x80)}
      ioctl $d FS_IOC_FSSETXATTR ${fsxattr(0x1000, 4096)}
      ioctl $d FS_IOC_FSGETXATTR x*28
      ioctl $d FS_IOC_SETFLAGS ${words(0xffffffff)}
    `,
    'ioctl: attributes that may not be set': `
      ${openBoth}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x4)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x40000)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x2)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x20000)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x80000000)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x7ffb)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0, 0, 0, 0xffffffff)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x1000, 4096)}
      ioctl $d FS_IOC_FSSETXATTR ${fsxattr(0x800, 4096)}
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x10800, 0, 0, 0, 0)}
      ioctl $f FS_IOC_FSGETXATTR x*28
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x10800, 4096, 0, 0, 4096)}
      ioctl $f FS_IOC_FSGETXATTR x*28
      ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x3fffb, 4096)}
      ioctl $f FS_IOC_SETFLAGS ${words(0x100000)}
      ioctl $f FS_IOC_FSGETXATTR x*28
    `,
  },
).concat(
  scriptTable(
    { compare: 'requests', tasks: THREE_TASKS },
    {
      'ioctl: who may what': `
        open f O_CREAT|O_RDWR 0666
        chmod f 0666
        @1 open f O_RDWR -> $f
        @1 ioctl $f FIBMAP \\x01\\x00\\x00\\x00 -> EPERM
        @1 ioctl $f FIFREEZE 0 -> EPERM
        @1 ioctl $f FITHAW 0 -> EPERM
        @1 ioctl $f FS_IOC_SETFLAGS ${words(0x40)} -> EPERM
        @1 ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x80)} -> EPERM
        @1 ioctl $f FS_IOC_GETFLAGS abcdefgh
        @1 ioctl $f 0x80045601 abcd
        chown f 1000 1000
        @1 ioctl $f FS_IOC_SETFLAGS ${words(0x10)}
        @1 ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x10)}
        @1 ioctl $f FS_IOC_SETFLAGS ${words(0x40)}
        @1 ioctl $f FS_IOC_FSSETXATTR ${fsxattr(0x80)}
      `,
    },
  ),
);
