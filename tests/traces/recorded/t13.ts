import { FOPEN_CACHE_DIR, FOPEN_KEEP_CACHE } from '../../../src/abi/fuse.ts';
import { bytes, entry, S_IFREG } from '../../scenarios/replies.ts';
import { concatenated } from '../../scenarios/wire-format.ts';
import { answering, answeringAsUsual, deed, forgets, listing, packed, set } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Stage } from '../stage.ts';
import type { Change, Trace } from '../trace.ts';

const KEPT = FOPEN_CACHE_DIR | FOPEN_KEEP_CACHE;

/** So many files, which the client has made and forgotten. */
const made = (count: number): (string | Change)[] => {
  const names = Array.from({ length: count }, (_, at) => `f${at}`);
  const text = names.map((name) => `open /${name} O_CREAT|O_RDWR 0777 -> $made\nclose $made`).join('\n');
  return [`~\n${text}`, ...names.map(forgets)];
};

/** A record of READDIRPLUS that is believed for 100 seconds. */
function plus(
  nodeid: number,
  name: string,
  ino: number,
  { mode = S_IFREG | 0o644, generation = 0, off = 1 } = {},
): Uint8Array {
  const told = entry({ nodeid, mode, generation, entryValid: 100, attrValid: 100, attributes: { ino: nodeid || 77 } });
  const record = concatenated([told, packed('QQII', ino, off, name.length, 8), bytes(name)]);
  return concatenated([record, new Uint8Array(-record.length & 7)]);
}

const changeMtime = ({ server }: Stage): string => {
  server.root.mtime = [5, 5];
  return 'changed';
};

