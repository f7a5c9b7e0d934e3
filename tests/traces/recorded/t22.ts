import { EACCES, EAGAIN, EEXIST, EINTR, ENOENT, type Errno, ESTALE } from '../../../src/abi/errno.ts';
import { stepsOf } from '../../oracle/script.ts';
import { deed, set } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Stage } from '../stage.ts';
import type { Change, Trace } from '../trace.ts';

const failing = (opcode: string, error: Errno): Change => set({ errors: { [opcode]: error.number } });

/** A clone of the device reads a request and is closed: what the caller gets. */
async function closeClone({ world }: Stage): Promise<string> {
  world.open();
  world.clone(1, 0);
  for (const call of stepsOf('stat /')) world.start(call);
  await world.read(1, 1 << 18);
  world.close(1);
  return world.end(0);
}

/** Failed locks, ESTALE, odd paths, a mount that is read-only, a clone that is closed. */
export const t22: Trace = {
  name: 't22',
  covers: 'failed locks, ESTALE, odd paths, a mount that is read-only, a clone that is closed',
  mounts: [
    {
      title: 'flock fails, and errors of requests',
      server: {
        flags: [...BASE, 'POSIX_LOCKS', 'FLOCK_LOCKS'],
        entryValid: 100,
        attrValid: 100,
        errors: { SETLK: EAGAIN.number },
      },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
      ## flock
        flock $fd LOCK_EX|LOCK_NB -> EAGAIN
          SETLK n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=1
      ## close
        close $fd
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=2 lo=Y
      `,
        failing('CREATE', EEXIST),
        `
      ## CREATE -> EEXIST without O_EXCL
        open /nn O_CREAT|O_RDWR 0777 -> EEXIST
          LOOKUP n=1 'nn'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'nn'
      `,
        failing('CREATE', ESTALE),
        `
      ## CREATE -> ESTALE
        open /nn O_CREAT|O_RDWR 0777 -> ESTALE
          LOOKUP n=1 'nn'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'nn'
          LOOKUP n=1 'nn'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'nn'
      `,
        failing('OPEN', ESTALE),
        `
      ## OPEN -> ESTALE
        open /f O_RDWR -> ESTALE
          OPEN n=2 flags=0x8002 open_flags=0x0
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
      `,
        failing('LOOKUP', ESTALE),
        `
      ## LOOKUP -> ESTALE
        stat /zz -> ESTALE
          LOOKUP n=1 'zz'
          LOOKUP n=1 'zz'
      `,
        failing('GETATTR', ESTALE),
        set({ attrValid: 0 }),
        `
      ~
        utimensat AT_FDCWD /f now now 0
      ## GETATTR -> ESTALE
        stat /f -> ESTALE
          GETATTR n=2 flags=0 fh=0
          LOOKUP n=1 'f'
          GETATTR n=2 flags=0 fh=0
      `,
        failing('OPEN', EINTR),
        `
      ## OPEN -> EINTR (server)
        open /f O_RDWR -> EINTR
          OPEN n=2 flags=0x8002 open_flags=0x0
      `,
        failing('LOOKUP', EACCES),
        set({ entryValid: 0 }),
        `
      ## revalidate LOOKUP -> EACCES
        stat /f -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
        failing('LOOKUP', ENOENT),
        `
      ## revalidate ENOENT
        stat /f -> ino=2
          GETATTR n=2 flags=0 fh=0
      `,
      ],
    },
    {
      title: 'odd paths',
      server: { entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        symlink dangling /l
      ## O_CREAT via dangling symlink
        open /l O_CREAT|O_RDWR 0777 -> $fd
        close $fd
          READLINK n=2
          LOOKUP n=1 'dangling'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'dangling'
          FLUSH n=3 fh=101 lo=Y
          RELEASE n=3 fh=101 flags=0x8002 release_flags=0 lo=0
      ## O_CREAT|O_EXCL on symlink
        open /l O_CREAT|O_EXCL|O_RDWR 0777 -> EEXIST
          LOOKUP n=1 'l'
      ## path walk a/../f
        stat /d1/../l -> ENOENT
          LOOKUP n=1 'd1'
      ## trailing slash mkdir
        mkdir /dd/ 0777
          LOOKUP n=1 'dd'
          MKDIR n=1 mode=755 umask=22 'dd'
      ## stat file/
        stat /l/ -> ENOTDIR
          READLINK n=2
      ## mknod regular via creat in missing dir
        open /no/x O_CREAT 0777 -> ENOENT
          LOOKUP n=1 'no'
      ## stat .
        stat /dd/. -> ino=4
      ## stat dd/..
        stat /dd/.. -> ino=1
          GETATTR n=1 flags=0 fh=0
      ## rename dd into itself
        rename /dd /dd/x -> EINVAL
          LOOKUP n=4 'x'
      ## rename onto itself
        rename /dd /dd
          LOOKUP n=1 'dd'
      ## rename file over dir
        rename /dangling /dd -> EISDIR
          LOOKUP n=1 'dd'
      ## rmdir mnt/dd with cwd
        chdir /dd
        rmdir /dd
          ACCESS n=4 mask=1
          RMDIR n=1 'dd'
      ## cwd after rmdir: stat .
        stat . -> ino=4
          GETATTR n=4 flags=0 fh=0
      ## creat in removed cwd
        open x O_CREAT 0777 -> ENOENT
      `,
      ],
    },
    {
      title: 'read-only mount',
      server: { entryValid: 100, attrValid: 100 },
      mount: { readOnly: true },
      play: [
        `
      ## creat
        open /f O_CREAT|O_RDWR 0777 -> EROFS
          LOOKUP n=1 'f'
      ## mkdir
        mkdir /f 0777 -> EROFS
          LOOKUP n=1 'f'
      ## unlink nonexist
        unlink /f -> EROFS
      `,
      ],
    },
    {
      title: 'clone close',
      server: {},
      play: [deed('clone close', closeClone, 'ECONNABORTED')],
    },
  ],
};
