import { describe, expect, test } from 'vitest';
import { EBADF, EINTR } from '../abi/errno.ts';
import {
  F_GETLK,
  F_RDLCK,
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_UN,
  O_CREAT,
  O_RDWR,
  SEEK_SET,
} from '../abi/linux.ts';
import { Process } from '../process/process.ts';
import { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { runSync } from '../task/drive.ts';
import { close, dup, exit } from './descriptors.ts';
import { type Flock, fcntlLock, flock } from './lock.ts';
import { open } from './open.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

table({
  'flock of an unknown operation is EINVAL, before EBADF; LOCK_MAND does nothing': `
    flock 99 0 -> EINVAL
    flock 99 LOCK_NB -> EINVAL
    flock 99 3 -> EINVAL
    flock 99 LOCK_MAND -> 0
    flock 99 LOCK_SH -> EBADF
    flock 99 LOCK_UN -> EBADF
    creat f 0644
    open f O_PATH -> $p
    flock $p LOCK_SH -> EBADF
    open f 3 -> $i
    flock $i LOCK_SH -> EBADF
    flock $i LOCK_UN -> 0`,
  'flock excludes other open files, whatever they are open for': `
    creat f 0644 -> $a
    open f O_RDONLY -> $b
    dup $a -> $c
    flock $b LOCK_EX -> 0
    flock $b LOCK_EX|LOCK_NB -> 0
    flock $a LOCK_SH|LOCK_NB -> EAGAIN
    flock $b LOCK_SH -> 0
    flock $a LOCK_SH|LOCK_NB -> 0
    flock $c LOCK_EX|LOCK_NB -> EAGAIN
    flock $b LOCK_EX|LOCK_NB -> 0`,
  'a lock of flock goes with the last descriptor of the open file': `
    creat f 0644 -> $a
    open f O_RDONLY -> $b
    dup $a -> $c
    flock $a LOCK_EX
    close $a
    flock $b LOCK_SH|LOCK_NB -> EAGAIN
    close $c
    flock $b LOCK_SH|LOCK_NB -> 0`,
  'directories can be locked, by fcntl for reading alone': `
    mkdir d 0755
    open d O_RDONLY -> $a
    open d O_RDONLY -> $b
    flock $a LOCK_EX -> 0
    flock $b LOCK_SH|LOCK_NB -> EAGAIN
    fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 0 0 -> EBADF
    fcntl_lock $a F_SETLK F_RDLCK SEEK_SET 0 0 -> 0`,
  'fcntl looks at the descriptor, the range, the type, the access mode and the pid, in that order': `
    creat f 0644
    open f O_RDONLY -> $r
    open f O_WRONLY -> $w
    open f O_PATH -> $p
    fcntl_lock 99 F_SETLK 7 9 -1 0 -> EBADF
    fcntl_lock $p F_GETLK F_RDLCK SEEK_SET 0 0 -> EBADF
    fcntl_lock $r F_SETLK 7 9 -1 0 -> EINVAL
    fcntl_lock $r F_SETLK 7 SEEK_SET -1 0 -> EINVAL
    fcntl_lock $r F_SETLK 7 SEEK_SET 0 0 -> EINVAL
    fcntl_lock $r F_SETLK F_WRLCK SEEK_SET 10 -11 -> EINVAL
    fcntl_lock $r F_SETLK F_WRLCK SEEK_SET 10 -10 -> EBADF
    fcntl_lock $w F_SETLK F_RDLCK SEEK_SET 0 0 -> EBADF
    fcntl_lock $w F_OFD_SETLK F_RDLCK SEEK_SET 0 0 1 -> EBADF
    fcntl_lock $w F_OFD_SETLK F_WRLCK SEEK_SET 0 0 1 -> EINVAL
    fcntl_lock $r F_SETLK F_UNLCK SEEK_SET 0 0 -> 0`,
  'F_GETLK asks about locks of any type on any descriptor, but not about F_UNLCK': `
    creat f 0644 -> $w
    fcntl_lock $w F_GETLK F_RDLCK SEEK_SET 3 4 -> 2 0 3 4 0
    fcntl_lock $w F_GETLK F_UNLCK SEEK_SET 0 0 -> EINVAL
    fcntl_lock $w F_GETLK F_UNLCK 9 0 0 -> EINVAL
    fcntl_lock $w F_OFD_GETLK F_UNLCK SEEK_SET 0 0 -> 2 0 0 0 0
    fcntl_lock $w F_OFD_GETLK F_RDLCK SEEK_SET 0 0 1 -> EINVAL`,
  'ranges begin at the start, the position or the end, and may go backwards': `
    open f O_CREAT|O_RDWR 0644 -> $f
    open f O_RDWR -> $g
    write $f x*100
    lseek $f 40 SEEK_SET
    fcntl_lock $f F_OFD_SETLK F_WRLCK SEEK_CUR -10 5 -> 0
    fcntl_lock $g F_GETLK F_RDLCK SEEK_SET 0 0 -> 1 0 30 5 -1
    fcntl_lock $f F_OFD_SETLK F_UNLCK SEEK_SET 0 0 -> 0
    fcntl_lock $f F_OFD_SETLK F_WRLCK SEEK_END -10 -5 -> 0
    fcntl_lock $g F_GETLK F_RDLCK SEEK_SET 0 0 -> 1 0 85 5 -1
    fcntl_lock $f F_OFD_SETLK F_UNLCK SEEK_SET 0 0 -> 0
    fcntl_lock $f F_OFD_SETLK F_RDLCK SEEK_END 0 0 -> 0
    fcntl_lock $g F_OFD_GETLK F_WRLCK SEEK_SET 0 0 -> 0 0 100 0 -1
    fcntl_lock $f F_OFD_GETLK F_UNLCK SEEK_SET 0 0 -> 0 0 100 0 -1`,
  'locks of open files exclude those of the process itself': `
    open f O_CREAT|O_RDWR 0644 -> $f
    open f O_RDWR -> $g
    fcntl_lock $f F_OFD_SETLK F_WRLCK SEEK_SET 0 10 -> 0
    fcntl_lock $f F_OFD_SETLK F_WRLCK SEEK_SET 0 10 -> 0
    fcntl_lock $g F_OFD_SETLK F_RDLCK SEEK_SET 9 1 -> EAGAIN
    fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 9 1 -> EAGAIN
    fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 10 1 -> 0
    fcntl_lock $g F_SETLK F_WRLCK SEEK_SET 10 1 -> 0
    close $f
    fcntl_lock $g F_OFD_SETLK F_WRLCK SEEK_SET 0 0 -> 0`,
});

const lock = (type: number, start = 0n, len = 0n): Flock => ({ type, whence: SEEK_SET, start, len, pid: 0 });

/** Two processes that have a file open. */
class TwoProcesses {
  readonly machine = new Machine();
  readonly other: Process;
  readonly fd: number;
  readonly otherFd: number;

  constructor() {
    this.fd = this.machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o666));
    this.other = new Process(this.machine.process.root, { pid: 200 });
    this.otherFd = this.runOther((task) => open(task, '/f', O_RDWR));
  }

  run<T>(code: (task: Thread) => Blocking<T>): T {
    const result = this.machine.run(code);
    this.machine.scheduler.run();
    return result;
  }

  /** Runs a call of the other process. */
  runOther<T>(code: (task: Thread) => Blocking<T>): T {
    const task = this.#otherThread();
    const result = runSync(task, code(task), () => false);
    this.machine.scheduler.run();
    return result;
  }

  /** Starts a call of the other process, which may sleep; `end` is what it returned or threw, once it is over. */
  startOther(code: (task: Thread) => Blocking<unknown>): { readonly task: Thread; end: unknown } {
    const task = this.#otherThread();
    const running = { task, end: 'asleep' as unknown };
    this.machine.scheduler.start(task, code(task), (result) => {
      try {
        running.end = result();
      } catch (error) {
        running.end = error;
      }
    });
    this.machine.scheduler.run();
    return running;
  }

  #otherThread(): Thread {
    return new Thread(this.machine.scheduler, this.other, this.machine.credentials);
  }
}

