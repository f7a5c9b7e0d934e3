import { deed } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Stage } from '../stage.ts';
import type { Trace } from '../trace.ts';

/** umount(2) waits for DESTROY to be answered. */
async function unmount(stage: Stage): Promise<string> {
  stage.world.unmount();
  await stage.serveLines(1);
  await stage.world.unmounted();
  return 'unmounted';
}

/** Fuseblk: SYNCFS, BMAP, DESTROY. */
export const t25: Trace = {
  name: 't25',
  covers: 'fuseblk: SYNCFS, BMAP, DESTROY',
  mounts: [
    {
      title: 'all',
      server: { flags: [...BASE, 'WRITEBACK_CACHE'], entryValid: 100, attrValid: 100 },
      mount: { blockSize: 1024 },
      play: [
        `
      ## creat
        pause 20
        open /f O_CREAT|O_RDWR 0777 -> $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'f'
      ## write
        pause 20
        write $fd x*5000 -> 5000
          GETXATTR n=2 size=0 'security.capability'
      ## syncfs
        pause 20
        syncfs $fd
          WRITE n=2 fh=101 off=0 size=5000 write_flags=0x1 lo=0 flags=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=101 size=0 mode=0 uid=0 gid=0
          SYNCFS n=1
      ## FIBMAP 0
        ioctl $fd 1 \\x00*4
          BMAP n=2 block=0 blocksize=4096
      ## close
        pause 20
        close $fd
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      `,
        deed('umount', unmount, 'unmounted', ['DESTROY n=0', 'read fails: ENODEV']),
      ],
    },
  ],
};
