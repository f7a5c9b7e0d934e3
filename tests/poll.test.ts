import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { expect, test } from 'vitest';
import { FUSE_POLL_SCHEDULE_NOTIFY } from '../src/abi/fuse.ts';
import { POLLIN, S_IFDIR, S_IFREG } from '../src/abi/linux.ts';
import { mount } from '../src/mount.ts';
import type { Client } from '../src/server/client.ts';
import type { FuseServer } from '../src/server/fuse-server.ts';
import { attrReply, entryReply } from '../src/server/replies.ts';
import { open } from '../src/syscalls/open.ts';
import { poll } from '../src/syscalls/poll.ts';

/** A server of one file, ready from the first rise on. */
function gauge() {
  let client: Client | null = null;
  let revents = 0;
  let kh: bigint | null = null;
  let hear = (): void => {};
  const asked = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const server: FuseServer = {
    init(_offer, notified) {
      client = notified;
      return {};
    },
    lookup: () => entryReply(2n, { ino: 2n, mode: S_IFREG | 0o666 }),
    getattr: ({ nodeid }) => attrReply({ ino: nodeid, mode: nodeid === 1n ? S_IFDIR | 0o755 : S_IFREG | 0o666 }),
    open: () => ({}),
    poll({ body }) {
      if ((body.flags & FUSE_POLL_SCHEDULE_NOTIFY) !== 0) kh = body.kh;
      hear();
      return revents;
    },
  };
  const rise = async (): Promise<void> => {
    revents = POLLIN;
    if (kh !== null) await client?.pollWakeup(kh);
  };
  return { server, asked, rise };
}

test('a poll of a mounted file sleeps until the server tells that it is ready', async () => {
  const { server, asked, rise } = gauge();
  await using mounted = await mount(server);
  const { kernel, process, credentials } = mounted;
  const fd = await kernel.run(process, credentials, (task) => open(task, '/f', 0));
  const one = { fd, events: POLLIN, revents: 0 };
  const polled = kernel.run(process, credentials, (task) => poll(task, [one], -1));
  await asked;
  await rise();
  expect([await polled, one.revents]).toEqual([1, POLLIN]);
});

test('a poll on a stack of its own ends by the clock', async () => {
  const { server } = gauge();
  await using mounted = await mount(server);
  const { kernel, process, credentials } = mounted;
  const fd = kernel.runSync(process, credentials, (task) => open(task, '/f', 0));
  const one = { fd, events: POLLIN, revents: 0 };
  expect(kernel.runSync(process, credentials, (task) => poll(task, [one], 5))).toBe(0);
});

test('a program that awaits a poll with a time lives until then, and no longer', () => {
  const program = path.join(import.meta.dirname, 'awaited-poll-main.ts');
  const hook = path.join(import.meta.dirname, '../scripts/run-typescript.mjs');
  const { stdout, status } = spawnSync(process.execPath, ['--import', hook, program], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect([stdout, status]).toEqual(['0 ready\n', 0]);
});
