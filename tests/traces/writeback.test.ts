import { afterAll, expect, test } from 'vitest';
import { EDQUOT, ENOSPC } from '../../src/abi/errno.ts';
import { FOPEN_KEEP_CACHE } from '../../src/abi/fuse.ts';
import { ROOT_TASK } from '../oracle/script.ts';
import { leaveControlDirectory } from '../scenarios/fusectl.ts';
import { FusewireWorld } from '../scenarios/fusewire-world.ts';
import { closeRunners, LinuxWorld, mountingProblem } from '../scenarios/linux-world.ts';
import { answeringAsUsual, set } from './moves.ts';
import { mountingFor, play } from './play.ts';
import { BASE } from './settings.ts';
import type { Change, TraceMount } from './trace.ts';

// The writeback cache where something goes wrong or takes its time: played on this machine's kernel first, then on Fusewire.

afterAll(async () => {
  closeRunners();
  await leaveControlDirectory();
});

/** A file that two descriptors write to. */
const OPENED = `
  ~
    open /f O_CREAT|O_RDWR 0644 -> $f
    open /f O_RDWR -> $g
`;

const WRITTEN = `
  ~
    pause 20
    pwrite $f hello 0
`;

const failing = (errno: number): Change => set({ errors: { WRITE: errno } });
const released: Change = ({ server }) => server.release();
const dies: Change = (stage) => {
  stage.isDeaf = true;
  stage.world.close(0);
};
const isAborted: Change = (stage) => {
  stage.isDeaf = true;
  stage.world.abort();
};

const mounts: readonly TraceMount[] = [
  {
    title: 'what could not be written is told once to each open file, by its own name',
    play: [
      OPENED,
      failing(EDQUOT.number),
      WRITTEN,
      `
      ## it is told to the one
        fsync $f -> EDQUOT
          WRITE n=2 fh=102 off=0 size=5 write_flags=0x1 lo=0 flags=0x0
      ## and to the other
        fsync $g -> EDQUOT
      `,
      answeringAsUsual,
      `
      ## and is over then
        fsync $g
          SETATTR n=2 MTIME|FH|CTIME fh=102 size=0 mode=0 uid=0 gid=0
          FSYNC n=2 fh=102 flags=0
        fsync $f
          FSYNC n=2 fh=101 flags=0
      `,
    ],
  },
  {
    title: 'close(2) tells what could not be written as EIO or ENOSPC, to whoever closes first',
    play: [
      OPENED,
      failing(EDQUOT.number),
      WRITTEN,
      `
      ## the first
        close $g -> EIO
          WRITE n=2 fh=102 off=0 size=5 write_flags=0x1 lo=0 flags=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=102 size=0 mode=0 uid=0 gid=0
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      ## the second
        close $f
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      `,
    ],
  },
  {
    title: 'a file that is opened later is told what nobody was told yet',
    play: [
      OPENED,
      failing(ENOSPC.number),
      WRITTEN,
      `
      ~
        close $g -> ENOSPC
        open /f O_RDWR -> $h
      ## it is told
        fsync $h -> ENOSPC
      `,
    ],
  },
  {
    title: 'a page can be written to while it is being written back, and is written back again',
    tasks: [ROOT_TASK, ROOT_TASK],
    server: { openFlags: FOPEN_KEEP_CACHE },
    play: [
      OPENED,
      WRITTEN,
      set({ held: ['WRITE'] }),
      `
      ~
        dup $g -> $d
        begin close $d
        asleep @0
      ## it is dirty again
        @1 open /f O_RDWR -> $h
        pause 20
        @1 pwrite $h HE 0 -> 2
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
      `,
      released,
      `
      ~
        end @0 -> 0
      ## what was written meanwhile
        @1 fsync $h
          WRITE n=2 fh=103 off=0 size=5 write_flags=0x1 lo=0 flags=0x0
          FSYNC n=2 fh=103 flags=0
      `,
    ],
  },
  {
    title: 'a server that is gone: who syncs or closes is told',
    play: [
      OPENED,
      WRITTEN,
      dies,
      `
      ## a sync
        fsync $f -> ENOTCONN
      ## another
        fsync $f -> ENOTCONN
      ## a close
        close $f -> ENOTCONN
      `,
    ],
  },
  {
    title: 'a server that is gone: who closes is told',
    play: [
      OPENED,
      WRITTEN,
      dies,
      `
      ## the one
        close $f -> ENOTCONN
      ## the other
        close $g -> ENOTCONN
      `,
    ],
  },
  {
    title: 'a connection that ends while data are written: who syncs is told, and all that come later',
    play: [
      OPENED,
      WRITTEN,
      set({ held: ['WRITE'] }),
      '~\n begin fsync $f',
      async (stage) => {
        while (stage.server.held.length === 0) if (!stage.serveOne()) await stage.world.mayRead();
        stage.takeRequests();
      },
      isAborted,
      `
      ## the one
        end @0 -> ECONNABORTED
      ## the other
        fsync $g -> ECONNABORTED
      ## again
        fsync $g -> ENOTCONN
      ## a close
        close $f -> ENOTCONN
      `,
    ],
  },
];

for (const each of mounts) {
  const mount: TraceMount = {
    ...each,
    server: { flags: [...BASE, 'WRITEBACK_CACHE'], entryValid: 100, attrValid: 100, ...each.server },
  };
  const problems = async (world: Parameters<typeof play>[0]): Promise<string[]> =>
    (await play(world, mount)).flatMap(({ label, problem }) => (problem === null ? [] : [`## ${label}\n  ${problem}`]));
  test(mount.title, { timeout: 60_000 }, async (context) => {
    const obstacle = mountingProblem();
    if (obstacle === null) {
      await using linux = await LinuxWorld.mount(mountingFor(mount));
      expect(await problems(linux), 'on Linux').toEqual([]);
    }
    await using fusewire = new FusewireWorld(mountingFor(mount));
    expect(await problems(fusewire), 'on Fusewire').toEqual([]);
    context.skip(obstacle !== null, obstacle ?? '');
  });
}
