import { describe, expect, test } from 'vitest';
import { EAGAIN, EBADF, EINTR, EIO, ENOSYS } from '../abi/errno.ts';
import type { InitFlag } from '../abi/init-flags.ts';
import {
  F_GETLK,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_RDLCK,
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_UN,
  O_RDONLY,
  O_RDWR,
  SEEK_SET,
} from '../abi/linux.ts';
import { close, dup } from '../syscalls/descriptors.ts';
import { type Flock, fcntlLock, flock } from '../syscalls/lock.ts';
import { open } from '../syscalls/open.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const lock = (type: number, start = 0n, len = 0n): Flock => ({ type, whence: SEEK_SET, start, len, pid: 0 });

const END = '0x7fffffffffffffff';

/** A file that is open, on a server that took these flags; handle 101. */
function opened(features: InitFlag[], script: Partial<Script> = {}, flags = O_RDWR) {
  const m = new Scenario({ entryValid: 100, attrValid: 100, features, ...script });
  m.server.tree.file('f', new Uint8Array(10));
  const fd = m.run((t) => open(t, '/f', flags));
  return { m, fd };
}

const BOTH: InitFlag[] = ['POSIX_LOCKS', 'FLOCK_LOCKS'];

describe('a server that keeps locks', () => {
  test('is asked for POSIX locks, with the process to lock and none to unlock', () => {
    const { m, fd } = opened(BOTH);
    m.does(
      (t) => fcntlLock(t, fd, F_SETLK, lock(F_RDLCK, 10n, 10n)),
      'SETLK n=2 fh=101 owner=Y start=10 end=0x13 type=0 pid=Y lk_flags=0',
    );
    m.does(
      (t) => fcntlLock(t, fd, F_SETLKW, lock(F_WRLCK)),
      `SETLKW n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=0`,
    );
    m.does(
      (t) => fcntlLock(t, fd, F_SETLKW, lock(F_UNLCK)),
      `SETLKW n=2 fh=101 owner=Y start=0 end=${END} type=2 pid=0 lk_flags=0`,
    );
    m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  });

  test('is asked for OFD locks in the same way', () => {
    const { m, fd } = opened(BOTH);
    const shown = { body: { lk: { type: F_UNLCK, start: 0n, end: 0n, pid: 0 } } };
    m.server.script.answers = { GETLK: shown };
    m.does(
      (t) => fcntlLock(t, fd, F_OFD_SETLK, lock(F_WRLCK)),
      `SETLK n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=0`,
    );
    m.does(
      (t) => fcntlLock(t, fd, F_OFD_GETLK, lock(F_WRLCK)),
      `GETLK n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=0 lk_flags=0`,
    );
    m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  });

  test('is asked for flock, and told at the last close to give it back', () => {
    const { m, fd } = opened(BOTH);
    m.does(
      (t) => flock(t, fd, LOCK_EX | LOCK_NB),
      `SETLK n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=1`,
    );
    m.does((t) => flock(t, fd, LOCK_EX), `SETLKW n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=1`);
    m.does((t) => flock(t, fd, LOCK_UN), `SETLKW n=2 fh=101 owner=Y start=0 end=${END} type=2 pid=0 lk_flags=1`);
    const copy = m.does((t) => dup(t, fd));
    m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y');
    m.does((t) => close(t, copy), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=2 lo=Y');
  });

  test('is told of flock at the last close even when it refused every lock', () => {
    const { m, fd } = opened(BOTH, { errors: { SETLK: EAGAIN } });
    m.fails(
      EAGAIN,
      (t) => flock(t, fd, LOCK_EX | LOCK_NB),
      `SETLK n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=1`,
    );
    m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=2 lo=Y');
  });

  test('hears nothing of a lock that the file is not open for', () => {
    const { m, fd } = opened(BOTH, {}, O_RDONLY);
    m.fails(EBADF, (t) => fcntlLock(t, fd, F_SETLK, lock(F_WRLCK)));
  });

  test('is asked again after ENOSYS, which is what the caller gets', () => {
    const { m, fd } = opened(BOTH, { errors: { SETLK: ENOSYS, GETLK: ENOSYS } });
    for (let times = 0; times < 2; times++) {
      m.fails(
        ENOSYS,
        (t) => fcntlLock(t, fd, F_SETLK, lock(F_WRLCK)),
        `SETLK n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=0`,
      );
      m.fails(
        ENOSYS,
        (t) => fcntlLock(t, fd, F_GETLK, lock(F_WRLCK)),
        `GETLK n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=0 lk_flags=0`,
      );
    }
  });

  test('knows a process by the same owner in SETLK and FLUSH, and an open file by another', () => {
    const { m, fd } = opened(BOTH);
    const thread = m.thread();
    const posix = m.superblock.lockOwner(thread);
    expect(m.superblock.lockOwnerId(thread.process.fds)).toBe(posix);
    expect(m.superblock.lockOwnerId(thread.process.fds.file(fd))).not.toBe(posix);
  });
});

describe('what the server says is in the way', () => {
  const answered = (type: number, start: bigint, end: bigint) =>
    opened(BOTH, { answers: { GETLK: { body: { lk: { type, start, end, pid: 77 } } } } });

  test.each([
    ['a range', F_RDLCK, 5n, 9n, { type: F_RDLCK, whence: SEEK_SET, start: 5n, len: 5n, pid: 77 }],
    [
      'a range without end',
      F_WRLCK,
      5n,
      2n ** 63n - 1n,
      { type: F_WRLCK, whence: SEEK_SET, start: 5n, len: 0n, pid: 77 },
    ],
    ['nothing, whatever range stands beside it', F_UNLCK, 9n, 5n, { ...lock(F_WRLCK, 3n, 4n), type: F_UNLCK }],
  ])('may be %s', (_name, type, start, end, expected) => {
    const { m, fd } = answered(type, start, end);
    expect(m.run((t) => fcntlLock(t, fd, F_GETLK, lock(F_WRLCK, 3n, 4n)))).toEqual(expected);
  });

  test('shows no process to who asks about an OFD lock', () => {
    const { m, fd } = answered(F_WRLCK, 0n, 1n);
    expect(m.run((t) => fcntlLock(t, fd, F_OFD_GETLK, lock(F_WRLCK)))).toMatchObject({ pid: -1 });
  });

  test.each([
    ['ends before it begins', F_RDLCK, 9n, 8n],
    ['begins behind the largest offset', F_RDLCK, 2n ** 63n, 2n ** 63n],
    ['ends behind the largest offset', F_WRLCK, 0n, 2n ** 63n],
    ['has a type that is none', 7, 0n, 1n],
  ])('is EIO when it %s', (_name, type, start, end) => {
    const { m, fd } = answered(type, start, end);
    const { result } = m.trace((t) => fcntlLock(t, fd, F_GETLK, lock(F_WRLCK)));
    expect(result).toBe(EIO);
  });
});

describe('a server that keeps one kind alone', () => {
  test('hears of POSIX locks and not of flock', () => {
    const { m, fd } = opened(['POSIX_LOCKS']);
    m.does((t) => flock(t, fd, LOCK_EX));
    m.does(
      (t) => fcntlLock(t, fd, F_SETLK, lock(F_WRLCK)),
      `SETLK n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=0`,
    );
    m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  });

  test('hears of flock and not of POSIX locks', () => {
    const { m, fd } = opened(['FLOCK_LOCKS']);
    m.does((t) => fcntlLock(t, fd, F_SETLK, lock(F_WRLCK)));
    m.does((t) => flock(t, fd, LOCK_EX), `SETLKW n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=1`);
  });

  test('hears of flock by POSIX_LOCKS when it speaks a protocol before 7.17', () => {
    const { m, fd } = opened(BOTH, { features: BOTH, init: { minor: 16, flags: 2 } });
    m.does((t) => flock(t, fd, LOCK_EX), `SETLKW n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=1`);
  });
});

test('a server that keeps none hears nothing of locks', () => {
  const { m, fd } = opened([]);
  const other = m.run((t) => open(t, '/f', O_RDWR));
  m.does((t) => flock(t, fd, LOCK_EX));
  m.fails(EAGAIN, (t) => flock(t, other, LOCK_EX | LOCK_NB));
  m.does((t) => fcntlLock(t, fd, F_SETLK, lock(F_WRLCK)));
  m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  m.does((t) => flock(t, other, LOCK_EX | LOCK_NB));
});

describe('who waits for the server to give a lock', () => {
  const waiting = () => {
    const { m, fd } = opened(BOTH, { hold: ['SETLKW'] });
    const wait = () => m.start((t) => fcntlLock(t, fd, F_SETLKW, lock(F_WRLCK)));
    return { m, wait };
  };

  test('has it when the server answers', () => {
    const { m, wait } = waiting();
    const running = wait();
    expect(running.end()).toBeUndefined();
    m.server.letGo();
    m.settle();
    expect(running.end()).toEqual(lock(F_WRLCK));
  });

  test('lets the server know of a signal, gets EINTR by its answer, and may ask once more', () => {
    const { m, wait } = waiting();
    const running = wait();
    m.server.takeLog();
    running.task.signal('signal');
    m.settle();
    expect(m.server.takeLog()).toEqual(['INTERRUPT n=0']);
    expect(running.end()).toBeUndefined();
    m.server.script.errors = { SETLKW: EINTR };
    m.server.answerHeld(0);
    m.settle();
    expect(running.end()).toBe(EINTR);
    m.server.script.errors = {};
    const again = wait();
    expect(m.server.takeLog()).toEqual([`SETLKW n=2 fh=101 owner=Y start=0 end=${END} type=1 pid=Y lk_flags=0`]);
    m.server.letGo();
    m.settle();
    expect(again.end()).toEqual(lock(F_WRLCK));
  });

  test('gets error 512 by an answer of EINTR without a signal, which Linux does not translate', () => {
    const { m, fd } = opened(BOTH, { errors: { SETLK: EINTR } });
    const { result } = m.trace((t) => fcntlLock(t, fd, F_SETLK, lock(F_WRLCK)));
    expect(result).toMatchObject({ number: 512 });
  });

  test('is not freed by a fatal signal before the server has answered', () => {
    const { m, wait } = waiting();
    const running = wait();
    running.task.signal('killed');
    m.settle();
    expect(running.end()).toBeUndefined();
    m.server.letGo();
    m.settle();
    expect(running.end()).toEqual(lock(F_WRLCK));
  });
});
