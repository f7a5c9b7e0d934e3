/** Run before a request sticks; `{t}` is the number of the task. */
export const TREE = `
  mkdir /d 0755
  mkdir /e 0755
  mkdir /k 0755
  mkdir /d/sub 0755
  creat /d/gone 0644 -> $c
  close $c
  creat /d/x 0644 -> $c
  close $c
  creat /e/a 0644 -> $c
  close $c
  creat /e/c 0644 -> $c
  close $c
  creat /f 0644 -> $c
  close $c
  creat /g 0644 -> $c
  close $c
  symlink target /l
  truncate /f 100
  truncate /g 100
  setxattr /f user.a v 0
`;

/** What each task has open. */
export const OPENED = `
  @{t} open /f O_RDWR -> $f{t}
  @{t} open /g O_RDWR -> $g{t}
  @{t} open /d O_RDONLY|O_DIRECTORY -> $d{t}
`;

/** The calls that other tasks make meanwhile. */
export const COLUMNS = [
  'stat /f',
  'stat /d/other',
  'stat /e/other',
  'open /g O_RDONLY -> $o',
  'pread $f1 4 0',
  'pread $g1 4 0',
  'pwrite $f1 x 0',
  'pwrite $g1 x 0',
  'fsync $f1',
  'chmod /f 0644',
  'chmod /g 0644',
  'getxattr /f user.a 10',
  'setxattr /f user.b v 0',
  'getdents $d1 4096',
  'mkdir /d/new 0755',
  'mkdir /e/new 0755',
  'unlink /d/gone',
  'open /e/made O_CREAT|O_WRONLY 0644 -> $m',
  'link /g /e/link',
  'rename /e/a /e/b',
  'rename /e/c /k/c',
  'readlink /l',
  'statfs /',
  'syncfs $g1',
  'flock $g1 2',
] as const;

type Column = (typeof COLUMNS)[number];

/** A stuck request: its kind, the call that sends it, and the columns that wait for it. All others go on. */
export interface Row {
  readonly opcode: string;
  readonly call: string;
  /** The server did not take PARALLEL_DIROPS. */
  readonly serial?: true;
  readonly waits: readonly Column[];
  /** Stands on Linux for all that make the same calls wait. */
  readonly onLinux?: true;
}

/** Calls that change the directory /d: they need its lock for themselves. */
const CHANGES: readonly Column[] = ['mkdir /d/new 0755', 'unlink /d/gone'];
/** Those that search or list it share its lock. */
const DIRECTORY: readonly Column[] = ['stat /d/other', 'getdents $d1 4096', ...CHANGES];
/** The same of /e, and every other rename(2) from one directory to another. */
const OTHER_DIRECTORY: readonly Column[] = [
  'stat /e/other',
  'mkdir /e/new 0755',
  'open /e/made O_CREAT|O_WRONLY 0644 -> $m',
  'link /g /e/link',
  'rename /e/a /e/b',
  'rename /e/c /k/c',
];
/** Calls that change the file /f. */
const FILE: readonly Column[] = ['pwrite $f1 x 0', 'fsync $f1', 'chmod /f 0644', 'setxattr /f user.b v 0'];

