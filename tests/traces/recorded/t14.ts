import { FOPEN_KEEP_CACHE } from '../../../src/abi/fuse.ts';
import { bytes } from '../../scenarios/replies.ts';
import { concatenated } from '../../scenarios/wire-format.ts';
import { beginHeld, deed, notifies, packed, set } from '../moves.ts';
import type { Stage } from '../stage.ts';
import type { Trace } from '../trace.ts';
import { rawReply } from '../trace-server.ts';

/** Codes of notifications. */
const [INVAL_INODE, INVAL_ENTRY, STORE, RETRIEVE, DELETE, RESEND, INC_EPOCH, PRUNE] = [2, 3, 4, 5, 6, 7, 8, 9];

const range = (ino: number, off: number, len: number): Uint8Array => packed('QQQ', ino, off, len);

const name = (parent: number, text: string, flags = 0): Uint8Array =>
  concatenated([packed('QII', parent, text.length, flags), bytes(`${text}\0`)]);

const child = (parent: number, ino: number, text: string): Uint8Array =>
  concatenated([packed('QQII', parent, ino, text.length, 0), bytes(`${text}\0`)]);

const stored = (ino: number, off: number, data: string): Uint8Array =>
  concatenated([packed('QQII', ino, off, data.length, 0), bytes(data)]);

const wanted = (unique: number, ino: number, off: number, size: number): Uint8Array =>
  packed('QQQII', unique, ino, off, size, 0);

const nodes = (count: number, ...nodeids: readonly number[]): Uint8Array =>
  concatenated([packed('IIQ', count, 0, 0), ...nodeids.map((nodeid) => packed('Q', nodeid))]);

/** A LOOKUP is held, sent again, and answered by both of its numbers. */
async function resendHeld(stage: Stage): Promise<string> {
  await beginHeld(stage, 'stat /rs', 'LOOKUP');
  const first = stage.server.takeHeld().unique;
  stage.write(rawReply(0, RESEND));
  await stage.serveLines(2);
  const again = stage.server.takeHeld().unique;
  const bit = again === (first | (1n << 63n)) ? 'bit 63' : String(again);
  const [without, withIt] = [stage.write(rawReply(first, -5)), stage.write(rawReply(again, -5))];
  stage.server.set({ held: [] });
  await stage.serveCall(0);
  return `resent with ${bit}; without it ${without}, with it ${withIt}; stat gives ${await stage.world.end(0)}`;
}

