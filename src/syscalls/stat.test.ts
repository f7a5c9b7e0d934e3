import { expect, test } from 'vitest';
import { AT_FDCWD, AT_STATX_FORCE_SYNC, O_CREAT, STATX_BASIC_STATS, STATX_SIZE } from '../abi/linux.ts';
import type { Stat } from '../vfs/stat.ts';
import { open } from './open.ts';
import { fstat, statx } from './stat.ts';
import { Machine } from './testing/machine.ts';
import { machineTable, table } from './testing/table.ts';

const existing = `
  mkdir d 0755
  creat f 0640 -> $f
  write $f hello
  symlink f l
  symlink d dl`;

table({
  'stat follows a symlink, lstat shows it, unless there is a slash behind it': `${existing}
    stat l size -> 5
    lstat l type -> 0120000
    lstat l size -> 1
    lstat dl/ type -> 040000
    lstat dl type -> 0120000
    lstat dl/. type -> 040000`,
  'slashes and dots on the way mean nothing, .. is the directory above': `${existing}
    mkdir d/e 0755
    stat ./d//e/../../f size -> 5
    stat //f size -> 5
    stat / type -> 040000
    stat /.. type -> 040000
    stat /../../f size -> 5`,
  'a file as a directory is ENOTDIR, a missing one ENOENT, an empty path ENOENT': `${existing}
    stat f/ size -> ENOTDIR
    stat f/. size -> ENOTDIR
    stat f/.. size -> ENOTDIR
    stat l/ size -> ENOTDIR
    stat no size -> ENOENT
    stat no/.. size -> ENOENT
    stat no/x size -> ENOENT
    stat '' size -> ENOENT`,
  'no permission on the file is needed, only on the way': `
    creat f 0
    mkdir d 0700
    creat d/f 0666
    as 1000
    stat f mode -> 0100000
    stat d mode -> 040700
    stat d/f mode -> EACCES
    stat d/no mode -> EACCES
    stat d/. mode -> EACCES
    stat d/.. mode -> EACCES
    stat d/ mode -> 040700`,
  'fstatat with AT_EMPTY_PATH shows the descriptor itself': `${existing}
    fstatat $f '' AT_EMPTY_PATH size -> 5
    fstatat AT_FDCWD '' AT_EMPTY_PATH type -> 040000
    fstatat $f '' 0 size -> ENOENT
    fstatat 99 '' AT_EMPTY_PATH size -> EBADF
    fstatat AT_FDCWD f AT_EMPTY_PATH size -> 5
    fstatat AT_FDCWD l AT_SYMLINK_NOFOLLOW type -> 0120000
    open l O_PATH|O_NOFOLLOW -> $l
    fstatat $l '' AT_EMPTY_PATH type -> 0120000
    fstatat $l '' AT_EMPTY_PATH|AT_SYMLINK_NOFOLLOW type -> 0120000`,
  'unknown flags are EINVAL before the path': `
    fstatat 99 '' 0x200 size -> EINVAL
    fstatat 99 '' 1 size -> EINVAL
    statx 99 '' 1 0x7ff -> EINVAL
    statx 99 '' 0x6000 0x7ff -> EINVAL
    statx 99 '' 0 0x80000000 -> EINVAL`,
  'statx with each kind of freshness': `${existing}
    statx AT_FDCWD f 0 0x7ff -> 0100000
    statx AT_FDCWD f AT_STATX_FORCE_SYNC 0x7ff -> 0100000
    statx AT_FDCWD f AT_STATX_DONT_SYNC 0x7ff -> 0100000
    statx AT_FDCWD l AT_SYMLINK_NOFOLLOW|AT_NO_AUTOMOUNT 0x7ff -> 0120000
    statx $f '' AT_EMPTY_PATH 0x7ff -> 0100000`,
  'fstat of what is not open is EBADF': `
    fstat 99 size -> EBADF
    fstat -1 size -> EBADF`,
  'a mountpoint shows what is mounted, .. leads out again': `
    mkdir m 0700
    creat f 0644
    mount m
    stat m mode -> 040755
    lstat m mode -> 040755
    creat m/g 0644
    stat m/../f size -> 0
    stat m/g size -> 0
    open m O_PATH -> $m
    fstatat $m .. 0 type -> 040000
    fstatat $m ../m/g 0 size -> 0`,
});

machineTable({
  'mounts can stand on each other': `
    mkdir m 0755
    mount m
    mkdir m/n 0755
    mount m/n
    mount m/n
    creat m/n/f 0644
    stat m/n/../n/f size -> 0
    chdir m/n
    getcwd -> /m/n
    stat ../../m/n/f size -> 0`,
});

test('attributes are asked for with the mask and the freshness wanted, unless the cache has them', () => {
  const machine = new Machine();
  const fd = machine.run((task) => open(task, '/f', O_CREAT, 0o644));
  const { inode } = machine.process.fds.file(fd);
  const asked: [number, number][] = [];
  inode.tryGetattr = (_task, mask, flags) => {
    asked.push([mask, flags]);
    return undefined;
  };
  const fresh = { size: 7 } as Stat;
  inode.getattr = function* () {
    return fresh;
  };
  expect(machine.run((task) => fstat(task, fd))).toBe(fresh);
  machine.run((task) => statx(task, AT_FDCWD, '/f', AT_STATX_FORCE_SYNC, STATX_SIZE));
  expect(asked).toEqual([
    [STATX_BASIC_STATS, 0],
    [STATX_SIZE, AT_STATX_FORCE_SYNC],
  ]);
});
