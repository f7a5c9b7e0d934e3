import { attributes, bytes, entry, opened, S_IFDIR, S_IFREG } from '../../scenarios/replies.ts';
import { concatenated } from '../../scenarios/wire-format.ts';
import { answering, answeringAsUsual, beginHeld, deed, packed, readsInto, set, writes } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Deed, Trace } from '../trace.ts';
import { rawReply } from '../trace-server.ts';

const file50 = entry({ nodeid: 50, mode: S_IFREG | 0o644 });
const OPENED = opened(1);

/** A LOOKUP answered with an error; one that is refused leaves it waiting, and EIO is said after it. */
const answersHeld = (label: string, error: number, gives: string): Deed =>
  deed(
    label,
    async (stage) => {
      await beginHeld(stage, 'lstat /zz', 'LOOKUP');
      const { unique } = stage.server.takeHeld();
      const first = stage.write(rawReply(unique, error));
      const then = first === 'EINVAL' ? `EINVAL, then ${stage.write(rawReply(unique, -5))}` : first;
      stage.server.release();
      await stage.serveCall(0);
      return `${then} and ${await stage.world.end(0)}`;
    },
    gives,
    ["LOOKUP n=1 'zz'"],
  );

/** Malformed replies, and inodes that go bad. */
export const t4: Trace = {
  name: 't4',
  covers: 'malformed replies, and inodes that go bad',
  mounts: [
    {
      title: 'all',
      server: { flags: [...BASE, 'POSIX_LOCKS', 'FLOCK_LOCKS'] },
      play: [
        answering('LOOKUP', entry({ nodeid: 1, mode: S_IFDIR | 0o755 })),
        `
      ## LOOKUP -> nodeid 1
        lstat /q -> EIO
          LOOKUP n=1 'q'
      `,
        answering('LOOKUP', entry({ nodeid: 0, mode: S_IFREG | 0o644 })),
        `
      ## LOOKUP -> nodeid 0
        lstat /q -> ENOENT
          LOOKUP n=1 'q'
      `,
        answering('LOOKUP', entry({ nodeid: 50, mode: 0o644 })),
        `
      ## LOOKUP -> mode w/o type
        lstat /q -> EIO
          LOOKUP n=1 'q'
      `,
        answering('LOOKUP', entry({ nodeid: 50, mode: S_IFREG, attributes: { size: 2n ** 63n } })),
        `
      ## LOOKUP -> size 2^63
        lstat /q -> EIO
          LOOKUP n=1 'q'
      `,
        answering('LOOKUP', file50.subarray(0, 120)),
        `
      ## LOOKUP -> short 120 bytes
        lstat /q -> EIO
          LOOKUP n=1 'q'
          reply refused: EINVAL
      `,
        answering('LOOKUP', concatenated([file50, new Uint8Array(8)])),
        `
      ## LOOKUP -> long 136 bytes
        lstat /q -> EIO
          LOOKUP n=1 'q'
          reply refused: EINVAL
      `,
        answering('LOOKUP', new Uint8Array(8), -2),
        `
      ## LOOKUP -> error with payload
        lstat /q -> EIO
          LOOKUP n=1 'q'
          reply refused: EINVAL
      `,
        answering('LOOKUP', new Uint8Array(0), -511),
        `
      ## LOOKUP -> error -511
        lstat /q -> E511
          LOOKUP n=1 'q'
      `,
        answeringAsUsual,
        answersHeld('error=+5', 5, 'EINVAL, then 16 and EIO'),
        answersHeld('error=-512', -512, 'EINVAL, then 16 and EIO'),
        answersHeld('error=-511', -511, '16 and E511'),
        answersHeld('error=-1000', -1000, 'EINVAL, then 16 and EIO'),
        writes('unknown unique', rawReply(123456, -5), 'ENOENT'),
        writes('odd unknown unique', rawReply(123457, -5), 'ENOENT'),
        writes('short header', new Uint8Array(9), 'EINVAL'),
        writes('len mismatch', packed('IiQ', 20, -5, 123456), 'EINVAL'),
        writes('zero-length write', new Uint8Array(0), 'EINVAL'),
        deed('small read buf', readsInto(8191), 'EINVAL'),
        deed('read buf 131072+79', readsInto(131_072 + 79), 'EINVAL'),
        deed('read buf 131072+80 nonblock', readsInto(131_072 + 80), 'EAGAIN'),
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd 0123456789*10 -> 100
      `,
        answering('GETATTR', attributes({ ino: 2, mode: S_IFREG | 0o644, size: 2n ** 63n })),
        `
      ## GETATTR size 2^63
        fstat $fd -> EIO
          GETATTR n=2 flags=0 fh=0
      `,
        answeringAsUsual,
        `
      ## after: fstat on bad inode
        fstat $fd -> EIO
      ## stat path (lookup)
        stat /f -> EIO
          LOOKUP n=1 'f'
      ## pread on old fd
        pread $fd 10 0 -> EIO
      ## write old fd
        write $fd 1 -> EIO
      ## close old fd
        close $fd -> EIO
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## reopen
        open /f O_RDWR -> $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          FORGET n=2 nlookup=2
      ## pread
        pread $fd 10 0 -> 0123456789
          READ n=2 fh=102 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
      `,
        answering('GETATTR', attributes({ ino: 2, mode: S_IFDIR | 0o755 })),
        `
      ## GETATTR type change
        fstat $fd -> EIO
          GETATTR n=2 flags=0 fh=0
      `,
        answeringAsUsual,
        `
      ## fstat
        fstat $fd -> EIO
      ## close
        close $fd -> EIO
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      ## stat path again
        stat /f -> ino=2
          LOOKUP n=1 'f'
          GETATTR n=2 flags=0 fh=0
          FORGET n=2 nlookup=1
      ~
        open /f O_RDWR -> $fd
      `,
        set({ generations: { 2: 7 } }),
        `
      ## stat after generation change
        stat /f -> ino=2
          LOOKUP n=1 'f'
          LOOKUP n=1 'f'
          GETATTR n=2 flags=0 fh=0
      ## fstat old fd
        fstat $fd -> EIO
      ## close
        close $fd -> EIO
          FORGET n=2 nlookup=3
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
        set({ generations: {} }),
        `
      ## stat again gen back to 0
        stat /f -> ino=2
          LOOKUP n=1 'f'
          LOOKUP n=1 'f'
          GETATTR n=2 flags=0 fh=0
          FORGET n=2 nlookup=2
      `,
        answering('CREATE', concatenated([entry({ nodeid: 60, mode: S_IFDIR | 0o755 }), OPENED])),
        `
      ## CREATE returns dir
        open /n1 O_CREAT|O_RDWR 0777 -> EIO
          LOOKUP n=1 'n1'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'n1'
      `,
        answering('CREATE', concatenated([entry({ nodeid: 1, mode: S_IFREG | 0o755 }), OPENED])),
        `
      ## CREATE nodeid1
        open /n1 O_CREAT|O_RDWR 0777 -> EIO
          LOOKUP n=1 'n1'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'n1'
      `,
        answering('CREATE', concatenated([entry({ nodeid: 0, mode: S_IFREG | 0o755 }), OPENED])),
        `
      ## CREATE nodeid0
        open /n1 O_CREAT|O_RDWR 0777 -> EIO
          LOOKUP n=1 'n1'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'n1'
      `,
        answering('MKDIR', entry({ nodeid: 61, mode: S_IFREG | 0o755 })),
        `
      ## MKDIR returns reg
        mkdir /n2 0777 -> EIO
          LOOKUP n=1 'n2'
          MKDIR n=1 mode=755 umask=22 'n2'
      `,
        answering('MKNOD', entry({ nodeid: 61, mode: S_IFREG | 0o755 })),
        `
      ## MKNOD fifo returns reg
        mknod /n2 S_IFIFO|0666 0 -> EIO
          LOOKUP n=1 'n2'
          MKNOD n=1 mode=10644 rdev=0x0 umask=22 'n2'
      `,
        answering('SYMLINK', entry({ nodeid: 61, mode: S_IFREG | 0o755 })),
        `
      ## SYMLINK returns reg
        symlink a /n2 -> EIO
          LOOKUP n=1 'n2'
          SYMLINK n=1 'n2' -> 'a'
      `,
        answering('LINK', entry({ nodeid: 0, mode: S_IFREG | 0o644 })),
        `
      ## LINK nodeid 0
        link /f /n2 -> EIO
          LOOKUP n=1 'f'
          LOOKUP n=1 'n2'
          LINK n=1 oldnodeid=2 'n2'
      `,
        answeringAsUsual,
        `
      ~
        open /f O_RDWR -> $fd
      `,
        answering('READ', new Uint8Array(4097)),
        `
      ## READ too long
        pread $fd 10 0 -> EIO
          READ n=2 fh=104 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
          reply refused: EINVAL
          READ n=2 fh=104 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
          reply refused: EINVAL
      `,
        answering('READ', bytes('aaa')),
        `
      ## READ short 3 of 100
        pread $fd 10 0 -> aaa
          READ n=2 fh=104 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
      `,
        answeringAsUsual,
        `
      ## fstat after short read
        fstat $fd -> size=100
          GETATTR n=2 flags=0 fh=0
      ## pread 10 @ 0
        pread $fd 10 0 -> 0123456789
          READ n=2 fh=104 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
      `,
        answering('WRITE', packed('II', 11, 0)),
        `
      ## WRITE size>count
        pwrite $fd 1234567890 0 -> EIO
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=104 off=0 size=10 write_flags=0x0 lo=0 flags=0x8002
      `,
        answering('WRITE', packed('II', 4, 0)),
        `
      ## WRITE size 4<10
        pwrite $fd 1234567890 0 -> 4
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=104 off=0 size=10 write_flags=0x0 lo=0 flags=0x8002
      `,
        answering('WRITE', packed('II', 0, 0)),
        `
      ## WRITE size 0
        pwrite $fd 1234567890 0 -> EIO
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=104 off=0 size=10 write_flags=0x0 lo=0 flags=0x8002
      `,
      ],
    },
  ],
};
