import { describe, expect, test } from 'vitest';
import { EEXIST, ENOENT } from '../abi/errno.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_FOLLOW, O_CREAT, O_RDONLY } from '../abi/linux.ts';
import { link, linkat, readlink, symlink } from './link.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

const existing = `
  mkdir d 0755
  creat f 0644 -> $f
  write $f hello
  symlink f l
  symlink d dl
  symlink nowhere dangling`;

describe('link', () => {
  table({
    'a file gets another name': `${existing}
      link f d/g
      stat d/g size -> 5
      fstat $f nlink -> 2`,
    'a directory is EPERM, after EEXIST and EACCES for the new name': `${existing}
      link d e -> EPERM
      link d f -> EEXIST
      link . e -> EPERM
      link / e -> EPERM
      chown d 1000 1000
      as 1000
      link d e -> EACCES`,
    'a symlink is linked itself, unless it is to be followed': `${existing}
      link l m
      readlink m -> f
      linkat AT_FDCWD l AT_FDCWD n AT_SYMLINK_FOLLOW
      lstat n type -> 0100000
      link dangling o
      linkat AT_FDCWD dangling AT_FDCWD p AT_SYMLINK_FOLLOW -> ENOENT`,
    'an existing new name is EEXIST, a dangling symlink and dots too': `${existing}
      link f d -> EEXIST
      link f f -> EEXIST
      link f dangling -> EEXIST
      link f . -> EEXIST
      link f d/.. -> EEXIST
      link f / -> EEXIST`,
    'the old name comes first': `${existing}
      link no f -> ENOENT
      link no no/x -> ENOENT
      link f/ new -> ENOTDIR
      link f no/x -> ENOENT
      link f f/x -> ENOTDIR
      link '' new -> ENOENT
      link f '' -> ENOENT`,
    'a slash behind the new name is ENOENT': `${existing}
      link f new/ -> ENOENT`,
    'another mount is EXDEV, also for a directory and before EACCES; EROFS comes first': `${existing}
      mkdir m 0755
      mount m
      mkdir r 0755
      mount r ro
      link f m/f -> EXDEV
      link d m/d -> EXDEV
      link f r/f -> EROFS
      as 1000
      link f m/f -> EXDEV`,
    'the directory must be writable': `${existing}
      chown f 1000 1000
      as 1000
      link f g -> EACCES`,
    'unknown flags are EINVAL': `
      linkat AT_FDCWD '' AT_FDCWD '' 1 -> EINVAL
      linkat AT_FDCWD '' AT_FDCWD '' AT_SYMLINK_NOFOLLOW -> EINVAL`,
    'AT_EMPTY_PATH links what a descriptor is on': `${existing}
      linkat $f '' AT_FDCWD g AT_EMPTY_PATH
      stat g nlink -> 2
      open l O_PATH|O_NOFOLLOW -> $l
      linkat $l '' AT_FDCWD h AT_EMPTY_PATH
      readlink h -> f
      linkat $f '' AT_FDCWD i 0 -> ENOENT
      linkat AT_FDCWD '' AT_FDCWD i AT_EMPTY_PATH -> EPERM
      linkat 99 '' AT_FDCWD i AT_EMPTY_PATH -> EBADF
      linkat AT_FDCWD f AT_FDCWD j AT_EMPTY_PATH`,
    'a file without a name gets none again': `
      creat f 0644 -> $f
      unlink f
      linkat $f '' AT_FDCWD g AT_EMPTY_PATH -> ENOENT`,
  });
});

