import { expect, test } from 'vitest';
import { encodeRequest, NEWEST } from '../abi/message.ts';
import { INIT, WRITE } from '../abi/opcodes.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { Session } from '../server/session.ts';
import { RequestMemory } from './request-memory.ts';

const asker = { nodeid: 1n, uid: 0, gid: 0, pid: 1 };

/** A session whose WRITEs come through one memory, and what they bring. */
function writing(write: NonNullable<FuseServer['write']>) {
  const session = new Session({ write }, { send: () => {} });
  const memory = new RequestMemory(10_000);
  const pass = (message: Uint8Array): void => {
    memory.bytes.set(message);
    memory.pass(message.length, session);
  };
  const offer = { major: 7, minor: 45, max_readahead: 0, flags: 0, flags2: 0 };
  pass(encodeRequest(INIT, { ...asker, unique: 2, body: offer }, NEWEST));
  const body = { fh: 0n, offset: 0, write_flags: 0, lock_owner: 0n, flags: 0 };
  const send = (unique: number, data: Uint8Array): void => {
    const request = { ...asker, unique, body: { ...body, size: data.length }, data };
    pass(encodeRequest(WRITE, request, session.protocol ?? NEWEST));
  };
  return { memory, send };
}

const filled = (value: number): Uint8Array => new Uint8Array(4096).fill(value);

test('a long request that is answered at once is not copied', () => {
  const seen: ArrayBufferLike[] = [];
  const { memory, send } = writing((_, data) => {
    seen.push(data.buffer);
    return data.length;
  });
  const { buffer } = memory.bytes;
  send(4, filled(1));
  send(6, filled(2));
  expect(seen).toEqual([buffer, buffer]);
  expect(seen.every((each) => each === buffer)).toBe(true);
});

test('what a server has yet to answer stays as it came, whatever comes behind', async () => {
  const kept: Uint8Array[] = [];
  const answers: (() => void)[] = [];
  const { send } = writing((_, data) => {
    kept.push(data);
    return new Promise((resolve) => answers.push(() => resolve(data.length)));
  });
  for (let value = 1; value <= 5; value++) {
    send(2 + 2 * value, filled(value));
    if (value === 3) for (const answer of answers) answer();
    await Promise.resolve();
  }
  expect(kept).toEqual([1, 2, 3, 4, 5].map(filled));
});
