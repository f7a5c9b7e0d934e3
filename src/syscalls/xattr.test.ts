import { describe, expect, test } from 'vitest';
import { E2BIG, EINVAL, EOPNOTSUPP, EOVERFLOW, EPERM, ERANGE } from '../abi/errno.ts';
import { O_CREAT } from '../abi/linux.ts';
import { credentialsOf } from '../task/credentials.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';
import { getxattr, listxattr, removexattr, setxattr } from './xattr.ts';

const existing = `
  open f O_CREAT|O_RDWR 0644 -> $f
  mkdir d 0755
  symlink f l`;

describe('values', () => {
  table({
    'are set, replaced, read, listed and removed, by path and by descriptor': `${existing}
      setxattr f user.a one 0
      getxattr f user.a 100 -> one
      fsetxattr $f user.a three 0
      fgetxattr $f user.a 5 -> three
      setxattr l user.b '' 0
      getxattr l user.b 100 ->
      lsetxattr f user.c x 0
      lgetxattr f user.c 1 -> x
      lremovexattr f user.c
      fremovexattr $f user.b
      flistxattr $f 100 -> user.a,
      llistxattr f 100 -> user.a,
      removexattr f user.a
      listxattr f 100 ->`,
    'size 0 asks for the length': `${existing}
      setxattr f user.a hello 0
      getxattr f user.a 0 -> 5
      fgetxattr $f user.a 0 -> 5
      listxattr f 0 -> 7
      getxattr f user.no 0 -> ENODATA`,
    'a buffer that is too small is ERANGE': `${existing}
      setxattr f user.a hello 0
      getxattr f user.a 4 -> ERANGE
      listxattr f 6 -> ERANGE
      listxattr f 7 -> user.a,`,
    'XATTR_CREATE refuses an old name, XATTR_REPLACE a new one': `${existing}
      setxattr f user.a x XATTR_REPLACE -> ENODATA
      setxattr f user.a x XATTR_CREATE
      setxattr f user.a y XATTR_CREATE -> EEXIST
      setxattr f user.a y XATTR_REPLACE
      getxattr f user.a 9 -> y
      setxattr f user.b x 3 -> ENODATA`,
    'a name that is not there is ENODATA': `${existing}
      getxattr f user.a 9 -> ENODATA
      removexattr f user.a -> ENODATA`,
  });
});

describe('what is wrong with the arguments', () => {
  table({
    'comes before the file: flags, then the name, then the size': `
      setxattr no user.a x 4 -> EINVAL
      setxattr no n*300 x 4 -> EINVAL
      setxattr no user.n*300 v*70000 0 -> ERANGE
      setxattr no '' x 0 -> ERANGE
      setxattr no user.a v*65537 0 -> E2BIG
      setxattr no user.a x 0 -> ENOENT
      fsetxattr 99 user.a x 4 -> EINVAL
      fsetxattr 99 '' x 0 -> ERANGE
      fsetxattr 99 user.a v*65537 0 -> E2BIG
      fsetxattr 99 user.a x 0 -> EBADF
      getxattr no '' 9 -> ERANGE
      getxattr no user.n*300 9 -> ERANGE
      fgetxattr 99 '' 9 -> ERANGE
      fgetxattr 99 user.a 9 -> EBADF
      removexattr no '' -> ERANGE
      fremovexattr 99 user.n*300 -> ERANGE
      fremovexattr 99 user.a -> EBADF
      listxattr no 9 -> ENOENT
      flistxattr 99 9 -> EBADF
      getxattr '' user.a 9 -> ENOENT`,
  });

  machineTable({
    'a value has at most 65536 bytes, a name 255': `${existing}
      setxattr f user.a v*65536 0
      getxattr f user.a 0 -> 65536
      setxattr f u*255 x 0
      setxattr f u*256 x 0 -> ERANGE`,
  });
});

describe('permission', () => {
  table({
    'user. is for files and directories alone: EPERM to set, ENODATA to read': `${existing}
      mknod s 0140666 0
      lsetxattr l user.a x 0 -> EPERM
      lremovexattr l user.a -> EPERM
      lgetxattr l user.a 9 -> ENODATA
      setxattr s user.a x 0 -> EPERM
      getxattr s user.a 9 -> ENODATA
      setxattr d user.a x 0
      getxattr d user.a 9 -> x`,
    'user. needs the permissions of reading and writing': `${existing}
      setxattr f user.a x 0
      chmod f 0600
      as 1000
      getxattr f user.a 9 -> EACCES
      setxattr f user.a y 0 -> EACCES
      removexattr f user.a -> EACCES
      listxattr f 9 -> user.a,`,
    'user. of a sticky directory is for its owner': `
      mkdir d 0755
      chmod d 01777
      as 1000
      setxattr d user.a x 0 -> EPERM
      removexattr d user.a -> EPERM
      getxattr d user.a 9 -> ENODATA
      as 0
      chmod d 0777
      as 1000
      setxattr d user.a x 0`,
    'trusted. looks absent to others than root, and is EPERM to set': `${existing}
      setxattr f trusted.a x 0
      getxattr f trusted.a 9 -> x
      chmod f 0666
      as 1000
      getxattr f trusted.a 9 -> ENODATA
      setxattr f trusted.a y 0 -> EPERM
      removexattr f trusted.a -> EPERM`,
    'a read-only mount is EROFS to change, after what is wrong with the name': `
      mkdir m 0755
      mount m ro
      setxattr m user.a x 0 -> EROFS
      removexattr m user.a -> EROFS
      setxattr m '' x 0 -> ERANGE
      getxattr m user.a 9 -> ENODATA
      listxattr m 9 ->`,
    'a descriptor opened for reading may set them': `${existing}
      open f O_RDONLY -> $r
      fsetxattr $r user.a x 0
      fgetxattr $r user.a 9 -> x`,
  });

  machineTable({
    'system. is the file system own matter, security. may be changed by the privileged': `${existing}
      setxattr f security.a x 0
      setxattr f security.capability x 0 -> EINVAL
      as 1000
      setxattr f security.a x 0 -> EPERM
      removexattr f security.a -> EPERM
      getxattr f security.a 9 -> x
      setxattr f security.capability x 0 -> EINVAL
      removexattr f security.capability -> EPERM
      setxattr f system.a x 0`,
    'names of no known kind need the permissions of reading and writing': `${existing}
      setxattr f plain x 0
      chmod f 0600
      as 1000
      getxattr f plain 9 -> EACCES`,
  });
});

