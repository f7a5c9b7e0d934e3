import fc from 'fast-check';
import { list } from './acl-values.ts';
import { prepare } from './oracle.ts';
import type { Prepared } from './outcome.ts';
import { stepsOf, THREE_TASKS } from './script.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const DIRECTORIES = ['', 'd/', 'e/', 'd/e/', 's/'];
const DESCRIPTORS = ['p', 'q', 'r', 't'];
const SIZES = [0, 1, 10, 100, 4095, 4096, 4097, 10_000];

type Words = fc.Arbitrary<string>;

const oneOf = (...words: readonly (string | number)[]): Words => fc.constantFrom(...words.map(String));

const plainPath: Words = fc.tuple(oneOf(...DIRECTORIES), oneOf(...NAMES, 's', 'l')).map((parts) => parts.join(''));
const oddPath: Words = fc.oneof(
  oneOf(
    '/',
    '.',
    '..',
    'd/.',
    'd/..',
    'a/',
    'd/',
    'l/',
    's/..',
    'd//e///a',
    '/d/a',
    'x*255',
    'x*256',
    'a/b',
    "''",
    'loop',
    'loop/a',
  ),
  plainPath.map((path) => `${path}/`),
);
/** A path: most lead somewhere, some are odd. */
const path: Words = fc.oneof({ arbitrary: plainPath, weight: 8 }, { arbitrary: oddPath, weight: 1 });
const fd: Words = fc.oneof(
  { arbitrary: oneOf(...DESCRIPTORS).map((name) => `$${name}`), weight: 12 },
  { arbitrary: oneOf(-1, 99), weight: 1 },
);
const dirfd: Words = fc.oneof({ arbitrary: fc.constant('-100'), weight: 3 }, { arbitrary: fd, weight: 2 });
const mode: Words = oneOf(
  '0644',
  '0600',
  '0666',
  '0755',
  '0700',
  '0777',
  '0000',
  '0444',
  '02755',
  '04755',
  '06777',
  '01777',
);
const access: Words = oneOf('O_RDONLY', 'O_WRONLY', 'O_RDWR');
const extra: Words = oneOf(
  ...[
    'O_CREAT',
    'O_CREAT|O_EXCL',
    'O_CREAT|O_TRUNC',
    'O_TRUNC',
    'O_APPEND',
    'O_CREAT|O_APPEND',
    'O_DIRECTORY',
    'O_NOFOLLOW',
  ],
  ...['O_PATH', 'O_CREAT|O_NOFOLLOW', 'O_RDONLY'],
);
const flags: Words = fc.tuple(access, extra).map((words) => words.join('|'));
const unnamed: Words = oneOf('O_TMPFILE|O_RDWR', 'O_TMPFILE|O_WRONLY|O_EXCL', 'O_TMPFILE|O_RDWR|O_TRUNC');
const offset: Words = oneOf(0, 1, 5, 4090, 4096, 5000, 12_288, -1);
/** Where copy_file_range(2) begins. */
const place: Words = fc.oneof(fc.constant('NULL'), offset);
const size: Words = oneOf(...SIZES);
const data: Words = fc
  .tuple(oneOf('x', 'y', 'z'), oneOf(1, 3, 10, 4095, 4096, 4097, 9000))
  .map(([char, count]) => `${char}*${count}`);
const id: Words = oneOf(0, 1000, 1001, -1);
const time: Words = oneOf('now', 'omit', '1000000000', '1234567890.123456789', '-5.7');
const attribute: Words = oneOf('user.a', 'user.b', 'trusted.c', 'security.d', 'nothing.e', 'user.');
const value: Words = oneOf("''", 'v', 'v*100');
const aclName: Words = oneOf('system.posix_acl_access', 'system.posix_acl_access', 'system.posix_acl_default');
const acl: Words = oneOf(
  "''",
  'v',
  ...[
    'u::rwx g::r-x o::r--',
    'u::rw- u:1000:rwx g::r-- m::rwx o::---',
    'u::rwx u:1001:--x g::--- g:1000:rw- m::rw- o::r-x',
    'u::r-- u:1000:--- g::rwx m::--- o::rwx',
    'u::rwx u:1000:r-x g::rwx o::rwx',
  ].map(list),
);

