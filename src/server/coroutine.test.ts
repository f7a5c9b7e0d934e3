import { describe, expect, test } from 'vitest';
import { EAGAIN, EINTR, EIO, ENOENT } from '../abi/errno.ts';
import * as op from '../abi/opcodes.ts';
import { Condition } from './condition.ts';
import { awaited, type Coroutine } from './coroutine.ts';
import type { FuseServer, RequestOf } from './fuse-server.ts';
import { bytes, TestClient } from './testing/client.ts';

const reading = { fh: 0n, offset: 0, size: 100, read_flags: 0, lock_owner: 0n, flags: 0 };
const writing = (size: number) => ({ fh: 0n, offset: 0, size, write_flags: 0, lock_owner: 0n, flags: 0 });

/** Reads wait for writes. */
class Pipe implements FuseServer {
  readonly #arrived = new Condition();
  #content: number[] = [];
  readonly events: string[] = [];

  *read({ body }: RequestOf<'READ'>): Coroutine<Uint8Array> {
    try {
      yield* this.#arrived.until(() => this.#content.length > 0);
      return Uint8Array.from(this.#content.splice(0, body.size));
    } finally {
      this.events.push('read over');
    }
  }

  /** Wakes before it has changed anything, and again in the middle. */
  write(_: RequestOf<'WRITE'>, data: Uint8Array): number {
    this.#arrived.wake();
    for (const byte of data) {
      this.#content.push(byte);
      this.#arrived.wake();
    }
    this.events.push('written');
    return data.length;
  }

  destroy(): void {
    this.events.push('destroyed');
  }
}

const read = (client: TestClient): number => client.send(op.READ, { body: reading });
const write = (client: TestClient, text: string): void => {
  client.get(op.WRITE, { body: writing(text.length), data: bytes(text) });
};
const readReply = (client: TestClient, unique: number) => client.reply(op.READ as op.Opcode<never>, unique, 100);
const interrupt = (client: TestClient, unique: number): number => client.send(op.INTERRUPT, { body: { unique } });

describe('a coroutine that waits for a Condition', () => {
  test('is answered without the event loop, when the method that woke it has returned', () => {
    const pipe = new Pipe();
    const client = TestClient.of(pipe);
    const unique = read(client);
    expect(client.messages).toHaveLength(0);
    write(client, 'written');
    expect(readReply(client, unique)).toMatchObject({ data: bytes('written') });
    expect(pipe.events).toEqual(['written', 'read over']);
  });

  test('looks again in the order of arrival', () => {
    const client = TestClient.of(new Pipe());
    const first = read(client);
    const second = read(client);
    write(client, '1');
    expect(readReply(client, first)).toMatchObject({ data: bytes('1') });
    write(client, '2');
    expect(readReply(client, second)).toMatchObject({ data: bytes('2') });
  });

  test('is woken through another session of the same server, and not before that one is done', () => {
    const pipe = new Pipe();
    const [reader, writer] = [TestClient.of(pipe), TestClient.of(pipe)];
    const unique = read(reader);
    write(writer, 'across');
    expect(readReply(reader, unique)).toMatchObject({ data: bytes('across') });
  });

  test('gets EINTR when its request is interrupted, and no other does', () => {
    const client = TestClient.of(new Pipe());
    const first = read(client);
    const second = read(client);
    interrupt(client, first);
    expect(readReply(client, first)).toBe(EINTR);
    write(client, 'x');
    expect(readReply(client, second)).toMatchObject({ data: bytes('x') });
    expect(client.log).toEqual([]);
  });

  test('may catch EINTR, and is then not interrupted again', () => {
    const never = new Condition();
    const open = new Condition();
    const client = TestClient.of({
      *fsync() {
        try {
          yield never;
        } catch (error) {
          expect(error).toBe(EINTR);
          yield open;
        }
      },
      unlink: () => open.wake(),
    });
    const unique = client.send(op.FSYNC, { body: { fh: 0n, fsync_flags: 0 } });
    interrupt(client, unique);
    interrupt(client, 999);
    expect(client.messages).toHaveLength(0);
    client.get(op.UNLINK, { names: ['a'] });
    expect(client.reply(op.FSYNC as op.Opcode<never>, unique)).toMatchObject({ body: undefined });
  });

  test('ends at the end of the session: finally runs, before destroy, and nothing is answered', () => {
    const pipe = new Pipe();
    const client = TestClient.of(pipe);
    read(client);
    read(client);
    client.session.close();
    expect(pipe.events).toEqual(['read over', 'read over', 'destroyed']);
    expect(client.messages).toHaveLength(0);
    expect(client.log).toEqual([]);
  });

  test('may end the session itself', () => {
    const end = new Condition();
    const events: string[] = [];
    const client: TestClient = TestClient.of({
      *access() {
        try {
          client.session.close();
          events.push('closed');
          yield end;
        } finally {
          events.push('finally');
        }
      },
      destroy: () => void events.push('destroyed'),
    });
    client.send(op.ACCESS, { body: { mask: 0 } });
    expect(events).toEqual(['closed', 'finally', 'destroyed']);
  });

  test('waits for a lock as SETLKW does', () => {
    let owner: bigint | null = null;
    const released = new Condition();
    const client = TestClient.of({
      setlk({ body }) {
        if (body.lk.type === 2) {
          owner = null;
          released.wake();
        } else {
          if (owner !== null) throw EAGAIN;
          owner = body.owner;
        }
      },
      *setlkw({ body }) {
        yield* released.until(() => owner === null);
        owner = body.owner;
      },
    });
    const lk = (who: bigint, type: number) => ({
      body: { fh: 0n, owner: who, lk: { start: 0n, end: 9n, type, pid: 1 }, lk_flags: 0 },
    });
    client.get(op.SETLK, lk(1n, 1));
    const second = client.send(op.SETLKW, lk(2n, 1));
    const third = client.send(op.SETLKW, lk(3n, 1));
    expect(client.messages).toHaveLength(0);
    client.get(op.SETLK, lk(1n, 2));
    expect(client.reply(op.SETLKW as op.Opcode<never>, second)).toMatchObject({ body: undefined });
    expect(client.messages).toHaveLength(0);
    interrupt(client, third);
    expect(client.reply(op.SETLKW as op.Opcode<never>, third)).toBe(EINTR);
    expect(client.ask(op.SETLK, lk(4n, 1))).toBe(EAGAIN);
  });
});

describe('a coroutine that waits for a promise', () => {
  test('gets its value, or what it rejects with', async () => {
    const client = TestClient.of({
      *read() {
        const first: string = yield* awaited(Promise.resolve('a'));
        const second = yield Promise.resolve('b');
        try {
          yield* awaited(Promise.reject(ENOENT));
        } catch (error) {
          return `${first}${second}${error === ENOENT ? 'c' : '?'}`;
        }
        return '';
      },
    });
    const unique = read(client);
    await new Promise(setImmediate);
    expect(readReply(client, unique)).toMatchObject({ data: bytes('abc') });
  });

  test('is not disturbed by an interrupt, which comes at the next wait for a Condition', async () => {
    const steps: string[] = [];
    const client = TestClient.of({
      *read(request) {
        yield Promise.resolve();
        steps.push(`aborted ${request.interrupted.aborted}`);
        yield new Condition();
        return '';
      },
    });
    const unique = read(client);
    interrupt(client, unique);
    await new Promise(setImmediate);
    expect(steps).toEqual(['aborted true']);
    expect(readReply(client, unique)).toBe(EINTR);
  });

  test('ends at the end of the session, whatever becomes of the promise', async () => {
    const steps: string[] = [];
    let settle = (): void => {};
    const client = TestClient.of({
      *read() {
        try {
          yield new Promise<void>((resolve) => (settle = resolve));
          steps.push('never');
        } finally {
          yield Promise.resolve();
          steps.push('cleaned up');
        }
        return '';
      },
    });
    read(client);
    client.session.close();
    settle();
    await new Promise(setImmediate);
    expect(steps).toEqual(['cleaned up']);
    expect(client.messages).toHaveLength(0);
  });
});

describe('a coroutine that waits for nothing', () => {
  test('is answered at once, and its throw is its errno', () => {
    const client = TestClient.of({
      *unlink(_, name) {
        if (name === 'absent') throw ENOENT;
      },
    });
    expect(client.ask(op.UNLINK, { names: ['a'] })).toMatchObject({ body: undefined });
    expect(client.ask(op.UNLINK, { names: ['absent'] })).toBe(ENOENT);
  });

  test('or for what nobody can wait for, gets a TypeError, and its client EIO', () => {
    const client = TestClient.of({
      *unlink(): Generator<never, void, unknown> {
        yield 5 as never;
      },
    });
    expect(client.ask(op.UNLINK, { names: ['a'] })).toBe(EIO);
    expect(client.log).toEqual([expect.stringMatching(/UNLINK failed: TypeError: a coroutine yields .* not number 5/)]);
  });
});

test('an async generator, which would never run, is EIO and a line in the log', () => {
  const client = TestClient.of({
    // @ts-expect-error no method may be one
    async *unlink() {},
  });
  expect(client.ask(op.UNLINK, { names: ['a'] })).toBe(EIO);
  expect(client.log).toEqual([expect.stringMatching(/^UNLINK failed: unlink\(\) answered badly: an async generator/)]);
});

test('what a method throws that wakes others does not keep them from their turn', () => {
  const condition = new Condition();
  const client = TestClient.of({
    *fsync() {
      yield condition;
    },
    unlink: () => {
      condition.wake();
      throw ENOENT;
    },
  });
  const unique = client.send(op.FSYNC, { body: { fh: 0n, fsync_flags: 0 } });
  expect(client.ask(op.UNLINK, { names: ['a'] })).toBe(ENOENT);
  expect(client.reply(op.FSYNC as op.Opcode<never>, unique)).toMatchObject({ body: undefined });
});

test('a Condition woken from outside of any request lets waiters go on at once', () => {
  const condition = new Condition();
  const client = TestClient.of({
    *statfs() {
      yield condition;
      return { blocks: 1 };
    },
  });
  client.send(op.STATFS);
  condition.wake();
  expect(client.messages).toHaveLength(1);
});
