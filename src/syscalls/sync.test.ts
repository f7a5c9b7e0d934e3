import { expect, test } from 'vitest';
import { EIO } from '../abi/errno.ts';
import { O_CREAT, O_RDWR } from '../abi/linux.ts';
import { sleep } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { mkdir } from './mkdir.ts';
import { open } from './open.ts';
import { write } from './read-write.ts';
import { fdatasync, fsync, sync, syncfs } from './sync.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

table({
  'files and directories are synced, however they were opened': `
    open f O_CREAT|O_RDWR 0644 -> $f
    open f O_RDONLY -> $r
    open . O_RDONLY -> $d
    fsync $f
    fdatasync $r
    fsync $d
    syncfs $r
    syncfs $d`,
  'what is no open file is EBADF': `
    open . O_PATH -> $p
    fsync 99 -> EBADF
    fdatasync 99 -> EBADF
    syncfs 99 -> EBADF
    fsync $p -> EBADF
    fdatasync $p -> EBADF
    syncfs $p -> EBADF`,
});

/** A machine with an open file. */
function withFile(): { machine: Machine; fd: number } {
  const machine = new Machine();
  return { machine, fd: machine.run((task) => open(task, '/f', O_CREAT | O_RDWR, 0o644)) };
}

test('each call is one operation of the file, or of the file system it is in', () => {
  const { machine, fd } = withFile();
  expect(machine.logOf((task) => fsync(task, fd))).toEqual(['fsync']);
  expect(machine.logOf((task) => fdatasync(task, fd))).toEqual(['fdatasync']);
  expect(machine.logOf((task) => syncfs(task, fd))).toEqual(['syncfs']);
});

test('a write waits for a sync of its file to end', () => {
  const { machine, fd } = withFile();
  const queue = new WaitQueue();
  let isDone = false;
  machine.tree.before = function* (task, operation) {
    if (operation === 'fsync') yield* sleep(task, queue, () => isDone, 'the disk', 'killed');
  };
  const syncing = machine.start((task) => fsync(task, fd));
  const writing = machine.start((task) => write(task, fd, new Uint8Array(1)));
  expect([machine.tree.log.at(-1), writing.end()]).toEqual(['fsync', undefined]);
  isDone = true;
  queue.wake();
  machine.scheduler.run();
  expect([syncing.end(), writing.end()]).toEqual([undefined, 1]);
  expect(machine.tree.log.at(-1)).toBe('write 0 1');
});

test('sync goes to all file systems that are mounted, from wherever it is called', () => {
  const machine = new Machine();
  machine.run((task) => mkdir(task, '/m', 0o755));
  machine.mount('/m');
  const mounted = machine.run((task) => open(task, '/m/f', O_CREAT | O_RDWR, 0o644));
  const tree = machine.run(function* (task) {
    yield* syncfs(task, mounted);
    return task.process.fds.file(mounted).inode.superblock;
  });
  expect(machine.tree.log).not.toContain('syncfs');
  expect(machine.logOf(sync)).toEqual(['syncfs']);
  expect(tree).toMatchObject({ log: expect.arrayContaining(['syncfs', 'syncfs']) });
});

test('an error of a file system is told by syncfs, and not by sync', () => {
  const { machine, fd } = withFile();
  machine.tree.before = function* (_task, operation) {
    if (operation === 'syncfs') throw EIO;
  };
  expect(machine.failureOf((task) => syncfs(task, fd))).toBe(EIO);
  expect(machine.run(sync)).toBeUndefined();
});
