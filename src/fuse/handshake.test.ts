import { expect, test } from 'vitest';
import { ECONNREFUSED, EIO, ENOENT, ENOTCONN } from '../abi/errno.ts';
import { featuresOf, flagWords, initFlags } from '../abi/init-flags.ts';
import { decodeRequest, NEWEST } from '../abi/message.ts';
import { DESTROY, FLUSH, INIT, READ, RELEASE } from '../abi/opcodes.ts';
import { DEFAULT_OFFER } from './init.ts';
import { endOf, offering, Rig, rawReply, thrownBy } from './testing/rig.ts';

test('INIT is request 2 of nobody on no node, in the newest format', () => {
  const rig = new Rig();
  rig.connection.start();
  const received = rig.receive();
  expect(received?.header).toMatchObject({
    len: 104,
    opcode: INIT.number,
    unique: 2,
    nodeid: 0n,
    uid: 0,
    gid: 0,
    pid: 0,
  });
  const { body } = decodeRequest(INIT, received?.message as Uint8Array, NEWEST);
  expect(body).toMatchObject({ major: 7, minor: 45, max_readahead: 131_072, ...flagWords(DEFAULT_OFFER) });
});

test('until INIT is answered everything else waits, and INIT alone can be read', () => {
  const rig = new Rig();
  rig.connection.start();
  const tasks = [10n, 11n, 12n].map((nodeid) => rig.readlink(nodeid));
  const background = rig.begin((task) =>
    rig.connection.callBackground(task, READ, 13n, { body: readBody, room: 16 }, () => {}),
  );
  expect(tasks.map(({ task }) => task.sleep?.why)).toEqual(Array(3).fill('INIT of scripted'));
  expect([...tasks, background].map(({ task }) => task.sleep?.queue)).toEqual(
    Array(4).fill(rig.connection.initialized),
  );
  expect(rig.connection.waiting).toBe(5);
  expect(rig.receiveAll()).toEqual(['INIT']);
  expect(rig.connection.state).toBe('starting');

  rig.answerInit();
  expect(rig.connection.state).toBe('connected');
  expect([rig.receive(), rig.receive(), rig.receive()].map((received) => received?.header.nodeid)).toEqual([
    10n,
    11n,
    12n,
  ]);
  expect(rig.receiveAll()).toEqual(['READ']);
});

const readBody = { fh: 0n, offset: 0, size: 16, read_flags: 0, lock_owner: 0n, flags: 0 };

test('of tasks that wait for INIT a signal is nothing, and a fatal one is EINTR', () => {
  const rig = new Rig();
  rig.connection.start();
  const [asked, killed] = [rig.readlink(1n), rig.readlink(2n)];
  asked.task.signal('signal');
  killed.task.signal('killed');
  rig.scheduler.run();
  expect([endOf(asked), endOf(killed)]).toEqual(['waits', 'EINTR']);
  expect(rig.connection.waiting).toBe(2);
  rig.receive();
  rig.answerInit();
  expect(rig.receive()?.header.nodeid).toBe(1n);
});

test('before INIT is answered nothing that is forced gets through: there is no server to tell', () => {
  const rig = new Rig();
  rig.connection.start();
  let released: unknown;
  rig.connection.send(RELEASE, 1n, { body: releaseBody }, { onReply: (result) => (released = result) });
  rig.connection.forget(1n, 1);
  const destroy = rig.begin((task) => rig.connection.call(task, DESTROY, 0n));
  expect(destroy.end).toBe(ENOTCONN);
  expect(released).toBe(ENOTCONN);
  expect(rig.receiveAll()).toEqual(['INIT']);
  expect(rig.connection.waiting).toBe(1);
});

const releaseBody = { fh: 0n, flags: 0, release_flags: 0, lock_owner: 0n };

test.each([
  ['an error', { unique: 2, error: -5 }, null],
  ['an empty body', { unique: 2 }, null],
  ['a body of 65 bytes', { unique: 2, body: 65 }, 'EINVAL'],
  ['a body with an error', { unique: 2, error: -1, body: 64 }, 'EINVAL'],
] as const)('%s in answer to INIT makes every waiter fail with ECONNREFUSED, now and later', (_, reply, thrown) => {
  const rig = new Rig();
  rig.connection.start();
  rig.receive();
  const waiters = Array.from({ length: 3 }, (_, i) => rig.readlink(BigInt(i)));
  const error = thrownBy(() => rig.file.write(rawReply(reply)));
  expect((error as { code: string } | null)?.code ?? null).toBe(thrown);
  rig.scheduler.run();
  expect(waiters.map(({ end }) => end)).toEqual(Array(3).fill(ECONNREFUSED));
  expect(rig.readlink(9n).end).toBe(ECONNREFUSED);
  expect(rig.begin((task) => rig.connection.call(task, FLUSH, 1n, { body: flushBody })).end).toBe(ECONNREFUSED);
  expect(rig.connection.state).toBe('refused');
  expect(rig.connection.failure).toMatch(/INIT|major/);
  expect(rig.connection.waiting).toBe(0);
  expect(rig.receiveAll()).toEqual([]);
});

