import { BASE } from '../settings.ts';
import type { Trace, TraceMount } from '../trace.ts';

/** What an older protocol changes in this run. */
interface Minor {
  readonly minor: number;
  /** Bytes of CREATE, MKNOD and LOOKUP of one letter. */
  readonly lengths: { readonly create: number; readonly mknod: number };
  /** Whether their umask is told. */
  readonly tellsUmask: boolean;
  readonly writes: readonly string[];
  readonly flock: boolean;
  readonly directoryCommands: boolean;
  readonly renameFlags: boolean;
}

const FIRST = 'WRITE n=2 fh=101 off=0';

/** WRITE before 7.9, when nothing of its end was sent. */
const SHORT_WRITES = [
  `${FIRST} size=4096 write_flags=0x0 lo=0 flags=0x0 [len 4160]`,
  'WRITE n=2 fh=101 off=4096 size=4096 write_flags=0x0 lo=0 flags=0x0 [len 4160]',
  'WRITE n=2 fh=101 off=8192 size=1808 write_flags=0x0 lo=0 flags=0x0 [len 1872]',
];

/** Before 7.23 max_write is 4096. */
const SMALL_WRITES = [
  `${FIRST} size=4096 write_flags=0x0 lo=0 flags=0x8002 [len 4176]`,
  'WRITE n=2 fh=101 off=4096 size=4096 write_flags=0x0 lo=0 flags=0x8002 [len 4176]',
  'WRITE n=2 fh=101 off=8192 size=1808 write_flags=0x0 lo=0 flags=0x8002 [len 1888]',
];

const LARGE_WRITES = [
  `${FIRST} size=8192 write_flags=0x0 lo=0 flags=0x8002 [len 8272]`,
  'WRITE n=2 fh=101 off=8192 size=1808 write_flags=0x0 lo=0 flags=0x8002 [len 1888]',
];

const OLD = { create: 50, mknod: 50 };
const NEW = { create: 58, mknod: 58 };

const before6 = (minor: number): Minor => ({
  minor,
  lengths: OLD,
  tellsUmask: false,
  writes: SHORT_WRITES,
  flock: false,
  directoryCommands: false,
  renameFlags: false,
});
const before9 = (minor: number): Minor => ({ ...before6(minor), flock: true });
const before12 = (minor: number): Minor => ({ ...before9(minor), writes: SMALL_WRITES });
const before18 = (minor: number): Minor => ({ ...before12(minor), lengths: NEW, tellsUmask: true });
const before23 = (minor: number): Minor => ({ ...before18(minor), directoryCommands: true });
const since23 = (minor: number): Minor => ({ ...before23(minor), writes: LARGE_WRITES, renameFlags: true });

const minors: readonly Minor[] = [
  ...[3, 4, 5].map(before6),
  ...[6, 8].map(before9),
  ...[9, 11].map(before12),
  ...[12, 15, 17].map(before18),
  before23(22),
  ...[23, 45, 99].map(since23),
];

/** Bytes of the reply to INIT. */
const initLength = (minor: number): number => (minor < 5 ? 8 : minor < 23 ? 24 : 64);

function mountOf({ minor, lengths, tellsUmask, writes, flock, directoryCommands, renameFlags }: Minor): TraceMount {
  const umask = tellsUmask ? 22 : 0;
  return {
    title: `minor ${minor}`,
    server: {
      flags: [...BASE, 'FLOCK_LOCKS', 'POSIX_LOCKS'],
      minor,
      initLength: initLength(minor),
      maxWrite: 8192,
      entryValid: 100,
      attrValid: 100,
    },
    mount: { maxRead: 65536 },
    detail: 'length',
    play: [
      `
      ## creat
        open /f O_CREAT|O_RDWR 0777 -> $fd
          LOOKUP n=1 'f' [len 42]
          CREATE n=1 flags=0x8042 mode=100755 umask=${umask} open_flags=0x0 'f' [len ${lengths.create}]
      ## mknod
        mknod /p S_IFIFO|0666 0
          LOOKUP n=1 'p' [len 42]
          MKNOD n=1 mode=10644 rdev=0x0 umask=${umask} 'p' [len ${lengths.mknod}]
      ## mkdir
        mkdir /d 0777
          LOOKUP n=1 'd' [len 42]
          MKDIR n=1 mode=755 umask=22 'd' [len 50]
      ## write 10000
        write $fd x*10000 -> 10000
          GETXATTR n=2 size=0 'security.capability' [len 68]
          ${writes.join('\n')}
      ## fstat
        fstat $fd -> size=10000
          GETATTR n=2 flags=0 fh=0 [len 56]
      ## flock
        flock $fd LOCK_EX|LOCK_NB
          ${flock ? 'SETLK n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=1 [len 88]' : ''}
      ## dir ioctl
        open / O_RDONLY -> $dir
        ioctl $dir 0x80045601 \\x00*4 -> ${directoryCommands ? '0 \\x07\\x07\\x07\\x07' : 'ENOTTY'}
          OPENDIR n=1 flags=0x8000 open_flags=0x0 [len 48]
          ${directoryCommands ? 'IOCTL n=1 fh=102 flags=0x10 cmd=0x80045601 in=0 out=4 [len 72]' : ''}
      ## statvfs
        statfs / -> blocks=1000
          STATFS n=1 [len 40]
      ## rename2
        renameat2 AT_FDCWD /p AT_FDCWD /q RENAME_NOREPLACE -> ${renameFlags ? '0' : 'EINVAL'}
          LOOKUP n=1 'q' [len 42]
          ${renameFlags ? "RENAME2 n=1 newdir=1 flags=0x1 'p' -> 'q' [len 60]" : ''}
      `,
    ],
  };
}

/** Older protocols: the sizes of what is sent, and what is not known yet. */
export const t24: Trace = {
  name: 't24',
  covers: 'older protocols: the sizes of what is sent, and what is not known yet',
  mounts: minors.map(mountOf),
};
