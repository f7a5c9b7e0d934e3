import { expect, test } from 'vitest';
import { FUSE_ROOT_ID } from '../../abi/fuse.ts';
import * as op from '../../abi/opcodes.ts';
import { memory } from '../memory.ts';
import { TestClient } from '../testing/client.ts';
import { Files } from '../testing/files.ts';

/** A client that has a removed file open, and the free counts that it sees. */
function clientOf(server: ReturnType<typeof memory>) {
  const client = TestClient.of(server);
  const files = new Files(client);
  const free = (): number => client.get(op.STATFS, { nodeid: FUSE_ROOT_ID }).st.ffree;
  return { client, files, free };
}

test('what a client had not given back when it went away takes no space any more', () => {
  const server = memory();
  const gone = clientOf(server);
  const before = gone.free();
  gone.files.create(FUSE_ROOT_ID, 'kept');
  gone.files.create(FUSE_ROOT_ID, 'removed');
  gone.files.unlink(FUSE_ROOT_ID, 'removed');
  expect(gone.free()).toBe(before - 2);
  gone.client.session.close();

  const next = clientOf(server);
  expect(next.free()).toBe(before - 1);
  expect(next.files.list(FUSE_ROOT_ID)).toContain('kept');
});

test('what one of two clients uses stays when the other goes away', () => {
  const server = memory();
  const [gone, stays] = [clientOf(server), clientOf(server)];
  const { nodeid } = stays.files.create(FUSE_ROOT_ID, 'f');
  stays.files.unlink(FUSE_ROOT_ID, 'f');
  gone.client.session.close();
  expect(stays.files.stat(nodeid).nlink).toBe(0);
});
