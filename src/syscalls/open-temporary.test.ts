import { describe, expect, test } from 'vitest';
import { AT_EMPTY_PATH, AT_FDCWD, O_RDWR, O_TMPFILE } from '../abi/linux.ts';
import { close } from './descriptors.ts';
import { linkat } from './link.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

describe('O_TMPFILE', () => {
  table({
    'makes a file in no directory, with the mode that the umask leaves': `
      mkdir d 0755
      umask 027 -> 18
      open d O_TMPFILE|O_RDWR 0666 -> $f
      fstat $f mode -> 0100640
      fstat $f nlink -> 0
      write $f hello -> 5
      pread $f 9 0 -> hello
      open d O_DIRECTORY -> $d
      names $d -> .,..
      rmdir d`,
    'shows O_TMPFILE among the flags of the open file': `
      open . O_TMPFILE|O_RDWR|O_EXCL|O_CLOEXEC|O_TRUNC 0644 -> $f
      fcntl $f 3 0 -> 4292610
      fcntl $f 1 0 -> 1`,
    'may open what its own mode forbids': `
      open . O_TMPFILE|O_RDWR 0000 -> $f
      fstat $f mode -> 0100000
      write $f x -> 1`,
    'follows a symlink to the directory, unless O_NOFOLLOW': `
      mkdir d 0755
      creat f 0644 -> $f
      symlink f l
      symlink d dl
      symlink nowhere dangling
      symlink loop loop
      open dl O_TMPFILE|O_RDWR 0644
      open dl O_TMPFILE|O_RDWR|O_NOFOLLOW 0644 -> ENOTDIR
      open l O_TMPFILE|O_RDWR 0644 -> ENOTDIR
      open dangling O_TMPFILE|O_RDWR 0644 -> ENOENT
      open loop O_TMPFILE|O_RDWR 0644 -> ELOOP
      open '' O_TMPFILE|O_RDWR 0644 -> ENOENT
      openat $f d O_TMPFILE|O_RDWR 0644 -> ENOTDIR`,
    'takes the set-group-ID bit from the caller who is not in the group of such a directory': `
      mkdir d 0777
      chown d 0 5
      chmod d 02777
      as 1000
      umask 0
      open d O_TMPFILE|O_RDWR 02777 -> $f
      fstat $f mode -> 0100777
      fstat $f gid -> 5
      open . O_TMPFILE|O_RDWR 0600 -> EACCES`,
    'gives a file that linkat names once, and again only while it has a name': `
      open . O_TMPFILE|O_RDWR 0644 -> $f
      linkat $f '' AT_FDCWD named AT_EMPTY_PATH
      fstat $f nlink -> 1
      linkat $f '' AT_FDCWD second AT_EMPTY_PATH
      stat named nlink -> 2
      unlink named
      unlink second
      linkat $f '' AT_FDCWD third AT_EMPTY_PATH -> ENOENT`,
    'with O_EXCL gives a file that is never named': `
      open . O_TMPFILE|O_RDWR|O_EXCL 0644 -> $f
      linkat $f '' AT_FDCWD named AT_EMPTY_PATH -> ENOENT
      lstat named nlink -> ENOENT`,
    'gives a file that is no place to start from': `
      open . O_TMPFILE|O_RDWR 0644 -> $f
      openat $f x O_RDONLY -> ENOTDIR
      fchdir $f -> ENOTDIR
      linkat $f '' AT_FDCWD . AT_EMPTY_PATH -> EEXIST
      linkat $f '' AT_FDCWD x/ AT_EMPTY_PATH -> ENOENT`,
  });

  test('asks the file system once, and linkat only for the new name', () => {
    const machine = new Machine();
    const log = machine.logOf(function* (task) {
      const fd = yield* open(task, '/', O_TMPFILE | O_RDWR, 0o644);
      yield* linkat(task, fd, '', AT_FDCWD, '/named', AT_EMPTY_PATH);
      yield* close(task, fd);
    });
    expect(log).toEqual(['tmpfile', 'lookup named', 'link named', 'flush', 'release']);
    expect(machine.leftovers()).toEqual([]);
  });
});
