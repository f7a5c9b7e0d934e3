import { describe, expect, test } from 'vitest';
import { EFAULT, EROFS } from '../abi/errno.ts';
import { FIGETBSZ, FIONREAD, FS_IOC_SETFLAGS } from '../abi/ioctl.ts';
import { O_CREAT, O_RDWR } from '../abi/linux.ts';
import { ioctl } from './ioctl.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';

const existing = `
  open f O_CREAT|O_RDWR 0644 -> $f
  open . O_RDONLY -> $d`;

table({
  'ioctl of what is not open, or open as a path, is EBADF': `
    open . O_PATH -> $p
    ioctl 99 0x5451 0 -> EBADF
    ioctl -1 0x5451 0 -> EBADF
    ioctl $p 0x5451 0 -> EBADF
    ioctl $p 0x541b 0 -> EBADF`,
  'FIOCLEX and FIONCLEX set close-on-exec of one descriptor': `${existing}
    dup $f -> $g
    ioctl $f 0x5451 0 -> 0
    fcntl $f F_GETFD -> 1
    fcntl $g F_GETFD -> 0
    ioctl $f 0x5450 0 -> 0
    fcntl $f F_GETFD -> 0`,
  'FIONBIO sets O_NONBLOCK of the open file': `${existing}
    dup $f -> $g
    ioctl $f 0x5421 1 -> 1
    fcntl $g F_GETFL -> 34818
    ioctl $g 0x5421 0 -> 0
    fcntl $f F_GETFL -> 32770`,
  'FIOASYNC is ENOTTY, but to leave it off': `${existing}
    ioctl $f 0x5452 0 -> 0
    ioctl $f 0x5452 1 -> ENOTTY
    ioctl $d 0x5452 1 -> ENOTTY`,
  'FIONREAD tells what lies behind the position, also when that lies behind the end': `${existing}
    write $f hello
    ioctl $f 0x541b 7 -> 0
    lseek $f 2 SEEK_SET
    ioctl $f 0x541b 7 -> 3
    lseek $f 105 SEEK_SET
    ioctl $f 0x541b 7 -> -100
    ioctl $d 0x541b 7 -> ENOTTY`,
  'FIGETBSZ gives the size of a block': `${existing}
    ioctl $f 0x2 0 -> 4096
    ioctl $d 0x2 0 -> 4096`,
  'an unknown command is ENOTTY': `${existing}
    ioctl $f 0x80045601 0 -> ENOTTY
    ioctl $d 0x80045601 0 -> ENOTTY`,
});

describe('a file system without any', () => {
  machineTable({
    'refuses what is about whole file systems, extents and clones': `${existing}
      ioctl $f 0xc0045877 0 -> EOPNOTSUPP
      ioctl $f 0xc0045878 0 -> EINVAL
      ioctl $f 0xc020660b 0 -> EOPNOTSUPP
      ioctl $f 0x40305828 0 -> EOPNOTSUPP
      ioctl $d 0x40305828 0 -> ENOTTY
      ioctl $f 0x80086601 0 -> ENOTTY
      ioctl $f 0x1 5 -> EINVAL
      ioctl $f 0x1 -1 -> EINVAL
      as 1000
      ioctl $f 0x1 5 -> EPERM
      ioctl $f 0xc0045877 0 -> EPERM`,
  });
});

function opened() {
  const machine = new Machine();
  machine.run((t) => open(t, '/d', O_CREAT, 0o644));
  return { machine, fd: machine.run((t) => open(t, '/f', O_CREAT | O_RDWR, 0o644)) };
}

test.each([FIONREAD, FIGETBSZ])('command %i without memory for its int is EFAULT', (command) => {
  const { machine, fd } = opened();
  expect(machine.failureOf((t) => ioctl(t, fd, command, 1))).toBe(EFAULT);
  expect(machine.failureOf((t) => ioctl(t, fd, command, new Uint8Array(3)))).toBe(EFAULT);
});

test('flags cannot be set on a mount that is read-only by now: EROFS', () => {
  const { machine, fd } = opened();
  machine.makeReadOnly('/');
  expect(machine.failureOf((t) => ioctl(t, fd, FS_IOC_SETFLAGS, new Uint8Array(8)))).toBe(EROFS);
});
