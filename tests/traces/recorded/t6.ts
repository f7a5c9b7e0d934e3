import { deed, set } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Change, Deed, Trace } from '../trace.ts';
import { rawReply } from '../trace-server.ts';

const ROOT = { uid: 0, gid: 0 };
const LOCKS = [...BASE, 'POSIX_LOCKS', 'FLOCK_LOCKS'] as const;

const hold = (opcode: string): Change => set({ held: [opcode] });

const deaf =
  (isDeaf: boolean): Change =>
  (stage) => {
    stage.isDeaf = isDeaf;
  };

/** Everything that is held is answered as usual. */
const release: Change = ({ server }) => server.release();

/** What is held is answered with an error. */
const answerHeld =
  (error: number): Change =>
  (stage) => {
    stage.write(rawReply(stage.server.takeHeld().unique, error));
  };

/** A reply to the last INTERRUPT. */
const toInterrupt = (label: string, error: number, gives: string, requests: readonly string[] = []): Deed =>
  deed(label, (stage) => stage.write(rawReply(stage.interrupted | 1n, error)), gives, requests);

/** Signals in the middle of calls, and INTERRUPT. */
export const t6: Trace = {
  name: 't6',
  covers: 'signals in the middle of calls, and INTERRUPT',
  mounts: [
    {
      title: 'LOOKUP',
      server: { flags: LOCKS },
      tasks: [ROOT, ROOT, ROOT, ROOT],
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        close $fd
      `,
        hold('LOOKUP'),
        `
      ## A. LOOKUP sent
        begin @1 stat /f
          LOOKUP n=1 'f'
      ## A. nonfatal signal
        signal @1
          INTERRUPT n=0 of LOOKUP
      ## A. child: still blocked
        asleep @1
      ## A. second signal
        signal @1
        asleep @1
      `,
        answerHeld(-4),
        `
      ## A. EINTR to the original
        end @1 -> EINTR
      `,
        hold('LOOKUP'),
        `
      ## B. LOOKUP sent, signal
        begin @1 stat /f
          LOOKUP n=1 'f'
      ## B. signal
        signal @1
          INTERRUPT n=0 of LOOKUP
      `,
        release,
        `
      ## B. normal reply
        end @1 -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
        hold('LOOKUP'),
        `
      ## C. LOOKUP sent
        begin @1 stat /f
          LOOKUP n=1 'f'
      ## C. signal
        signal @1
          INTERRUPT n=0 of LOOKUP
      `,
        toInterrupt('C. EAGAIN to INTERRUPT', -11, '16', ['INTERRUPT n=0 of LOOKUP']),
        toInterrupt('C. 0 to INTERRUPT', 0, '16'),
        toInterrupt('C. EINTR to INTERRUPT', -4, '16'),
        deed(
          'C. payload to INTERRUPT',
          (stage) => stage.write(rawReply(stage.interrupted | 1n, 0, new Uint8Array(8))),
          'EINVAL',
        ),
        release,
        `
      ## C. normal reply
        end @1 -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
        toInterrupt('C. late reply to INTERRUPT', -11, 'ENOENT'),
        hold('LOOKUP'),
        `
      ## D. LOOKUP sent
        begin @2 stat /f
          LOOKUP n=1 'f'
      ## D. SIGKILL
        kill @2
          INTERRUPT n=0 of LOOKUP
      ## D. child: still blocked
        asleep @2
      `,
        release,
        `
      ## D. reply
        end @2 -> killed
      `,
        deaf(true),
        `
      ## E. pending, unsent
        begin @1 stat /f
        pause 100
        signal @1
        pause 100
        asleep @1
      `,
        hold('LOOKUP'),
        deaf(false),
        `
      ## E. delivered
        asleep @1
          LOOKUP n=1 'f'
          INTERRUPT n=0 of LOOKUP
      `,
        release,
        `
      ## E. reply
        end @1 -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
        deaf(true),
        `
      ## F. pending, unsent, SIGKILL
        begin @3 stat /f
        pause 100
        kill @3
        end @3 -> killed
      `,
        deaf(false),
        hold('LOOKUP'),
        `
      ## G. LOOKUP sent
        begin @1 stat /f
          LOOKUP n=1 'f'
      ## G. signal
        signal @1
          INTERRUPT n=0 of LOOKUP
      `,
        toInterrupt('G. ENOSYS to INTERRUPT', -38, '16'),
        release,
        `
      ## G. reply
        end @1 -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
        hold('LOOKUP'),
        `
      ## G. after ENOSYS: LOOKUP sent, signal
        begin @1 stat /f
        pause 100
        signal @1
          LOOKUP n=1 'f'
      ## G. after ENOSYS: still blocked
        asleep @1
      `,
        release,
        `
      ## G. after ENOSYS: reply
        end @1 -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
      ],
    },
    {
      title: 'locks, files, names',
      server: { flags: LOCKS },
      tasks: [ROOT, ROOT, ROOT, ROOT, ROOT],
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd x*8192
        @1 open /f O_RDWR -> $fd1
        close $fd
      `,
        hold('SETLKW'),
        `
      ## H. SETLKW sent
        begin @1 fcntl_lock $fd1 F_SETLKW F_WRLCK 0 0 0
          SETLKW n=2 fh=102 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=0
      ## H. signal
        signal @1
          INTERRUPT n=0 of SETLKW
      `,
        answerHeld(-4),
        `
      ## H. EINTR, with SA_RESTART: sent again
        asleep @1
          SETLKW n=2 fh=102 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=0
      `,
        release,
        `
      ## H. reply
        end @1 -> 0
      ## H. without SA_RESTART: EINTR
        not: the handlers of the processes that make the calls restart them
      ~
        @1 close $fd1
      `,
        hold('READ'),
        `
      ~
        @2 open /f O_RDWR -> $fd2
      ## I. READ of the page cache sent
        begin @2 pread $fd2 100 0
          READ n=2 fh=103 off=0 size=8192 read_flags=0x0 lo=0 flags=0x8002
      ## I. signal
        signal @2
        asleep @2
      ## I. SIGKILL
        kill @2
        end @2 -> killed
          FLUSH n=2 fh=103 lo=Y
      `,
        release,
        `
      ## I. reply
        pause 1
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      ~
        @3 open /f O_RDWR -> $fd3
      `,
        hold('FLUSH'),
        `
      ## J. FLUSH sent
        begin @3 close $fd3
          FLUSH n=2 fh=104 lo=Y
      ## J. signal
        signal @3
          INTERRUPT n=0 of FLUSH
      ## J. child: still blocked
        asleep @3
      ## J. SIGKILL
        kill @3
        pause 100
        asleep @3
      `,
        release,
        `
      ## J. reply
        end @3 -> killed
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      ~
        @4 open /f O_RDWR -> $fd4
      `,
        deaf(true),
        `
      ## K. FLUSH pending, unsent, SIGKILL
        begin @4 close $fd4
        pause 100
        kill @4
        pause 100
        asleep @4
      `,
        deaf(false),
        `
      ## K. delivered
        end @4 -> killed
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
        hold('MKDIR'),
        set({ entryValid: 100, attrValid: 100 }),
        `
      ## L. MKDIR sent
        begin @1 mkdir /dd 0755
          LOOKUP n=1 'dd'
          MKDIR n=1 mode=755 umask=22 'dd'
      ## L. signal
        signal @1
          INTERRUPT n=0 of MKDIR
      `,
        answerHeld(-4),
        `
      ## L. EINTR
        end @1 -> EINTR
      `,
        set({ held: [] }),
        `
      ## stat dd
        stat /dd -> ENOENT
          LOOKUP n=1 'dd'
      `,
      ],
    },
  ],
};
