import { inOrder, made } from '../forget-order.ts';
import { deed, set } from '../moves.ts';
import type { Trace } from '../trace.ts';

const ROOT = { uid: 0, gid: 0 };

/** The order of FORGETs, reading ahead in the background, INIT that mount(2) waits for, timeouts. */
export const t17: Trace = {
  name: 't17',
  covers: 'the order of FORGETs, reading ahead in the background, INIT that mount(2) waits for, timeouts',
  mounts: [
    {
      title: 'forget weighting, minor 15: ten lookups and sixty forgets',
      server: { minor: 15, initLength: 24, entryValid: 100, attrValid: 100 },
      tasks: Array.from({ length: 10 }, () => ROOT),
      play: [...made(60), deed('forget weighting', inOrder(10, 60), `LLLLLLLL${'F'.repeat(16)}LL${'F'.repeat(44)}`)],
    },
    {
      title: 'background limit',
      server: { maxBackground: 2, entryValid: 100, attrValid: 100 },
      tasks: [ROOT, ROOT],
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd x*1000000
        close $fd
        @1 open /f O_RDWR -> $fd1
        @1 posix_fadvise $fd1 0 0 POSIX_FADV_SEQUENTIAL
      `,
        set({ held: ['READ'] }),
        `
      ## bg limit
        begin @1 pread $fd1 1000000 0
          READ n=2 fh=102 off=0 size=131072 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=131072 size=131072 read_flags=0x0 lo=0 flags=0x8002
      ## foreground unaffected
        open /g O_CREAT|O_RDWR 0777 -> $g
          LOOKUP n=1 'g'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'g'
      `,
        ({ server }) => server.release(),
        `
      ## the rest
        end @1 -> ~^1000000:
          READ n=2 fh=102 off=262144 size=131072 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=393216 size=131072 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=524288 size=131072 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=655360 size=131072 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=786432 size=131072 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=917504 size=86016 read_flags=0x0 lo=0 flags=0x8002
      `,
      ],
    },
    {
      title: 'FUSE_DEV_IOC_SYNC_INIT',
      server: {},
      play: [
        {
          labels: [
            'SYNC_INIT ioctl, and again',
            'mount finished before INIT reply?',
            'op and header',
            'mount after it',
            'sync init error',
            'read blocks before mount with SYNC_INIT',
          ],
          because: 'FUSE_DEV_IOC_SYNC_INIT: a mount of Fusewire never waits for INIT',
        },
      ],
    },
    {
      title: 'request timeout',
      server: {},
      play: [
        {
          labels: ['waiter after default_request_timeout'],
          because: 'a sysctl of the whole machine; the timeout that a server asks for is in tests/scenarios',
        },
      ],
    },
  ],
};
