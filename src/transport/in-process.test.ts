import { expect, test } from 'vitest';
import { ECONNABORTED, EINTR, EINVAL, ENOENT, ENOTCONN, type Errno } from '../abi/errno.ts';
import { encodeError } from '../abi/message.ts';
import { READLINK } from '../abi/opcodes.ts';
import { Connection, type Reply } from '../fuse/connection.ts';
import { Kernel } from '../kernel.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { Session } from '../server/session.ts';
import { VirtualClock } from '../task/clock.ts';
import { credentialsOf } from '../task/credentials.ts';
import { runAsync, runSync } from '../task/drive.ts';
import { Task } from '../task/task.ts';
import { type Endpoint, InProcessTransport } from './in-process.ts';

/** A kernel on virtual time, pumped by hand, with one connection that a server here serves. */
class Rig {
  readonly kernel = new Kernel({ clock: new VirtualClock() });
  readonly connection = new Connection({ scheduler: this.kernel.scheduler, name: 'here' });
  readonly transport: InProcessTransport;
  readonly log: string[] = [];
  send: (reply: Uint8Array) => void = () => {};
  endpointIsClosed = false;

  constructor(server: FuseServer) {
    this.transport = new InProcessTransport(this.kernel, this.connection, (send): Endpoint => {
      this.send = send;
      const session = new Session(server, { send, log: (line) => this.log.push(line) });
      return {
        receive: (message) => session.receive(message),
        close: () => {
          this.endpointIsClosed = true;
          session.close();
        },
      };
    });
    this.connection.start();
    this.transport.start();
    this.kernel.scheduler.run();
  }

  newTask(): Task {
    return new Task(this.kernel.scheduler, 1, credentialsOf(0, 0));
  }

  /** A READLINK under way. */
  readlink(nodeid: bigint): Promise<Reply<undefined> | Errno> {
    const task = this.newTask();
    const end = runAsync(task, this.connection.ask(task, READLINK, nodeid, { room: 100 }));
    this.kernel.scheduler.run();
    return end;
  }

  readlinkSync(nodeid: bigint): Reply<undefined> | Errno {
    const task = this.newTask();
    return runSync(task, this.connection.ask(task, READLINK, nodeid, { room: 100 }), () => false);
  }
}

const textOf = (end: Reply<unknown> | Errno): string => new TextDecoder().decode((end as Reply<unknown>).data);

test('a server that answers at once answers a synchronous call, without any event loop', () => {
  const rig = new Rig({ readlink: ({ nodeid }) => `target ${nodeid}` });
  expect(textOf(rig.readlinkSync(10n))).toBe('target 10');
  expect(rig.transport.expectsProgress).toBe(false);
});

test('a request of a task that was killed before is taken back, and the server does not see it', async () => {
  const seen: bigint[] = [];
  const rig = new Rig({ readlink: ({ nodeid }) => `target ${seen.push(nodeid)}` });
  const task = rig.newTask();
  task.signal('killed');
  const end = runAsync(task, rig.connection.ask(task, READLINK, 10n, { room: 100 }));
  rig.kernel.scheduler.run();
  expect(await end).toBe(EINTR);
  expect(seen).toEqual([]);
  expect(textOf(rig.readlinkSync(11n))).toBe('target 1');
});

test('a server that answers later answers a promise', async () => {
  const rig = new Rig({ readlink: async () => 'later' });
  const end = rig.readlink(10n);
  await new Promise((resolve) => setImmediate(resolve));
  rig.kernel.scheduler.run();
  expect(textOf(await end)).toBe('later');
});

test('a synchronous call to a server that answers later is a deadlock with its request by name', () => {
  const rig = new Rig({ readlink: async () => 'too late' });
  expect(() => rig.readlinkSync(10n)).toThrow(/^deadlock: .*READLINK 4 on here/);
});

test('closing ends the server, what is under way and what comes', async () => {
  const rig = new Rig({ readlink: () => new Promise(() => {}) });
  const end = rig.readlink(10n);
  rig.transport.close();
  rig.transport.close();
  rig.kernel.scheduler.run();
  expect(await end).toBe(ECONNABORTED);
  expect(rig.endpointIsClosed).toBe(true);
  await expect(rig.readlink(11n)).rejects.toBe(ENOTCONN);
  expect([...rig.kernel.scheduler.tasks]).toEqual([]);
});

test('an abort ends the task that serves, and late replies are lost in silence', async () => {
  const rig = new Rig({ readlink: () => new Promise(() => {}) });
  const end = rig.readlink(10n);
  rig.connection.abort();
  rig.kernel.scheduler.run();
  expect(await end).toBe(ECONNABORTED);
  expect(() => rig.send(encodeError(4, ENOENT))).not.toThrow();
  expect([...rig.kernel.scheduler.tasks]).toEqual([]);
});

test('a reply that the device refuses is the error of the one who sent it', () => {
  const rig = new Rig({});
  expect(() => rig.send(encodeError(4242, ENOENT))).toThrow(ENOENT);
  expect(() => rig.send(new Uint8Array(3))).toThrow(EINVAL);
  expect(rig.connection.state).toBe('connected');
});

test('who asks a server that answers at once never sleeps, whatever was queued before', () => {
  const heard: bigint[] = [];
  const rig = new Rig({
    readlink: ({ nodeid }) => `target ${nodeid}`,
    forget: (nodeid) => void heard.push(nodeid),
  });
  rig.connection.forget(7n, 1);
  const task = rig.newTask();
  const step = rig.connection.ask(task, READLINK, 10n, { room: 100 }).next();
  expect(step.done === true && textOf(step.value)).toBe('target 10');
  rig.kernel.scheduler.run();
  expect(heard).toEqual([7n]);
});

test('a call that a server makes of itself while it answers is a deadlock, and its request comes afterwards', () => {
  const asked: bigint[] = [];
  let thrown: unknown = null;
  const rig = new Rig({
    readlink: ({ nodeid }) => {
      asked.push(nodeid);
      if (nodeid !== 10n) return 'inner';
      try {
        rig.readlinkSync(11n);
      } catch (error) {
        thrown = error;
      }
      return 'outer';
    },
  });
  expect(textOf(rig.readlinkSync(10n))).toBe('outer');
  expect(String(thrown)).toContain('deadlock');
  rig.kernel.scheduler.run();
  expect(asked).toEqual([10n, 11n]);
});