type Row = readonly [weight: number, call: string, ...args: Words[]];

const link: Words = oneOf(0, 'AT_SYMLINK_FOLLOW', 'AT_EMPTY_PATH', 8);
const stating: Words = oneOf(0, 'AT_SYMLINK_NOFOLLOW', 'AT_EMPTY_PATH');
const changing: Words = oneOf(0, 'AT_SYMLINK_NOFOLLOW', 'AT_EMPTY_PATH', 2);
const permissions: Words = oneOf(0, 1, 2, 4, 7);
const special: Words = oneOf('0100644', '0140755', '0644', '0040755');
const pieces: Words = oneOf('one,two', 'x*4096,y*10', ',z');
const ZERO = '\\x00\\x00\\x00\\x00';
const rooms: Words = oneOf('1,10,100', '4096,4096', '0,5');
const room: Words = oneOf(0, 1, 200);
const here: Words = fc.constant('-100');
const lockCommand: Words = oneOf('F_GETLK', 'F_SETLK', 'F_SETLK', 'F_SETLK', 'F_OFD_GETLK', 'F_OFD_SETLK');
const lockType: Words = oneOf('F_RDLCK', 'F_WRLCK', 'F_UNLCK');
const lockStart: Words = oneOf(0, 0, 5, 10, 15, 20, -1);
const lockLength: Words = oneOf(0, 1, 5, 10, 20, -5);
const flockType: Words = oneOf('LOCK_SH|LOCK_NB', 'LOCK_EX|LOCK_NB', 'LOCK_UN', 'LOCK_UN|LOCK_NB');

