import { expect, test } from 'vitest';
import { EACCES } from '../abi/errno.ts';
import { O_CREAT, R_OK, W_OK } from '../abi/linux.ts';
import { credentialsOf } from '../task/credentials.ts';
import { MAY_ACCESS } from '../vfs/inode.ts';
import { access, faccessat } from './access.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

table({
  'unknown mode bits and flags are EINVAL before the path': `
    access '' 8 -> EINVAL
    access '' -1 -> EINVAL
    faccessat 99 '' 0 1 -> EINVAL
    faccessat 99 '' 8 0 -> EINVAL`,
  'the bits of owner, group and others': `
    creat f 0751
    chown f 1000 1001
    as 1000
    access f 7
    as 1001
    access f R_OK|X_OK
    access f W_OK -> EACCES
    as 1002
    access f X_OK
    access f R_OK|X_OK -> EACCES
    access f F_OK`,
  'root reads and writes all, and executes what somebody may': `
    creat f 0
    creat x 0001
    mkdir d 0
    access f R_OK|W_OK
    access f X_OK -> EACCES
    access x X_OK
    access d 7`,
  'what is not there, or behind what may not be searched': `
    mkdir d 0700
    symlink no l
    access no F_OK -> ENOENT
    access l F_OK -> ENOENT
    faccessat AT_FDCWD l F_OK AT_SYMLINK_NOFOLLOW
    access '' F_OK -> ENOENT
    as 1000
    access d/x F_OK -> EACCES
    access d F_OK`,
  'the real user is asked about, the effective one with AT_EACCESS': `
    creat f 0600
    chown f 1000 1000
    creat g 0600
    as 1000 0
    access f R_OK
    access g R_OK
    faccessat AT_FDCWD g R_OK AT_EACCESS -> EACCES
    as 0 1000
    access f R_OK
    access g R_OK -> EACCES
    faccessat AT_FDCWD g R_OK AT_EACCESS`,
  'a read-only mount is EROFS to write, after EACCES is known not to be': `
    mkdir m 0755
    mount m ro
    access m R_OK|X_OK
    access m W_OK -> EROFS`,
  'a noexec mount is EACCES to execute files, not to search directories': `
    mkdir m 0755
    mount m noexec
    creat m/f 0755
    access m/f X_OK -> EACCES
    access m/f R_OK|W_OK
    access m X_OK`,
  'AT_EMPTY_PATH asks about a descriptor': `
    creat f 0600
    open f O_PATH -> $f
    faccessat $f '' R_OK AT_EMPTY_PATH
    faccessat $f '' X_OK AT_EMPTY_PATH -> EACCES
    faccessat $f '' R_OK 0 -> ENOENT
    faccessat 99 '' R_OK AT_EMPTY_PATH -> EBADF`,
});

test('the credentials are the old ones again afterwards, after an error too', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/f', O_CREAT, 0o600));
  machine.credentials = { ...credentialsOf(0, 0), uid: 1000, gid: 1000 };
  let after: unknown;
  const failure = machine.failureOf(function* (task) {
    try {
      yield* access(task, '/f', R_OK);
    } finally {
      after = task.credentials;
    }
  });
  expect(failure).toBe(EACCES);
  expect(after).toBe(machine.credentials);
});

test('an unprivileged real user has no capabilities to help, one who is root keeps those left', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/f', O_CREAT, 0o600));
  machine.credentials = { ...credentialsOf(1000, 1000), capabilities: new Set(['CAP_DAC_OVERRIDE'] as const) };
  expect(machine.failureOf((task) => access(task, '/f', R_OK))).toBe(EACCES);
  machine.run((task) => faccessat(task, -100, '/f', R_OK, 0x200));
  machine.credentials = { ...credentialsOf(0, 0), capabilities: new Set() };
  machine.run((task) => access(task, '/f', W_OK));
});

test('the file system learns that access(2) asks', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o600));
  const { inode } = machine.process.fds.file(fd);
  const asked: number[] = [];
  inode.tryPermission = (_task, mask) => {
    asked.push(mask);
    return true;
  };
  machine.run((task) => access(task, '/f', R_OK));
  machine.run((task) => access(task, '/f', 0));
  expect(asked).toEqual([MAY_ACCESS | R_OK, MAY_ACCESS]);
});