/** One row for every kind of request that a caller can be stuck in. */
export const ROWS: readonly Row[] = [
  { opcode: 'LOOKUP', call: 'stat /d/slow', waits: CHANGES, onLinux: true },
  { opcode: 'LOOKUP', call: 'stat /d/slow', serial: true, waits: DIRECTORY, onLinux: true },
  { opcode: 'GETATTR', call: 'stat /', waits: [] },
  { opcode: 'SETATTR', call: 'chmod /f 0600', waits: FILE, onLinux: true },
  { opcode: 'READLINK', call: 'readlink /l', waits: [], onLinux: true },
  { opcode: 'SYMLINK', call: 'symlink t /d/slow', waits: DIRECTORY, onLinux: true },
  { opcode: 'MKNOD', call: 'mknod /d/slow S_IFIFO|0644 0', waits: DIRECTORY },
  { opcode: 'MKDIR', call: 'mkdir /d/slow 0755', waits: DIRECTORY },
  { opcode: 'UNLINK', call: 'unlink /d/x', waits: DIRECTORY },
  { opcode: 'RMDIR', call: 'rmdir /d/sub', waits: DIRECTORY },
  { opcode: 'RENAME', call: 'rename /d/x /d/y', waits: DIRECTORY },
  { opcode: 'RENAME', call: 'rename /d/x /e/x', waits: [...DIRECTORY, ...OTHER_DIRECTORY], onLinux: true },
  { opcode: 'LINK', call: 'link /f /d/slow', waits: [...DIRECTORY, ...FILE], onLinux: true },
  { opcode: 'OPEN', call: 'open /f O_RDONLY -> $s', waits: [] },
  { opcode: 'CREATE', call: 'open /d/slow O_CREAT|O_WRONLY 0644 -> $s', waits: DIRECTORY },
  { opcode: 'TMPFILE', call: 'open /d O_TMPFILE|O_RDWR 0644 -> $s', waits: [] },
  { opcode: 'READ', call: 'pread $f0 4 0', waits: [] },
  { opcode: 'WRITE', call: 'pwrite $f0 x 0', waits: FILE },
  { opcode: 'STATFS', call: 'statfs /', waits: [] },
  { opcode: 'FSYNC', call: 'fsync $f0', waits: FILE },
  { opcode: 'FSYNCDIR', call: 'fsync $d0', waits: DIRECTORY },
  { opcode: 'FLUSH', call: 'close $f0', waits: [] },
  { opcode: 'RELEASE', call: 'close $f0', waits: [] },
  { opcode: 'SETXATTR', call: 'setxattr /f user.c v 0', waits: FILE },
  { opcode: 'GETXATTR', call: 'getxattr /f user.a 10', waits: [] },
  { opcode: 'LISTXATTR', call: 'listxattr /f 100', waits: [] },
  { opcode: 'REMOVEXATTR', call: 'removexattr /f user.a', waits: FILE },
  { opcode: 'ACCESS', call: 'access /f 4', waits: [] },
  { opcode: 'OPENDIR', call: 'open /d O_RDONLY|O_DIRECTORY -> $s', waits: [] },
  { opcode: 'READDIRPLUS', call: 'getdents $d0 4096', waits: CHANGES },
  { opcode: 'READDIRPLUS', call: 'getdents $d0 4096', serial: true, waits: DIRECTORY },
  { opcode: 'RELEASEDIR', call: 'close $d0', waits: [] },
  { opcode: 'SETLKW', call: 'flock $f0 2', waits: [] },
  { opcode: 'FALLOCATE', call: 'fallocate $f0 0 0 10', waits: FILE },
  { opcode: 'LSEEK', call: 'lseek $f0 0 SEEK_DATA', waits: FILE },
  { opcode: 'IOCTL', call: 'ioctl $f0 0x80045601 xxxx', waits: [] },
  {
    opcode: 'COPY_FILE_RANGE_64',
    call: 'copy_file_range $f0 NULL $g0 NULL 4 0',
    waits: ['pwrite $g1 x 0', 'chmod /g 0644', 'link /g /e/link'],
    onLinux: true,
  },
  { opcode: 'POLL', call: 'poll $f0 1 0', waits: [] },
];

/** Requests without a row, and why. */
export const NOBODY_IS_STUCK_IN: Readonly<Record<string, string>> = {
  FORGET: 'has no reply',
  BATCH_FORGET: 'has no reply',
  INTERRUPT: 'has no reply',
  NOTIFY_REPLY: 'has no reply',
  INIT: 'everything waits for it: tests/scenarios/handshake',
  DESTROY: 'comes when the mount is gone',
  CUSE_INIT: 'is of character devices',
  RENAME2: 'holds what RENAME holds',
  READDIR: 'holds what READDIRPLUS holds',
  GETLK: 'holds what SETLKW holds: nothing',
  SETLK: 'holds what SETLKW holds: nothing',
  COPY_FILE_RANGE: 'holds what COPY_FILE_RANGE_64 holds',
  BMAP: 'is of block devices',
  STATX: 'is not asked for',
  SYNCFS: 'is not sent to servers like these',
  SETUPMAPPING: 'is of DAX',
  REMOVEMAPPING: 'is of DAX',
};