describe('who waits', () => {
  test('for a lock of another process gets it when that closes any descriptor of the file', () => {
    const both = new TwoProcesses();
    const { fd, otherFd } = both;
    const copy = both.run((task) => dup(task, fd));
    both.run((task) => fcntlLock(task, fd, F_SETLK, lock(F_WRLCK)));
    const waiting = both.startOther((task) => fcntlLock(task, otherFd, F_SETLKW, lock(F_RDLCK)));
    expect(waiting.end).toBe('asleep');
    both.run((task) => close(task, copy));
    expect(waiting.end).toEqual(lock(F_RDLCK));
  });

  test('for a lock of another process gets it when that ends', () => {
    const both = new TwoProcesses();
    const { fd, otherFd } = both;
    both.run((task) => fcntlLock(task, fd, F_SETLK, lock(F_WRLCK, 5n, 5n)));
    const shown = both.runOther((task) => fcntlLock(task, otherFd, F_GETLK, lock(F_RDLCK)));
    expect(shown).toEqual({ type: F_WRLCK, whence: SEEK_SET, start: 5n, len: 5n, pid: 100 });
    const waiting = both.startOther((task) => fcntlLock(task, otherFd, F_SETLKW, lock(F_WRLCK)));
    expect(waiting.end).toBe('asleep');
    both.run(exit);
    expect(waiting.end).toEqual(lock(F_WRLCK));
  });

  test('for flock gets it when the other gives it back', () => {
    const both = new TwoProcesses();
    both.run((task) => flock(task, both.fd, LOCK_EX));
    const waiting = both.startOther((task) => flock(task, both.otherFd, LOCK_EX));
    expect(waiting.end).toBe('asleep');
    both.run((task) => flock(task, both.fd, LOCK_UN | LOCK_NB));
    expect(waiting.end).toBeUndefined();
  });

  test('is woken by a signal with EINTR and has no lock', () => {
    const both = new TwoProcesses();
    both.run((task) => fcntlLock(task, both.fd, F_SETLK, lock(F_RDLCK)));
    const waiting = both.startOther((task) => fcntlLock(task, both.otherFd, F_SETLKW, lock(F_WRLCK)));
    waiting.task.signal('signal');
    both.machine.scheduler.run();
    expect(waiting.end).toBe(EINTR);
    expect(both.run((task) => fcntlLock(task, both.fd, F_SETLK, lock(F_WRLCK)))).toEqual(lock(F_WRLCK));
  });

  test('waits on after a signal whose handler has SA_RESTART, until one whose handler has not', () => {
    const both = new TwoProcesses();
    both.run((task) => flock(task, both.fd, LOCK_EX));
    const waiting = both.startOther((task) => flock(task, both.otherFd, LOCK_EX));
    for (const kind of ['restart', 'restart'] as const) waiting.task.signal(kind);
    both.machine.scheduler.run();
    expect([waiting.end, waiting.task.pending]).toEqual(['asleep', 'none']);
    waiting.task.signal('signal');
    waiting.task.signal('restart');
    both.machine.scheduler.run();
    expect(waiting.end).toBe(EINTR);
  });

  test('that is made anew looks its descriptor up again', () => {
    const both = new TwoProcesses();
    both.run((task) => flock(task, both.fd, LOCK_EX));
    const waiting = both.startOther((task) => flock(task, both.otherFd, LOCK_EX));
    both.runOther((task) => close(task, both.otherFd));
    expect(waiting.end).toBe('asleep');
    waiting.task.signal('restart');
    both.machine.scheduler.run();
    expect(waiting.end).toBe(EBADF);
  });

  test('while another thread closes the descriptor gets EBADF, and the lock goes back', () => {
    const both = new TwoProcesses();
    both.run((task) => fcntlLock(task, both.fd, F_SETLK, lock(F_WRLCK)));
    const waiting = both.startOther((task) => fcntlLock(task, both.otherFd, F_SETLKW, lock(F_WRLCK)));
    both.runOther((task) => close(task, both.otherFd));
    expect(waiting.end).toBe('asleep');
    both.run((task) => fcntlLock(task, both.fd, F_SETLK, lock(F_UNLCK)));
    expect(waiting.end).toBe(EBADF);
    const reader = both.runOther((task) => open(task, '/f', O_RDWR));
    expect(both.run((task) => fcntlLock(task, both.fd, F_SETLK, lock(F_WRLCK)))).toEqual(lock(F_WRLCK));
    expect(both.runOther((task) => fcntlLock(task, reader, F_GETLK, lock(F_RDLCK)))).toMatchObject({ pid: 100 });
  });
});