/** What random scripts are made of besides opening and listing, and how often each comes. */
const rows: readonly Row[] = [
  [8, 'creat', path, mode],
  [3, 'close', fd],
  [1, 'dup', fd],
  [1, 'dup2', fd, fd],
  [1, 'dup3', fd, fd, oneOf(0, 'O_CLOEXEC', 1)],
  [2, 'fcntl', fd, oneOf(1, 3)],
  [1, 'fcntl', fd, oneOf(2, 4), oneOf(0, 1, 'O_APPEND', 'O_NONBLOCK')],
  [
    1,
    'fcntl_bytes',
    fd,
    oneOf('F_GET_RW_HINT', 'F_SET_RW_HINT', 'F_GETOWN_EX'),
    fc.constant('\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00'),
  ],
  [1, 'close_range', fd, fd, oneOf(0, 4)],
  [8, 'write', fd, data],
  [6, 'pwrite', fd, data, offset],
  [6, 'read', fd, size],
  [5, 'pread', fd, size, offset],
  [2, 'readv', fd, rooms],
  [2, 'preadv', fd, rooms, offset],
  [2, 'writev', fd, pieces],
  [2, 'pwritev', fd, pieces, offset],
  [1, 'preadv2', fd, rooms, oneOf(-1, 0, 3, 4096), oneOf(0, 'RWF_HIPRI', 64)],
  [1, 'pwritev2', fd, pieces, oneOf(-1, 0, 3, 4096), oneOf(0, 'RWF_DSYNC', 'RWF_SYNC', 'RWF_APPEND')],
  [3, 'lseek', fd, offset, oneOf(0, 1, 2, 9)],
  [2, 'lseek', fd, offset, oneOf('SEEK_DATA', 'SEEK_HOLE')],
  [3, 'truncate', path, oneOf(0, 1, 100, 4096, 10_000, -1)],
  [3, 'ftruncate', fd, oneOf(0, 1, 100, 4096, 10_000, -1)],
  [3, 'fallocate', fd, oneOf(0, 1, 2, 3, '0x10', '0x11'), offset, oneOf(0, 1, 100, 5000)],
  [3, 'copy_file_range', fd, place, fd, place, oneOf(0, 1, 100, 5000, 100_000), oneOf(0, 0, 0, 1)],
  [8, 'stat', path],
  [5, 'lstat', path],
  [5, 'fstat', fd],
  [3, 'fstatat', dirfd, path, stating],
  [3, 'statx', dirfd, path, stating, oneOf('0x7ff', 1, 0)],
  [6, 'mkdir', path, mode],
  [2, 'mkdirat', dirfd, path, mode],
  [4, 'rmdir', path],
  [6, 'unlink', path],
  [2, 'unlinkat', dirfd, path, oneOf(0, '0x200')],
  [8, 'rename', path, path],
  [3, 'renameat2', here, path, here, path, oneOf('RENAME_NOREPLACE', 'RENAME_EXCHANGE', 'RENAME_WHITEOUT', 7)],
  [2, 'renameat2', dirfd, path, dirfd, path, fc.constant('0')],
  [5, 'link', path, path],
  [2, 'linkat', dirfd, path, dirfd, path, link],
  [2, 'linkat', fd, fc.constant("''"), here, path, fc.constant('AT_EMPTY_PATH')],
  [4, 'symlink', path, path],
  [1, 'symlinkat', path, dirfd, path],
  [2, 'readlink', path],
  [1, 'readlinkat', dirfd, path],
  [2, 'mknod', path, special, fc.constant('0')],
  [1, 'mknodat', dirfd, path, special, fc.constant('0')],
  [5, 'chmod', path, mode],
  [2, 'fchmod', fd, mode],
  [1, 'fchmodat', dirfd, path, mode, changing],
  [3, 'chown', path, id, id],
  [2, 'lchown', path, id, id],
  [1, 'fchown', fd, id, id],
  [1, 'fchownat', dirfd, path, id, id, changing],
  [2, 'utimensat', dirfd, path, time, time, oneOf(0, 'AT_SYMLINK_NOFOLLOW')],
  [1, 'futimens', fd, time, time],
  [3, 'access', path, permissions],
  [2, 'faccessat', dirfd, path, permissions, oneOf(0, '0x200', 'AT_SYMLINK_NOFOLLOW', 'AT_EMPTY_PATH')],
  ...(['', 'l'] as const).flatMap((follow): Row[] => [
    [2, `${follow}setxattr`, path, attribute, value, oneOf(0, 1, 2)],
    [2, `${follow}getxattr`, path, attribute, room],
    [2, `${follow}listxattr`, path, oneOf(0, 5, 200)],
    [1, `${follow}removexattr`, path, attribute],
  ]),
  [3, 'setxattr', path, aclName, acl, fc.constant('0')],
  [2, 'getxattr', path, aclName, fc.constant('200')],
  [1, 'fsetxattr', fd, aclName, acl, fc.constant('0')],
  [1, 'removexattr', path, aclName],
  [1, 'fsetxattr', fd, attribute, value, oneOf(0, 1, 2)],
  [1, 'fgetxattr', fd, attribute, room],
  [1, 'flistxattr', fd, oneOf(0, 5, 200)],
  [1, 'fremovexattr', fd, attribute],
  [4, 'flock', fd, flockType],
  [
    8,
    'fcntl_lock',
    fd,
    lockCommand,
    lockType,
    oneOf('SEEK_SET', 'SEEK_SET', 'SEEK_CUR', 'SEEK_END'),
    lockStart,
    lockLength,
  ],
  [2, 'chdir', path],
  [1, 'fchdir', fd],
  [1, 'getcwd'],
  [1, 'umask', oneOf('0', '022', '077')],
  [1, 'fsync', fd],
  [1, 'fdatasync', fd],
  [1, 'syncfs', fd],
  [1, 'posix_fadvise', fd, offset, size, oneOf(0, 1, 2, 6)],
  [1, 'sync_file_range', fd, offset, size, oneOf(0, 7, 8)],
  [1, 'statfs', path],
  [1, 'fstatfs', fd],
  [1, 'ioctl', fd, oneOf('FIGETBSZ', 'FIOQSIZE', 'FIOASYNC', 'FS_IOC_GETFLAGS', '0x80045601'), fc.constant('x*8')],
  [1, 'ioctl', fd, oneOf('FIOCLEX', 'FIONCLEX', '0x5601'), fc.constant('0')],
  [
    1,
    'name_to_handle_at',
    dirfd,
    path,
    oneOf(128, 12, 4),
    oneOf(0, 'AT_HANDLE_FID', 'AT_HANDLE_CONNECTABLE', 'AT_EMPTY_PATH'),
  ],
  [
    1,
    'open_by_handle_at',
    here,
    oneOf('0x81'),
    oneOf(...['\\x02', '\\x03', '\\x04'].map((low) => `${ZERO}${low}\\x00\\x00\\x00${ZERO}`)),
    oneOf('O_RDONLY', 'O_PATH'),
  ],
  [1, 'poll', fd, oneOf(0, 1, 5, '0x145'), fc.constant('0')],
  [1, 'ppoll', fd, oneOf(0, 5), fc.constant('0'), oneOf(0, -1)],
];

