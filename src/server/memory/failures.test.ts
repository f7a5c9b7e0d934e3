import { expect, test } from 'vitest';
import * as errno from '../../abi/errno.ts';
import * as fuse from '../../abi/fuse.ts';
import * as linux from '../../abi/linux.ts';
import { bytes } from '../testing/client.ts';
import { errnoOfCall } from '../testing/files.ts';
import { build, type World } from '../testing/world.ts';

const ROOT = fuse.FUSE_ROOT_ID;
const LONG = 'n'.repeat(256);
const failures: [what: string, errno: errno.Errno, call: (world: World) => unknown][] = [
  ['getattr of a nodeid that was never given', errno.ESTALE, (w) => w.files.stat(4242n)],
  ['lookup in a file', errno.ENOTDIR, (w) => w.files.lookup(w.file, 'a')],
  ['lookup of a long name', errno.ENAMETOOLONG, (w) => w.files.lookup(ROOT, LONG)],
  ['mkdir of what is there', errno.EEXIST, (w) => w.files.mkdir(ROOT, 'file')],
  ['mkdir with a long name', errno.ENAMETOOLONG, (w) => w.files.mkdir(ROOT, LONG)],
  ['mkdir in a file', errno.ENOTDIR, (w) => w.files.mkdir(w.file, 'a')],
  ['mkdir without a name', errno.EINVAL, (w) => w.files.mkdir(ROOT, '')],
  ['mkdir with a slash', errno.EINVAL, (w) => w.files.mkdir(ROOT, 'a/b')],
  ['mkdir in a removed directory', errno.ENOENT, makeInRemoved],
  ['mknod of what is there', errno.EEXIST, (w) => w.files.mknod(ROOT, 'link', linux.S_IFREG)],
  ['mknod of a directory', errno.EPERM, (w) => w.files.mknod(ROOT, 'a', linux.S_IFDIR)],
  ['mknod of no type', errno.EINVAL, (w) => w.files.mknod(ROOT, 'a', 0o030000)],
  ['symlink with a long target', errno.ENAMETOOLONG, (w) => w.files.symlink(ROOT, 'a', 'x'.repeat(4096))],
  ['readlink of a file', errno.EINVAL, (w) => w.files.readlink(w.file)],
  ['unlink of nothing', errno.ENOENT, (w) => w.files.unlink(ROOT, 'none')],
  ['unlink of a directory', errno.EISDIR, (w) => w.files.unlink(ROOT, 'empty')],
  ['rmdir of nothing', errno.ENOENT, (w) => w.files.rmdir(ROOT, 'none')],
  ['rmdir of a file', errno.ENOTDIR, (w) => w.files.rmdir(ROOT, 'file')],
  ['rmdir of a symlink', errno.ENOTDIR, (w) => w.files.rmdir(ROOT, 'link')],
  ['rmdir of a full directory', errno.ENOTEMPTY, (w) => w.files.rmdir(ROOT, 'full')],
  ['rmdir of .', errno.EINVAL, (w) => w.files.rmdir(w.empty, '.')],
  ['rmdir of ..', errno.ENOTEMPTY, (w) => w.files.rmdir(w.empty, '..')],
  ['link of a directory', errno.EPERM, (w) => w.files.link(ROOT, 'a', w.empty)],
  ['link over what is there', errno.EEXIST, (w) => w.files.link(ROOT, 'file', w.child)],
  ['link of a removed file', errno.ENOENT, linkRemoved],
  ['create over what is there with O_EXCL', errno.EEXIST, (w) => w.files.create(ROOT, 'file', { flags: 0o302 })],
  ['create over a directory', errno.EEXIST, (w) => w.files.create(ROOT, 'empty')],
  ['open of a directory', errno.EISDIR, (w) => w.files.open(w.empty)],
  ['open of a symlink', errno.EINVAL, (w) => w.files.open(w.link)],
  ['opendir of a file', errno.ENOTDIR, (w) => w.files.opendir(w.file)],
  ['truncate of a directory', errno.EISDIR, (w) => w.files.setattr(w.empty, { valid: fuse.FATTR_SIZE })],
  ['truncate of a symlink', errno.EINVAL, (w) => w.files.setattr(w.link, { valid: fuse.FATTR_SIZE })],
  ['truncate beyond all', errno.EFBIG, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_SIZE, size: 2 ** 62 })],
  ['fallocate with another mode', errno.EOPNOTSUPP, (w) => w.files.fallocate(w.file, 0n, 8, 0, 1)],
  ['a punch that would shrink', errno.EOPNOTSUPP, (w) => w.files.fallocate(w.file, 0n, 2, 0, 1)],
  ['fallocate of nothing', errno.EINVAL, (w) => w.files.fallocate(w.file, 0n, 0, 0, 0)],
  ['seeking from before the start', errno.ENXIO, (w) => w.files.lseek(w.file, 0n, -1, linux.SEEK_DATA)],

  ['rename of nothing', errno.ENOENT, (w) => w.files.rename(ROOT, 'none', ROOT, 'a')],
  ['rename to a long name', errno.ENAMETOOLONG, (w) => w.files.rename(ROOT, 'file', ROOT, LONG)],
  ['rename of a file over a directory', errno.EISDIR, (w) => w.files.rename(ROOT, 'file', ROOT, 'empty')],
  ['rename of a directory over a file', errno.ENOTDIR, (w) => w.files.rename(ROOT, 'empty', ROOT, 'file')],
  ['rename over a full directory', errno.ENOTEMPTY, (w) => w.files.rename(ROOT, 'empty', ROOT, 'full')],
  ['rename into itself', errno.EINVAL, (w) => w.files.rename(ROOT, 'full', w.full, 'a')],
  ['rename into a directory below', errno.EINVAL, (w) => w.files.rename(ROOT, 'full', w.sub, 'a')],
  ['rename over a directory above', errno.ENOTEMPTY, (w) => w.files.rename(w.full, 'sub', ROOT, 'full')],
  ['rename into a removed directory', errno.ENOENT, renameIntoRemoved],
  ['rename with NOREPLACE over something', errno.EEXIST, (w) => w.files.rename(ROOT, 'file', ROOT, 'link', 1)],
  ['rename with EXCHANGE and nothing', errno.ENOENT, (w) => w.files.rename(ROOT, 'file', ROOT, 'none', 2)],
  ['rename with both', errno.EINVAL, (w) => w.files.rename(ROOT, 'file', ROOT, 'link', 3)],
  ['rename with WHITEOUT and EXCHANGE', errno.EINVAL, (w) => w.files.rename(ROOT, 'file', ROOT, 'link', 6)],
  ['rename with WHITEOUT and NOREPLACE', errno.EEXIST, (w) => w.files.rename(ROOT, 'file', ROOT, 'link', 5)],
  ['rename with an unknown flag', errno.EINVAL, (w) => w.files.rename(ROOT, 'file', ROOT, 'a', 8)],
  ['an exchange with what is below', errno.EINVAL, (w) => w.files.rename(ROOT, 'full', w.full, 'sub', 2)],
  ['an exchange with what is above', errno.EINVAL, (w) => w.files.rename(w.full, 'sub', ROOT, 'full', 2)],

  ['getxattr of nothing', errno.ENODATA, (w) => w.files.getxattr(w.file, 'user.a')],
  ['removexattr of nothing', errno.ENODATA, (w) => w.files.removexattr(w.file, 'user.a')],
  ['setxattr of an ACL', errno.EOPNOTSUPP, (w) => w.files.setxattr(w.file, 'system.posix_acl_access', bytes('x'))],
  ['setxattr without a namespace', errno.EOPNOTSUPP, (w) => w.files.setxattr(w.file, 'a', bytes('x'))],
  ['setxattr with a long name', errno.ERANGE, (w) => w.files.setxattr(w.file, `user.${LONG}`, bytes('x'))],
  ['setxattr with a long value', errno.E2BIG, (w) => w.files.setxattr(w.file, 'user.a', new Uint8Array(65537))],
  ['setxattr with unknown flags', errno.EINVAL, (w) => w.files.setxattr(w.file, 'user.a', bytes('x'), 4)],
  ['setxattr with REPLACE of nothing', errno.ENODATA, (w) => w.files.setxattr(w.file, 'user.a', bytes('x'), 2)],
  [
    'setxattr with CREATE of something',
    errno.EEXIST,
    (w) => [0, 1].map((f) => w.files.setxattr(w.file, 'user.a', bytes('x'), f)),
  ],
];

function makeInRemoved({ files, empty }: World): void {
  files.rmdir(ROOT, 'empty');
  files.mkdir(empty, 'a');
}

function linkRemoved({ files, file }: World): void {
  files.unlink(ROOT, 'file');
  files.link(ROOT, 'a', file);
}

function renameIntoRemoved({ files, empty }: World): void {
  files.rmdir(ROOT, 'empty');
  files.rename(ROOT, 'file', empty, 'a');
}

test.each(failures)('%s fails with %s', (_, expected, call) => {
  const world = build();
  expect(errnoOfCall(() => call(world))).toBe(expected);
});