describe('symlink', () => {
  table({
    'the target is kept as it is, though it leads nowhere': `
      symlink ../a//b/ l
      readlink l -> ../a//b/
      lstat l size -> 8
      lstat l mode -> 0120777`,
    'an empty target is ENOENT, one of 4096 bytes ENAMETOOLONG, before the path': `
      symlink '' '' -> ENOENT
      symlink x*4096 '' -> ENAMETOOLONG
      symlink x*4095 l
      lstat l size -> 4095`,
    'an existing name is EEXIST, a slash behind a new one ENOENT': `${existing}
      symlink a f -> EEXIST
      symlink a dangling -> EEXIST
      symlink a d -> EEXIST
      symlink a d/ -> EEXIST
      symlink a . -> EEXIST
      symlink a new/ -> ENOENT
      symlink a no/x -> ENOENT
      symlink a f/x -> ENOTDIR`,
    'the directory must be writable, the mount too': `
      mkdir m 0755
      mount m ro
      symlink a m/l -> EROFS
      as 1000
      symlink a l -> EACCES`,
    'relative to a descriptor': `
      mkdir d 0755
      open d O_PATH -> $d
      symlinkat a $d l
      readlinkat $d l -> a
      symlinkat a 99 l -> EBADF
      readlinkat 99 l -> EBADF`,
  });
});

describe('readlink', () => {
  table({
    'something else than a symlink is EINVAL': `${existing}
      readlink f -> EINVAL
      readlink d -> EINVAL
      readlink . -> EINVAL
      readlink dl/ -> EINVAL
      readlink l/ -> ENOTDIR
      readlink dangling/ -> ENOENT
      readlink no -> ENOENT
      readlink '' -> ENOENT`,
    'an empty path on a descriptor of something else is ENOENT': `${existing}
      readlinkat $f '' -> ENOENT
      readlinkat AT_FDCWD '' -> ENOENT
      readlinkat 99 '' -> EBADF`,
    'no permission on the link is needed, only on the way': `
      mkdir d 0755
      symlink a d/l
      as 1000
      readlink d/l -> a
      as 0
      chmod d 0700
      as 1000
      readlink d/l -> EACCES`,
  });
});

describe('symlinks on the way', () => {
  table({
    'relative to the directory they are in, absolute from the root': `
      mkdir a 0755
      mkdir a/b 0755
      creat a/f 0644
      symlink ../f a/b/up
      symlink /a a/b/abs
      stat a/b/up size -> 0
      stat a/b/abs/f size -> 0
      chdir a/b
      stat abs/b/up size -> 0`,
    'forty are followed, forty-one are ELOOP': `
      mkdir d 0755
      symlink . d/l
      stat d/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l type -> 040000
      stat d/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l/l type -> ELOOP`,
    'a file on the way is ENOTDIR, a dangling link ENOENT': `${existing}
      stat l/x size -> ENOTDIR
      stat dangling/x size -> ENOENT
      stat dl/. type -> 040000`,
  });
});

test('the new name is asked about even if it is known', () => {
  const machine = new Machine();
  machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  expect(machine.failureOf((task) => readlink(task, '/g'))).toBe(ENOENT);
  expect(machine.logOf((task) => link(task, '/f', '/g'))).toEqual(['lookup g', 'link g']);
  expect(machine.failureOf((task) => symlink(task, 'f', '/g'))).toBe(EEXIST);
});

test('AT_EMPTY_PATH without CAP_DAC_READ_SEARCH is for those who opened the file: ENOENT for others', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  machine.credentials = { ...machine.credentials, capabilities: new Set() };
  expect(machine.failureOf((task) => linkat(task, fd, '', AT_FDCWD, '/g', AT_EMPTY_PATH))).toBe(ENOENT);
  expect(machine.failureOf((task) => linkat(task, fd, 'x', AT_FDCWD, '/g', AT_EMPTY_PATH))).toBe(ENOENT);
  const own = machine.run((task) => open(task, '/f', O_RDONLY));
  expect(machine.run((task) => linkat(task, own, '', AT_FDCWD, '/own', AT_EMPTY_PATH))).toBeUndefined();
  expect(machine.run((task) => linkat(task, AT_FDCWD, '/f', AT_FDCWD, '/g', AT_SYMLINK_FOLLOW))).toBeUndefined();
});
