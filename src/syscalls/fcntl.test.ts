import { expect, test } from 'vitest';
import { ESRCH } from '../abi/errno.ts';
import {
  F_GETOWN,
  F_GETOWN_EX,
  F_OWNER_PGRP,
  F_OWNER_TID,
  F_SETOWN,
  F_SETOWN_EX,
  O_CREAT,
  O_RDWR,
} from '../abi/linux.ts';
import { close, closeRange, dup } from './descriptors.ts';
import { type FcntlArgument, fcntl } from './fcntl.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { machineTable } from './testing/table.ts';

// tests/oracle/scripts/fcntl.ts has what is the same on Linux; here is what cannot be, or what takes the process's own number.

machineTable({
  'nobody gets a lease: EINVAL to who might, EACCES to others': `
    creat f 0666 -> $f
    fcntl $f F_GETLEASE 0 -> 2
    fcntl $f F_SETLEASE F_RDLCK -> EINVAL
    fcntl $f F_SETLEASE F_WRLCK -> EINVAL
    fcntl $f F_SETLEASE F_UNLCK -> EAGAIN
    as 1000
    fcntl $f F_SETLEASE F_RDLCK -> EACCES
    fcntl $f F_SETLEASE F_UNLCK -> EACCES`,
  'nobody is notified of changes in a directory: EINVAL': `
    open . O_RDONLY -> $d
    fcntl $d F_NOTIFY 1 -> EINVAL
    fcntl $d F_NOTIFY 0 -> EINVAL`,
});

test('a process may own a file, itself or as a group, and no other process', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644));
  const call = (command: number, argument: FcntlArgument = 0) =>
    machine.run((task) => fcntl(task, fd, command, argument));
  const { pid } = machine.process;
  call(F_SETOWN, pid);
  expect(call(F_GETOWN)).toBe(pid);
  call(F_SETOWN, -pid);
  expect(call(F_GETOWN)).toBe(-pid);
  const owner = Int32Array.of(7, 7);
  const memory = new Uint8Array(owner.buffer);
  call(F_GETOWN_EX, memory);
  expect([...owner]).toEqual([F_OWNER_PGRP, pid]);
  owner.set([F_OWNER_TID, pid]);
  call(F_SETOWN_EX, memory);
  expect(call(F_GETOWN)).toBe(pid);
  expect(machine.failureOf((task) => fcntl(task, fd, F_SETOWN, pid + 1))).toBe(ESRCH);
});

test('close_range(2) with CLOSE_RANGE_UNSHARE closes like without, there being nobody to share with', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644));
  const other = machine.run((task) => dup(task, fd));
  machine.run((task) => closeRange(task, other, 0xffffffff, 2));
  expect(machine.process.fds.open).toEqual([fd]);
  machine.run((task) => close(task, fd));
});