const step: Words = fc.oneof(
  {
    weight: 14,
    arbitrary: fc
      .tuple(path, flags, mode, oneOf(...DESCRIPTORS))
      .map(([at, how, bits, name]) => `open ${at} ${how} ${bits} -> $${name}`),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(path, oneOf(...DESCRIPTORS)).map(([at, name]) => `open ${at} O_RDONLY|O_DIRECTORY -> $${name}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(dirfd, path, flags, mode, oneOf(...DESCRIPTORS))
      .map(([from, at, how, bits, name]) => `openat ${from} ${at} ${how} ${bits} -> $${name}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(oneOf('.', ...DIRECTORIES.slice(1)), unnamed, mode, oneOf(...DESCRIPTORS))
      .map(([at, how, bits, name]) => `open ${at} ${how} ${bits} -> $${name}`),
  },
  { weight: 4, arbitrary: fc.tuple(fd, oneOf(24, 64, 200, 4096)).map(([from, room]) => `getdents ${from} ${room}`) },
  ...rows.map(([weight, call, ...args]) => ({
    weight,
    arbitrary: fc.tuple(...args).map((words) => [call, ...words].join(' ')),
  })),
);

/** The calls that random scripts make. */
export const generatedCalls: ReadonlySet<string> = new Set([
  ...rows.map(([, call]) => call),
  'open',
  'openat',
  'getdents',
]);

const taskedStep: Words = fc.tuple(oneOf(0, 0, 1, 1, 2), step).map(([task, line]) => `@${task} ${line}`);

const SET_UP = `
  mkdir d 0777
  mkdir d/e 01777
  symlink d s
  symlink a l
  symlink loop loop
  creat a 0666
  mkdir e 02775
  chown e 1000 1000
  creat e/b 0644
  chown e/b 1000 1000
`;

/** Scripts of `length` random steps by three tasks. */
export const randomScripts = (length: number): fc.Arbitrary<Prepared> =>
  fc
    .array(taskedStep, { minLength: length, maxLength: length, size: 'max' })
    .map((lines) =>
      prepare({ name: 'random', tasks: THREE_TASKS, setUp: SET_UP, steps: '' }, stepsOf(lines.join('\n'))),
    );

/** The script that a seed stands for. */
export function randomScript(seed: number, length: number): Prepared {
  const [script] = fc.sample(randomScripts(length), { seed, numRuns: 1 });
  if (script === undefined) throw new Error('nothing was generated');
  return { ...script, name: `random script of seed ${seed}` };
}