/** Notifications, RESEND, the epoch, PRUNE. */
export const t14: Trace = {
  name: 't14',
  covers: 'notifications, RESEND, the epoch, PRUNE',
  mounts: [
    {
      title: 'all',
      server: { entryValid: 100, attrValid: 100, negativeValid: 100, openFlags: FOPEN_KEEP_CACHE },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd abcdefghij*1000
        mkdir /d 0777
        open /d/x O_CREAT|O_RDWR 0777 -> $x
        close $x
        pread $fd 10 0
      `,
        notifies('INVAL_INODE: unknown ino', INVAL_INODE, range(999, 0, 0), 'ENOENT'),
        notifies('INVAL_INODE: short payload', INVAL_INODE, bytes('1234'), 'EINVAL'),
        `
      ## cached read
        pread $fd 4 0 -> abcd
      `,
        notifies('INVAL_INODE', INVAL_INODE, range(2, 0, 0), '40'),
        `
      ## read after inval all
        pread $fd 4 0 -> abcd
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      ## fstat after
        fstat $fd -> size=10000
          GETATTR n=2 flags=0 fh=0
      `,
        notifies('attr only off=-1', INVAL_INODE, range(2, -1, 0), '40'),
        `
      ## read
        pread $fd 4 0 -> abcd
      ## fstat
        fstat $fd -> size=10000
          GETATTR n=2 flags=0 fh=0
      `,
        notifies('range 4096..4096+10', INVAL_INODE, range(2, 4096, 10), '40'),
        `
      ## read @0
        pread $fd 4 0 -> abcd
      ## read @4096
        pread $fd 4 4096 -> ghij
          READ n=2 fh=101 off=4096 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ## read @8192
        pread $fd 4 8192 -> cdef
      `,
        notifies('INVAL_ENTRY: unknown parent', INVAL_ENTRY, name(999, 'f'), 'ENOENT'),
        notifies('INVAL_ENTRY: not dir', INVAL_ENTRY, name(2, 'f'), 'ENOTDIR'),
        notifies('INVAL_ENTRY: not cached name', INVAL_ENTRY, name(1, 'nocache'), 'ENOENT'),
        notifies('INVAL_ENTRY: namelen mismatch', INVAL_ENTRY, name(1, 'f').subarray(0, -1), 'EINVAL'),
        notifies('INVAL_ENTRY: too long', INVAL_ENTRY, name(1, 'a'.repeat(5000)), 'ENAMETOOLONG'),
        notifies('INVAL_ENTRY: len 1025..', INVAL_ENTRY, name(1, 'a'.repeat(2000)), 'ENOENT'),
        `
      ## stat f cached
        stat /f -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
        notifies('inval f', INVAL_ENTRY, name(1, 'f'), '34'),
        `
      ## stat f
        stat /f -> ino=2
          LOOKUP n=1 'f'
      `,
        notifies('expire f', INVAL_ENTRY, name(1, 'f', 1), '34'),
        `
      ## stat f
        stat /f -> ino=2
          LOOKUP n=1 'f'
      `,
        notifies('expire f again', INVAL_ENTRY, name(1, 'f', 1), '34'),
        `
      ## stat neg
        stat /neg -> ENOENT
          LOOKUP n=1 'neg'
      `,
        notifies('inval neg', INVAL_ENTRY, name(1, 'neg'), '36'),
        `
      ## stat neg
        stat /neg -> ENOENT
          LOOKUP n=1 'neg'
      `,
        notifies('expire neg', INVAL_ENTRY, name(1, 'neg', 1), '36'),
        `
      ## stat neg
        stat /neg -> ENOENT
          LOOKUP n=1 'neg'
      ## stat d/x
        stat /d/x -> ino=4
      `,
        notifies('inval d (dir with children)', INVAL_ENTRY, name(1, 'd'), '34', [
          'FORGET n=3 nlookup=1',
          'FORGET n=4 nlookup=1',
        ]),
        `
      ## stat d/x
        stat /d/x -> ino=4
          LOOKUP n=1 'd'
          LOOKUP n=3 'x'
      ## root attr after inval_entry
        stat / -> ino=1
          GETATTR n=1 flags=0 fh=0
      ~
        open /d O_RDONLY -> $dir
      `,
        notifies('inval d while open', INVAL_ENTRY, name(1, 'd'), '34', ['FORGET n=4 nlookup=1']),
        `
      ## stat d/x
        stat /d/x -> ino=4
          LOOKUP n=1 'd'
          LOOKUP n=3 'x'
      ~
        close $dir
      `,
        notifies('DELETE: wrong child', DELETE, child(1, 999, 'f'), 'ENOENT'),
        notifies('DELETE: nonempty dir', DELETE, child(1, 3, 'd'), '42', [
          'FORGET n=3 nlookup=2',
          'FORGET n=4 nlookup=1',
        ]),
        notifies('DELETE: unknown name', DELETE, child(1, 2, 'zzz'), 'ENOENT'),
        `
      ## stat f
        stat /f -> nlink=1
          LOOKUP n=1 'f'
      `,
        notifies('delete f', DELETE, child(1, 2, 'f'), '42'),
        `
      ## fstat deleted
        fstat $fd -> nlink=0
      ## stat f
        stat /f -> nlink=1
          LOOKUP n=1 'f'
      `,
        notifies('STORE: unknown', STORE, stored(999, 0, 'x'), 'ENOENT'),
        notifies('STORE: size mismatch', STORE, concatenated([packed('QQII', 2, 0, 5, 0), bytes('x')]), 'EINVAL'),
        notifies('store 4096@0', STORE, stored(2, 0, 'S'.repeat(4096)), '4136'),
        `
      ## pread
        pread $fd 4 0 -> SSSS
      `,
        notifies('inval', INVAL_INODE, range(2, 0, 0), '40'),
        notifies('store partial 10@0 (page not cached)', STORE, stored(2, 0, 'T'.repeat(10)), '50'),
        `
      ## pread
        pread $fd 12 0 -> abcdefghijab
          READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
      `,
        notifies('store partial 10@2 cached', STORE, stored(2, 2, 'U'.repeat(10)), '50'),
        `
      ## pread
        pread $fd 14 0 -> abUUUUUUUUUUcd
      `,
        notifies('store extending @20000', STORE, stored(2, 20000, 'V'.repeat(10)), '50'),
        `
      ## fstat
        fstat $fd -> size=10000
          GETATTR n=2 flags=0 fh=0
      ## lseek end
        lseek $fd 0 SEEK_END -> 10000
      `,
        notifies('store at end partial page eof', STORE, stored(2, 40960, 'W'.repeat(10)), '50'),
        `
      ## pread tail
        pread $fd 10 40960 -> WWWWWWWWWW
      `,
        notifies('RETRIEVE: unknown', RETRIEVE, wanted(777, 999, 0, 10), 'ENOENT'),
        notifies('retrieve', RETRIEVE, wanted(777, 2, 0, 100), '48', ['NOTIFY_REPLY n=2 off=0 size=0 datalen=0']),
        notifies('inval for an uncached range', INVAL_INODE, range(2, 0, 0), '40'),
        notifies('uncached range', RETRIEVE, wanted(778, 2, 0, 100), '48', ['NOTIFY_REPLY n=2 off=0 size=0 datalen=0']),
        `
      ~
        pread $fd 5000 0
      `,
        notifies('beyond eof', RETRIEVE, wanted(779, 2, 2 ** 40, 100), '48', [
          'NOTIFY_REPLY n=2 off=1099511627776 size=0 datalen=0',
        ]),
        notifies('big', RETRIEVE, wanted(780, 2, 0, 2 ** 30), '48', [
          'NOTIFY_REPLY n=2 off=0 size=10000 datalen=10000',
        ]),
        notifies('RETRIEVE: size mismatch', RETRIEVE, new Uint8Array(20), 'EINVAL'),
        notifies('resend none', RESEND, new Uint8Array(0), '16'),
        notifies('resend payload', RESEND, bytes('xx'), '18'),
        notifies('code 0', 0, new Uint8Array(0), 'EINVAL'),
        notifies('code 10', 10, new Uint8Array(0), 'EINVAL'),
        notifies('code 100', 100, new Uint8Array(0), 'EINVAL'),
        notifies('code -1', -1, new Uint8Array(0), 'EINVAL'),
        `
      ## stat d
        stat /d -> ino=3
          LOOKUP n=1 'd'
      `,
        notifies('inc epoch', INC_EPOCH, new Uint8Array(0), '16'),
        `
      ## stat d (revalidate after epoch)
        stat /d -> ino=3
          LOOKUP n=1 'd'
          FORGET n=3 nlookup=1
      ## stat d
        stat /d -> ino=3
      `,
        notifies('prune', PRUNE, nodes(1, 3), '40', ['FORGET n=3 nlookup=1']),
        notifies('prune unknown', PRUNE, nodes(1, 999), '40'),
        notifies('PRUNE: bad count', PRUNE, nodes(2, 3), 'EINVAL'),
        notifies('PRUNE: empty', PRUNE, nodes(0), '32'),
        `
      ~
        stat /d/x
        open /d/x O_RDONLY -> $x
      `,
        notifies('prune d,x in use?', PRUNE, nodes(2, 3, 4), '48'),
        `
      ~
        close $x
      `,
        notifies('prune x,d', PRUNE, nodes(2, 4, 3), '48', ['FORGET n=3 nlookup=1', 'FORGET n=4 nlookup=1']),
        set({ entryValid: 0 }),
        deed('resend with held', resendHeld, 'resent with bit 63; without it ENOENT, with it 16; stat gives EIO', [
          "LOOKUP n=1 'rs'",
          "LOOKUP n=1 'rs'",
        ]),
      ],
    },
  ],
};