const flushBody = { fh: 0n, lock_owner: 0n };

test.each([0, 6, 8])('major %d is refused', (major) => {
  const rig = Rig.connected({}, { major });
  expect(rig.connection.state).toBe('refused');
  expect(rig.connection.failure).toBe('it speaks another major version');
});

test('a refused connection whose server goes is ENOTCONN', () => {
  const rig = Rig.connected({}, { major: 8 });
  rig.file.close();
  expect(rig.readlink(1n).end).toBe(ENOTCONN);
});

test('a wrong error in answer to INIT leaves it waiting for another', () => {
  const rig = new Rig();
  rig.connection.start();
  rig.receive();
  expect(thrownBy(() => rig.file.write(rawReply({ unique: 2, error: -512 })))).not.toBeNull();
  expect(rig.connection.state).toBe('starting');
  rig.answerInit();
  expect(rig.connection.state).toBe('connected');
});

test('an INIT that its reader has no room for is the end of the connection, not a hang', () => {
  const rig = new Rig();
  rig.connection.start();
  const waiter = rig.readlink(1n);
  expect(rig.file.take(103)).toBeNull();
  rig.scheduler.run();
  expect(waiter.end).toBe(ECONNREFUSED);
  expect(rig.connection.failure).toContain(EIO.code);
});

test('a server that answers INIT too late is refused, and its answer comes to nothing', () => {
  const rig = new Rig({ initTimeout: 5000 });
  rig.connection.start();
  const waiter = rig.readlink(1n);
  rig.receive();
  rig.advance(4999);
  expect(endOf(waiter)).toBe('waits');
  rig.advance(1);
  expect(waiter.end).toBe(ECONNREFUSED);
  expect(rig.connection.failure).toBe('it did not answer INIT within 5 s');
  expect(thrownBy(() => rig.answerInit())).toBe(ENOENT);
  expect(rig.connection.device.completions.size).toBe(0);
});

test('once INIT is answered its deadline is gone', () => {
  const rig = Rig.connected({ initTimeout: 5000 });
  expect(rig.scheduler.nextTimer).toBeNull();
  rig.advance(10_000);
  expect(rig.connection.state).toBe('connected');
});

test('the end of a connection takes the deadline of INIT along', () => {
  const rig = new Rig({ initTimeout: 5000 });
  rig.connection.start();
  rig.connection.abort();
  expect(rig.scheduler.nextTimer).toBeNull();
  expect(rig.connection.state).toBe('aborted');
});

test.each(initFlags.map(({ name }) => name))('%s holds when it was offered and accepted, and not otherwise', (name) => {
  const both = flagWords([name, 'INIT_EXT']);
  expect(Rig.connected(offering(name, 'INIT_EXT'), both).connection.features[name]).toBe(true);
  if (name !== 'INIT_EXT') {
    expect(Rig.connected(offering('INIT_EXT'), both).connection.features[name]).toBe(false);
    expect(Rig.connected(offering(name, 'INIT_EXT'), flagWords(['INIT_EXT'])).connection.features[name]).toBe(false);
  }
});

test('flags that a server sets for a protocol below 7.6 do not count', () => {
  const everything = { flags: 0xffffffff, flags2: 0xffffffff };
  expect(Rig.connected({}, { ...everything, minor: 5 }).connection.features).toEqual(featuresOf(0, 0));
  expect(Rig.connected({}, { ...everything, minor: 6 }).connection.features.BIG_WRITES).toBe(true);
});

test.each([
  { minor: 5, locks: false, flock: false, exported: false },
  { minor: 8, locks: true, flock: true, exported: false },
  { minor: 16, locks: true, flock: true, exported: true },
  { minor: 17, locks: true, flock: false, exported: true },
])(
  'at minor $minor POSIX_LOCKS and EXPORT_SUPPORT in the reply mean what they meant then',
  ({ minor, ...expected }) => {
    const flags = ['POSIX_LOCKS', 'FLOCK_LOCKS', 'EXPORT_SUPPORT'] as const;
    const rig = Rig.connected(offering(...flags), { minor, ...flagWords(['POSIX_LOCKS', 'EXPORT_SUPPORT']) });
    const { POSIX_LOCKS, FLOCK_LOCKS, EXPORT_SUPPORT } = rig.connection.features;
    expect({ locks: POSIX_LOCKS, flock: FLOCK_LOCKS, exported: EXPORT_SUPPORT }).toEqual(expected);
  },
);