test('a value or list that no buffer could take is E2BIG', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  const { inode } = machine.process.fds.file(fd);
  const rooms: number[] = [];
  inode.getxattr = inode.listxattr = function* (...args: unknown[]) {
    rooms.push(args.at(-1) as number);
    throw ERANGE;
  };
  expect(machine.failureOf((task) => getxattr(task, '/f', 'user.a', 65535))).toBe(ERANGE);
  expect(machine.failureOf((task) => getxattr(task, '/f', 'user.a', 65536))).toBe(E2BIG);
  expect(machine.failureOf((task) => getxattr(task, '/f', 'user.a', 1e6))).toBe(E2BIG);
  expect(machine.failureOf((task) => listxattr(task, '/f', 1e6))).toBe(E2BIG);
  expect(machine.failureOf((task) => listxattr(task, '/f', 0))).toBe(ERANGE);
  expect(rooms).toEqual([65535, 65536, 65536, 65536, 0]);
});

describe('the capabilities of a file', () => {
  const SETS = [0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const plain = Uint8Array.from([1, 0, 0, 2, ...SETS]);
  const ofRoot = (...root: number[]): Uint8Array => Uint8Array.from([1, 0, 0, 3, ...SETS, ...root]);

  /** /f, with this as its capabilities. */
  function machineWith(value: Uint8Array): { machine: Machine; rooms: number[] } {
    const machine = new Machine();
    const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o666));
    const { inode } = machine.process.fds.file(fd);
    const rooms: number[] = [];
    inode.getxattr = function* (_task, _name, room) {
      rooms.push(room);
      return room === 0 ? value.length : value;
    };
    return { machine, rooms };
  }

  test('are asked for by their length, whatever room there is', () => {
    const { machine, rooms } = machineWith(plain);
    expect(machine.run((task) => getxattr(task, '/f', 'security.capability', 100))).toEqual(plain);
    expect(machine.run((task) => getxattr(task, '/f', 'security.capability', 0))).toBe(20);
    expect(machine.failureOf((task) => getxattr(task, '/f', 'security.capability', 19))).toBe(ERANGE);
    expect(rooms).toEqual([0, 20, 0, 20, 0, 20]);
  });

  test.each([
    { what: 'those of the namespace of user 0 are shown without it', stored: ofRoot(0, 0, 0, 0), shown: plain },
    {
      what: 'those of another namespace are shown as they are',
      stored: ofRoot(232, 3, 0, 0),
      shown: ofRoot(232, 3, 0, 0),
    },
  ])('$what', ({ stored, shown }) => {
    const { machine } = machineWith(stored);
    expect(machine.run((task) => getxattr(task, '/f', 'security.capability', 100))).toEqual(shown);
    expect(machine.run((task) => getxattr(task, '/f', 'security.capability', 0))).toBe(shown.length);
  });

  test.each([
    { what: 'what are none is EINVAL', stored: new Uint8Array(20), error: EINVAL },
    { what: 'nothing is EINVAL', stored: new Uint8Array(0), error: EINVAL },
    { what: 'those of nobody are EOVERFLOW', stored: ofRoot(255, 255, 255, 255), error: EOVERFLOW },
  ])('$what to read', ({ stored, error }) => {
    const { machine } = machineWith(stored);
    expect(machine.failureOf((task) => getxattr(task, '/f', 'security.capability', 100))).toBe(error);
  });

  test('are asked for as any attribute where the server has none', () => {
    const { machine } = machineWith(plain);
    const rooms: number[] = [];
    const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o666));
    machine.process.fds.file(fd).inode.getxattr = function* (_task, _name, room) {
      rooms.push(room);
      throw EOPNOTSUPP;
    };
    expect(machine.failureOf((task) => getxattr(task, '/f', 'security.capability', 100))).toBe(EOPNOTSUPP);
    expect(rooms).toEqual([0, 100]);
  });

  test.each([
    { what: 'a flag that is unknown', value: Uint8Array.from([2, 0, 0, 2, ...SETS]) },
    { what: 'another revision', value: Uint8Array.from([0, 1, 0, 2, ...SETS]) },
    { what: 'nobody as the root of their namespace', value: ofRoot(255, 255, 255, 255) },
  ])('with $what are EINVAL to set', ({ value }) => {
    const { machine } = machineWith(plain);
    expect(machine.failureOf((task) => setxattr(task, '/f', 'security.capability', value, 0))).toBe(EINVAL);
  });

  test('are set to nothing by anybody, but removed by the privileged alone', () => {
    const { machine } = machineWith(plain);
    machine.credentials = credentialsOf(1000, 1000);
    expect(machine.run((task) => setxattr(task, '/f', 'security.capability', new Uint8Array(0), 0))).toBeUndefined();
    expect(machine.failureOf((task) => setxattr(task, '/f', 'security.capability', plain, 0))).toBe(EPERM);
    expect(machine.failureOf((task) => removexattr(task, '/f', 'security.capability'))).toBe(EPERM);
  });
});