/** Directories: READDIR, READDIRPLUS, their sizes, and lists that are kept. */
export const t13: Trace = {
  name: 't13',
  covers: 'directories: READDIR, READDIRPLUS, their sizes, and lists that are kept',
  mounts: [
    {
      title: 'READDIRPLUS always',
      server: { flags: [...BASE, 'DO_READDIRPLUS'], entryValid: 100, attrValid: 100 },
      play: [
        ...made(5),
        `
      ## listdir
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIRPLUS n=1 fh=106 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIRPLUS n=1 fh=106 off=7 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=106 flags=0x18800 release_flags=0 lo=0
      ## stat f0 (from plus)
        stat /f0 -> ino=2
      ## listdir again
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIRPLUS n=1 fh=107 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIRPLUS n=1 fh=107 off=7 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=107 flags=0x18800 release_flags=0 lo=0
      ## unlink f0
        unlink /f0
          UNLINK n=1 'f0'
          FORGET n=2 nlookup=2
      `,
      ],
    },
    {
      title: 'READDIRPLUS_AUTO',
      server: { flags: [...BASE, 'DO_READDIRPLUS', 'READDIRPLUS_AUTO'], entryValid: 100, attrValid: 100 },
      play: [
        ...made(5),
        `
      ~
        open / O_RDONLY -> $dir
      ## getdents 100 bytes
        getdents $dir 100 -> .:4:1:1 ..:4:1:2 f0:8:2:3 f1:8:3:4
          READDIRPLUS n=1 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ## getdents 100 bytes
        getdents $dir 100 -> f2:8:4:5 f3:8:5:6 f4:8:6:7
          READDIR n=1 fh=106 off=4 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ## getdents 1000
        getdents $dir 1000 -> end
          READDIR n=1 fh=106 off=7 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ## getdents 1000 end
        getdents $dir 1000 -> end
          READDIR n=1 fh=106 off=7 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ~
        lseek $dir 0 SEEK_SET
      ## rewind getdents 64
        getdents $dir 64 -> .:4:1:1 ..:4:1:2
          READDIRPLUS n=1 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ## stat f1 -> advise
        stat /f1 -> ino=3
      ## getdents rest
        getdents $dir 1000 -> f0:8:2:3 f1:8:3:4 f2:8:4:5 f3:8:5:6 f4:8:6:7
          READDIRPLUS n=1 fh=106 off=2 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ## end
        getdents $dir 1000 -> end
          READDIR n=1 fh=106 off=7 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ## listdir
        close $dir
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIRPLUS n=1 fh=107 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=107 off=7 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=106 flags=0x8000 release_flags=0 lo=0
          RELEASEDIR n=1 fh=107 flags=0x18800 release_flags=0 lo=0
      ## scandir+stat each
        open / O_RDONLY|O_NONBLOCK|O_DIRECTORY|O_CLOEXEC -> $dir
        fstat $dir
        getdents $dir 32768
        stat /f0
        stat /f1
        stat /f2
        stat /f3
        stat /f4
        getdents $dir 32768 -> end
        close $dir
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIRPLUS n=1 fh=108 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIRPLUS n=1 fh=108 off=7 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=108 flags=0x18800 release_flags=0 lo=0
      `,
      ],
    },
    {
      title: 'malformed READDIRPLUS',
      server: { flags: [...BASE, 'DO_READDIRPLUS'], entryValid: 100, attrValid: 100 },
      play: [
        ...made(1),
        answering('READDIRPLUS', plus(0, 'z0', 9)),
        `
      ~
        open / O_RDONLY -> $dir
      ## nodeid 0 entry
        getdents $dir 32768 -> z0:8:9:1
          READDIRPLUS n=1 fh=102 off=0 size=32768 read_flags=0x0 lo=0 flags=0x8000
      ~
        close $dir
      `,
        answeringAsUsual,
        `
      ## stat z0
        stat /z0 -> ENOENT
          LOOKUP n=1 'z0'
      `,
        answering('READDIRPLUS', plus(1, 'z1', 9)),
        `
      ~
        open / O_RDONLY -> $dir
      ## nodeid 1 entry
        getdents $dir 32768 -> z1:8:9:1
          READDIRPLUS n=1 fh=103 off=0 size=32768 read_flags=0x0 lo=0 flags=0x8000
          FORGET n=1 nlookup=1
      ~
        close $dir
      `,
        answering('READDIRPLUS', plus(99, 'z2', 99, { mode: 0 })),
        `
      ~
        open / O_RDONLY -> $dir
      ## bad mode
        getdents $dir 32768 -> z2:8:99:1
          READDIRPLUS n=1 fh=104 off=0 size=32768 read_flags=0x0 lo=0 flags=0x8000
          FORGET n=99 nlookup=1
      ~
        close $dir
      `,
        answering('READDIRPLUS', plus(99, 'z/2', 99)),
        `
      ~
        open / O_RDONLY -> $dir
      ## slash
        getdents $dir 32768 -> EIO
          READDIRPLUS n=1 fh=105 off=0 size=32768 read_flags=0x0 lo=0 flags=0x8000
      ~
        close $dir
      `,
        answering('READDIRPLUS', concatenated([plus(98, 'z3', 98), plus(99, 'z/2', 99, { off: 2 })])),
        `
      ~
        open / O_RDONLY -> $dir
      ## ok + slash
        getdents $dir 32768 -> z3:8:98:1
          READDIRPLUS n=1 fh=106 off=0 size=32768 read_flags=0x0 lo=0 flags=0x8000
      ~
        close $dir
      `,
        answeringAsUsual,
        `
      ## stat f0
        stat /f0 -> ino=2
          LOOKUP n=1 'f0'
      `,
        answering('READDIRPLUS', plus(120, 'f0', 120)),
        `
      ~
        open / O_RDONLY -> $dir
      ## f0 with different nodeid
        getdents $dir 32768 -> f0:8:120:1
          READDIRPLUS n=1 fh=107 off=0 size=32768 read_flags=0x0 lo=0 flags=0x8000
          FORGET n=2 nlookup=1
      ~
        close $dir
      `,
        answeringAsUsual,
        `
      ## stat f0 now
        stat /f0 -> ino=2
          GETATTR n=120 flags=0 fh=0
          LOOKUP n=1 'f0'
          LOOKUP n=1 'f0'
          FORGET n=120 nlookup=1
          FORGET n=2 nlookup=1
      `,
        answering('READDIRPLUS', plus(120, 'f0', 120, { generation: 5 })),
        `
      ~
        open / O_RDONLY -> $dir
      ## f0 generation change
        getdents $dir 32768 -> f0:8:120:1
          READDIRPLUS n=1 fh=108 off=0 size=32768 read_flags=0x0 lo=0 flags=0x8000
          FORGET n=2 nlookup=1
      ~
        close $dir
      `,
      ],
    },
    {
      title: 'FOPEN_CACHE_DIR',
      server: { entryValid: 100, attrValid: 100, opendirFlags: KEPT },
      play: [
        ...made(5),
        `
      ## listdir 1
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIR n=1 fh=106 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=106 off=7 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=106 flags=0x18800 release_flags=0 lo=0
      ## listdir 2 (cached)
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          RELEASEDIR n=1 fh=107 flags=0x18800 release_flags=0 lo=0
      ## create g
        open /g O_CREAT|O_RDWR 0777 -> $fd
        close $fd
          LOOKUP n=1 'g'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'g'
          FLUSH n=7 fh=108 lo=Y
          RELEASE n=7 fh=108 flags=0x8002 release_flags=0 lo=0
      ## listdir 3
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIR n=1 fh=109 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=109 off=8 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=109 flags=0x18800 release_flags=0 lo=0
      ## listdir 4
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          RELEASEDIR n=1 fh=110 flags=0x18800 release_flags=0 lo=0
      `,
        set({ opendirFlags: FOPEN_CACHE_DIR }),
        `
      ## listdir no KEEP_CACHE
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          READDIR n=1 fh=111 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=111 off=8 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=111 flags=0x18800 release_flags=0 lo=0
      `,
        set({ opendirFlags: KEPT }),
        `
      ## listdir KEEP
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          RELEASEDIR n=1 fh=112 flags=0x18800 release_flags=0 lo=0
      `,
        set({ opendirFlags: FOPEN_KEEP_CACHE }),
        `
      ## listdir without CACHE_DIR flag
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          READDIR n=1 fh=113 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=113 off=8 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=113 flags=0x18800 release_flags=0 lo=0
      `,
        set({ opendirFlags: KEPT }),
        deed('server mtime changes; attr cached', changeMtime, 'changed'),
        `
      ## listdir
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIR n=1 fh=114 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=114 off=8 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=114 flags=0x18800 release_flags=0 lo=0
      `,
        set({ attrValid: 0 }),
        `
      ~
        stat /
      ## stat refreshes mtime; then listdir
        stat / -> mtime=5.000000005
        ${listing('/')}
          GETATTR n=1 flags=0 fh=0
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          RELEASEDIR n=1 fh=115 flags=0x18800 release_flags=0 lo=0
      ~
        open / O_RDONLY -> $dir
      ## partial getdents 80
        getdents $dir 80 -> .:4:1:1 ..:4:1:2 f0:8:2:3
      ## lseek to 4
        lseek $dir 4 SEEK_SET -> 4
      ## getdents
        getdents $dir 1000 -> f2:8:4:5 f3:8:5:6 f4:8:6:7 g:8:7:8
      ## lseek to 999
        lseek $dir 999 SEEK_SET -> 999
      ## getdents bogus pos
        getdents $dir 1000 -> end
          READDIR n=1 fh=116 off=999 size=4096 read_flags=0x0 lo=0 flags=0x8000
      `,
      ],
    },
    {
      title: 'READDIR sizes',
      server: { entryValid: 100, attrValid: 100, maxPages: 4 },
      play: [
        ...made(5),
        `
      ~
        open / O_RDONLY -> $dir
      ## getdents bufsize 24 max_pages 4
        getdents $dir 24 -> .:4:1:1
          READDIR n=1 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ~
        lseek $dir 0 SEEK_SET
      ## getdents bufsize 100 max_pages 4
        getdents $dir 100 -> .:4:1:1 ..:4:1:2 f0:8:2:3 f1:8:3:4
          READDIR n=1 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ~
        lseek $dir 0 SEEK_SET
      ## getdents bufsize 4096 max_pages 4
        getdents $dir 4096
          READDIR n=1 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ~
        lseek $dir 0 SEEK_SET
      ## getdents bufsize 5000 max_pages 4
        getdents $dir 5000
          READDIR n=1 fh=106 off=0 size=5000 read_flags=0x0 lo=0 flags=0x8000
      ~
        lseek $dir 0 SEEK_SET
      ## getdents bufsize 32768 max_pages 4
        getdents $dir 32768
          READDIR n=1 fh=106 off=0 size=16384 read_flags=0x0 lo=0 flags=0x8000
      ~
        lseek $dir 0 SEEK_SET
      ## getdents bufsize 200000 max_pages 4
        getdents $dir 200000
          READDIR n=1 fh=106 off=0 size=16384 read_flags=0x0 lo=0 flags=0x8000
      ## read(2) on dir
        read $dir 10 -> EISDIR
      ## SEEK_END dir
        lseek $dir 0 SEEK_END -> 0
      `,
      ],
    },
  ],
};
