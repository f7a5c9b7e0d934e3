import type { InitFlag } from '../../../src/abi/init-flags.ts';
import { BASE } from '../settings.ts';
import type { Change, Trace, TraceMount } from '../trace.ts';

/** A connection's limits, and into what sizes transfers fall. */
interface Row {
  readonly maxReadahead: number;
  /** null without MAX_PAGES. */
  readonly maxPages: number | null;
  readonly writes: number;
  readonly reads: number;
  /** Where reads end: the window that was read ahead. */
  readonly readsEnd: number;
  readonly direct: number;
  /** Whether so many reads are sent that some wait for others: in what order depends on when these end. */
  readonly isCrowded?: boolean;
}

const LARGE = 131_072;
const PAGE = 4096;
const HUGE = 1 << 20;

/** What most of them come to. */
const usual = (maxReadahead: number, maxPages: number | null): Row => ({
  maxReadahead,
  maxPages,
  writes: LARGE,
  reads: LARGE,
  readsEnd: 655_360,
  direct: LARGE,
});

const byPages = (maxReadahead: number, maxPages: number, readsEnd: number): Row => ({
  maxReadahead,
  maxPages,
  writes: PAGE,
  reads: PAGE,
  readsEnd,
  direct: PAGE,
  isCrowded: true,
});

const rows: readonly Row[] = [
  { ...usual(0, 32), reads: PAGE, readsEnd: 401_408 },
  usual(4096, 32),
  usual(10_000, 32),
  { ...usual(1 << 20, 256), writes: HUGE, direct: HUGE },
  usual(LARGE, null),
  byPages(LARGE, 0, 655_360),
  byPages(LARGE, 1, 655_360),
  { ...usual(LARGE, 65_535), writes: HUGE, direct: HUGE },
];

const SIZE = 2_000_000;

/** A transfer of `end` bytes from the start in such parts. */
function parts(of: string, size: number, end: number, rest: string): string {
  const lines: string[] = [];
  for (let at = 0; at < end; at += size) lines.push(`${of} off=${at} size=${Math.min(size, end - at)} ${rest}`);
  return lines.join('\n');
}

function mountOf({ maxReadahead, maxPages, writes, reads, readsEnd, direct, isCrowded = false }: Row): TraceMount {
  const flags: InitFlag[] = ['ASYNC_READ', 'BIG_WRITES', 'PARALLEL_DIROPS'];
  return {
    title: `max_readahead ${maxReadahead}, max_pages ${maxPages ?? 'n/a'}`,
    server: {
      flags: maxPages === null ? flags : [...flags, 'MAX_PAGES'],
      maxReadahead,
      maxPages: maxPages ?? 0,
      maxWrite: HUGE,
      room: 3 << 20,
      entryValid: 100,
      attrValid: 100,
    },
    play: [
      { labels: ['bdi ra_kb'], because: 'Fusewire has no /sys' },
      `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
      ## WRITEs
        write $fd x*${SIZE} -> ${SIZE}
          GETXATTR n=2 size=0 'security.capability'
          ${parts('WRITE n=2 fh=101', writes, SIZE, 'write_flags=0x0 lo=0 flags=0x8002')}
      ~
        close $fd
        open /f O_RDWR -> $fd
      ${
        isCrowded
          ? '## READs\nnot: more reads ahead than max_background: their order depends on when replies come'
          : `## READs
        pread $fd 400000 0
          ${parts('READ n=2 fh=102', reads, readsEnd, 'read_flags=0x0 lo=0 flags=0x8002')}`
      }
      ~
        open /f O_RDWR|O_DIRECT -> $direct
      ## O_DIRECT READs
        pread $direct 1500000 0
          ${parts('READ n=2 fh=103', direct, 1_500_000, 'read_flags=0x2 lo=Y flags=0xc002')}
      `,
    ],
  };
}

const blksize =
  (bytes: number): Change =>
  ({ server }) => {
    server.root.blksize = bytes;
  };

/** The limits of INIT, and the block size of stat(2). */
export const t21: Trace = {
  name: 't21',
  covers: 'the limits of INIT, and the block size of stat(2)',
  mounts: [
    ...rows.map(mountOf),
    {
      title: 'time_gran',
      server: { flags: [...BASE, 'WRITEBACK_CACHE'], entryValid: 100, attrValid: 100, timeGran: 1_000_000_000 },
      play: [
        `
        ~
          open /f O_CREAT|O_RDWR 0777 -> $fd
          write $fd x -> 1
        ## time_gran
          fstat $fd -> ~mtime=\\d+\\.000000000
        `,
      ],
    },
    {
      title: 'statfs blksize',
      play: [
        blksize(0),
        '## blksize 0\nstat / -> blksize=4096\nGETATTR n=1 flags=0 fh=0',
        blksize(3000),
        '## blksize 3000\nstat / -> blksize=2048\nGETATTR n=1 flags=0 fh=0',
        blksize(1 << 20),
        '## blksize 1<<20\nstat / -> blksize=1048576\nGETATTR n=1 flags=0 fh=0',
      ],
    },
  ],
};
