// A program that does nothing but await a poll(2) that nothing comes to, for a tenth of a second.
import { POLLIN, S_IFDIR, S_IFREG } from '../src/abi/linux.ts';
import { mount } from '../src/mount.ts';
import type { FuseServer } from '../src/server/fuse-server.ts';
import { attrReply, entryReply } from '../src/server/replies.ts';
import { open } from '../src/syscalls/open.ts';
import { poll } from '../src/syscalls/poll.ts';

const server: FuseServer = {
  lookup: () => entryReply(2n, { ino: 2n, mode: S_IFREG | 0o666 }),
  getattr: ({ nodeid }) => attrReply({ ino: nodeid, mode: nodeid === 1n ? S_IFDIR | 0o755 : S_IFREG | 0o666 }),
  open: () => ({}),
  poll: () => 0,
};
const { kernel, process: own, credentials } = await mount(server);
const fd = await kernel.run(own, credentials, (task) => open(task, '/f', 0));
const ready = await kernel.run(own, credentials, (task) => poll(task, [{ fd, events: POLLIN, revents: 0 }], 100));
console.log(`${ready} ready`);
