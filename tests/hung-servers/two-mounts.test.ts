import { expect, test } from 'vitest';
import type { Errno } from '../../src/abi/errno.ts';
import { decodeRequestHeader } from '../../src/abi/message.ts';
import { opcodeOf } from '../../src/abi/opcodes.ts';
import { Connection } from '../../src/fuse/connection.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { Kernel } from '../../src/kernel.ts';
import type { Process } from '../../src/process/process.ts';
import { Thread } from '../../src/process/thread.ts';
import { memory } from '../../src/server/memory.ts';
import { Session } from '../../src/server/session.ts';
import { mkdir } from '../../src/syscalls/mkdir.ts';
import { creat } from '../../src/syscalls/open.ts';
import { rename } from '../../src/syscalls/rename.ts';
import { stat } from '../../src/syscalls/stat.ts';
import { sync } from '../../src/syscalls/sync.ts';
import { chdir } from '../../src/syscalls/working-directory.ts';
import type { Blocking } from '../../src/task/blocking.ts';
import { VirtualClock } from '../../src/task/clock.ts';
import { credentialsOf } from '../../src/task/credentials.ts';
import { InProcessTransport } from '../../src/transport/in-process.ts';
import { walk } from '../../src/vfs/walk.ts';

// One kernel, two file systems: what is stuck in one, is nothing to the other.

const ROOT = credentialsOf(0, 0);

/** A file system in memory whose server answers until it is told to keep requests of a kind. */
class Side {
  readonly connection: Connection;
  readonly superblock: FuseSuperblock;
  stuck: string | null = null;
  held = 0;

  constructor(kernel: Kernel, dev: number) {
    this.connection = new Connection({ scheduler: kernel.scheduler, name: `server ${dev}` });
    this.superblock = new FuseSuperblock(this.connection, dev);
    const transport = new InProcessTransport(kernel, this.connection, (send) => {
      const session = new Session(memory(), { send });
      return {
        receive: (message) => {
          const isHeld = opcodeOf(decodeRequestHeader(message).opcode)?.name === this.stuck;
          if (isHeld) this.held++;
          else session.receive(message);
        },
        close: () => session.close(),
      };
    });
    this.connection.start();
    transport.start();
  }
}

class TwoMounts {
  readonly kernel = new Kernel({ clock: new VirtualClock() });
  readonly above = new Side(this.kernel, 1);
  readonly below = new Side(this.kernel, 2);
  readonly process: Process;

  constructor() {
    const root = this.kernel.mountRoot(this.above.superblock);
    this.process = this.kernel.createProcess(root, { pid: 100 });
    for (const name of ['/m', '/a', '/b']) this.run((task) => mkdir(task, name, 0o755));
    const at = this.run((task) => walk(task, this.process, null, '/m', { follow: true }));
    this.kernel.mountAt(this.below.superblock, at);
    for (const name of ['/m/a', '/m/b']) this.run((task) => mkdir(task, name, 0o755));
    for (const name of ['/a/f', '/m/a/f']) this.run((task) => creat(task, name, 0o644));
  }

  /** A call that ends. */
  run<T>(code: (task: Thread) => Blocking<T>): T {
    return this.kernel.runSync(this.process, ROOT, code);
  }

  /** A call that may stay asleep: undefined then. */
  start(code: (task: Thread) => Blocking<unknown>): { end: unknown } {
    const task = new Thread(this.kernel.scheduler, this.process, ROOT);
    const running: { end: unknown } = { end: undefined };
    this.kernel.scheduler.start(task, code(task), (result) => {
      try {
        running.end = result() ?? 'done';
      } catch (error) {
        running.end = (error as Errno).code;
      }
    });
    this.kernel.scheduler.run();
    return running;
  }
}

test.each([
  ['LOOKUP', (task: Thread) => stat(task, '/m/new')],
  ['MKDIR', (task: Thread) => mkdir(task, '/m/new', 0o755)],
  ['RENAME', (task: Thread) => rename(task, '/m/a/f', '/m/b/f')],
] as const)('a %s that is stuck in one mount holds nothing up in the other', (opcode, call) => {
  const two = new TwoMounts();
  two.below.stuck = opcode;
  const stuck = two.start(call);
  expect([stuck.end, two.below.held]).toEqual([undefined, 1]);
  expect(two.run((task) => rename(task, '/a/f', '/b/f'))).toBeUndefined();
  expect(two.run((task) => mkdir(task, '/c', 0o755))).toBeUndefined();
  expect(two.run((task) => stat(task, '/b/f'))).toMatchObject({ size: 0 });
  expect(two.run((task) => chdir(task, '/m/a'))).toBeUndefined();
  expect(two.run((task) => stat(task, '../../b/f'))).toMatchObject({ size: 0 });
  expect(two.run((task) => sync(task))).toBeUndefined();
  expect(stuck.end).toBeUndefined();
  two.below.connection.abort();
  two.kernel.scheduler.run();
  expect(stuck.end).toBe('ECONNABORTED');
  expect(two.run((task) => stat(task, '/b/f'))).toMatchObject({ size: 0 });
});
