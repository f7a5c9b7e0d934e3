import { inOrder, made } from '../forget-order.ts';
import { deed, readsInto, set, writes } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Stage } from '../stage.ts';
import type { Deed, Trace } from '../trace.ts';
import { rawReply } from '../trace-server.ts';

const ROOT = { uid: 0, gid: 0 };
const FUSECTL = 'Fusewire has no files of fusectl; what they do is Control, which src/fuse/limits.test.ts tests';

const tasks = (count: number): (typeof ROOT)[] => Array.from({ length: count }, () => ROOT);

/** How many requests exist in the end. */
const waits =
  (count: number): Deed['act'] =>
  async ({ world }) => {
    await world.waiting(count);
    return String(count);
  };

async function unmount(stage: Stage): Promise<string> {
  stage.world.unmount();
  await stage.world.unmounted();
  return 'unmounted';
}

/** Fusectl, umount, the limit of background requests, the order of FORGETs. */
export const t16: Trace = {
  name: 't16',
  covers: 'fusectl, umount, the limit of background requests, the order of FORGETs',
  mounts: [
    {
      title: 'fusectl without ABORT_ERROR',
      server: { flags: [...BASE] },
      tasks: [ROOT, ROOT],
      play: [
        {
          labels: [
            'files and modes of fusectl',
            'max_background',
            'congestion_threshold',
            'write max_background',
            'write congestion_threshold',
          ],
          because: FUSECTL,
        },
        deed('waiting', waits(0), '0'),
        set({ held: ['LOOKUP'] }),
        `
      ## waiting w/ 1 held: LOOKUP
        begin @1 stat /x
          LOOKUP n=1 'x'
      `,
        deed('waiting w/ 1 held', waits(1), '1'),
        ({ world }) => world.abort(),
        `
      ## abort: waiter
        end @1 -> ECONNABORTED
          read fails: ENODEV
      `,
        deed('read after', readsInto(200_000), 'ENODEV'),
        writes('write after', rawReply(2, 0), 'ENOENT'),
        `
      ## new stat
        stat /y -> ENOTCONN
      `,
        deed('waiting after', waits(0), '0'),
        { labels: ['umount, and the control directory is gone'], because: FUSECTL },
      ],
    },
    {
      title: 'fusectl with ABORT_ERROR',
      server: { flags: [...BASE, 'ABORT_ERROR'] },
      tasks: [ROOT, ROOT],
      play: [
        {
          labels: [
            'files and modes of fusectl',
            'max_background',
            'congestion_threshold',
            'write max_background',
            'write congestion_threshold',
          ],
          because: FUSECTL,
        },
        deed('waiting', waits(0), '0'),
        set({ held: ['LOOKUP'] }),
        `
      ## waiting w/ 1 held: LOOKUP
        begin @1 stat /x
          LOOKUP n=1 'x'
      `,
        deed('waiting w/ 1 held', waits(1), '1'),
        ({ world }) => world.abort(),
        `
      ## abort: waiter
        end @1 -> ECONNABORTED
          read fails: ECONNABORTED
      `,
        deed('read after', readsInto(200_000), 'ECONNABORTED'),
        writes('write after', rawReply(2, 0), 'ENOENT'),
        `
      ## new stat
        stat /y -> ENOTCONN
      `,
        deed('waiting after', waits(0), '0'),
        { labels: ['umount, and the control directory is gone'], because: FUSECTL },
      ],
    },
    {
      title: 'umount -f',
      server: {},
      play: [
        {
          labels: ['umount MNT_FORCE', 'its waiter', 'again umount'],
          because: 'Fusewire unmounts only what nobody uses; abort() is its force',
        },
      ],
    },
    {
      title: 'clean umount',
      server: { entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        close $fd
        mkdir /d 0777
      `,
        deed('clean umount: requests', unmount, 'unmounted', ['read fails: ENODEV']),
      ],
    },
    {
      title: 'lazy umount with an open file',
      server: {},
      play: [
        { labels: ['busy umount', 'write after lazy', 'close after lazy'], because: 'Fusewire has no lazy umount' },
      ],
    },
    {
      title: 'background limit: max_background=2, parallel readers',
      server: { maxBackground: 2, congestionThreshold: 1, entryValid: 100, attrValid: 100 },
      tasks: [ROOT, ROOT, ROOT, ROOT],
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd x*1000000
        close $fd
        open /f O_RDWR -> $f0
        @1 open /f O_RDWR -> $f1
        @2 open /f O_RDWR -> $f2
        @3 open /f O_RDWR -> $f3
      `,
        set({ held: ['READ'] }),
        { labels: ['max_background and congestion_threshold of fusectl'], because: FUSECTL },
        `
      ## reader at 0
        begin pread $f0 10 0
          READ n=2 fh=102 off=0 size=16384 read_flags=0x0 lo=0 flags=0x8002
      ## reader at 200000
        begin @1 pread $f1 10 200000
          READ n=2 fh=103 off=196608 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ## reader at 400000
        begin @2 pread $f2 10 400000
        pause 100
        asleep @2
      `,
        {
          labels: ['reader at 600000'],
          because: 'its READ waits as the third one does; which of both goes first is left to the kernel',
        },
        deed('waiting with three readers', waits(3), '3'),
        ({ server }) => server.release(),
        `
      ## their ends
        end @0 -> xxxxxxxxxx
        end @1 -> xxxxxxxxxx
        end @2 -> xxxxxxxxxx
          READ n=2 fh=104 off=397312 size=4096 read_flags=0x0 lo=0 flags=0x8002
      `,
      ],
    },
    {
      title: 'forgets in a batch',
      server: { entryValid: 100, attrValid: 100, room: 131_152 },
      tasks: tasks(4),
      play: [...made(40), deed('forget batching', inOrder(4, 40), 'LLLLB40')],
    },
    {
      title: 'forgets one by one, minor 15',
      server: { minor: 15, initLength: 24, entryValid: 100, attrValid: 100 },
      tasks: tasks(6),
      play: [...made(40), deed('forget weighting', inOrder(6, 40), `LLLLLL${'F'.repeat(40)}`)],
    },
  ],
};
