import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Errno } from '../../src/abi/errno.ts';
import { Connection } from '../../src/fuse/connection.ts';
import { parseMountData } from '../../src/fusefs/options.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { Kernel } from '../../src/kernel.ts';
import { openFuseDevice, tryReadRequest, writeReply } from '../../src/linux/fuse-device.ts';
import { MNT_DETACH, mountLater, umountLater } from '../../src/linux/mounts.ts';
import { closeDescriptor } from '../../src/linux/sockets.ts';
import { Thread } from '../../src/process/thread.ts';
import { statfs } from '../../src/syscalls/statfs.ts';
import { VirtualClock } from '../../src/task/clock.ts';
import { credentialsOf } from '../../src/task/credentials.ts';
import { initOut } from './init.ts';
import { mountingProblem } from './linux-world.ts';
import { LoopDevice, loopProblem } from './loop-device.ts';
import { ok, replyMessage } from './replies.ts';

import { pack } from './wire-format.ts';

// mount(2) of FUSE: its options, and one device mounted twice. gVisor gives EINVAL for the same options.

const room = new Uint8Array(1 << 20);

const GOOD = 'rootmode=40000,user_id=0,group_id=0';

type Type = 'fuse' | 'fuseblk';

async function onLinux(options: string, type: Type): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'fusewire-mounting-'));
  const fd = openFuseDevice();
  const device = type === 'fuse' ? null : LoopDevice.make();
  try {
    const data = options.replace('FD', String(fd));
    const source = device?.path ?? 'scenario';
    await mountLater({ source, target: directory, type: `${type}.scenario`, flags: 0, data });
    await umountLater(directory, MNT_DETACH);
    return 'mounted';
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  } finally {
    closeDescriptor(fd);
    rmdirSync(directory);
    device?.remove();
  }
}

function onFusewire(options: string, type: Type): string {
  try {
    parseMountData(options.replace('FD', '3'), type);
    return 'mounted';
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  }
}

test.for([
  [`fd=FD,${GOOD}`, 'mounted'],
  [`fd=FD,${GOOD},max_read=4096,allow_other,default_permissions`, 'mounted'],
  [`fd=FD,${GOOD},max_read=1`, 'mounted'],
  [`fd=FD,${GOOD},user_id=1`, 'mounted'],
  [`fd=FDx,${GOOD}`, 'EINVAL'],
  [`fd=,${GOOD}`, 'EINVAL'],
  [`fd,${GOOD}`, 'EINVAL'],
  [GOOD, 'EINVAL'],
  ['fd=FD,user_id=0,group_id=0', 'EINVAL'],
  ['fd=FD,rootmode=40000,group_id=0', 'EINVAL'],
  ['fd=FD,rootmode=40000,user_id=0', 'EINVAL'],
  ['fd=FD,rootmode=0,user_id=0,group_id=0', 'EINVAL'],
  ['fd=FD,rootmode=8,user_id=0,group_id=0', 'EINVAL'],
  ['fd=FD,rootmode=40000,user_id=4294967295,group_id=0', 'EINVAL'],
  ['fd=FD,rootmode=40000,user_id=-1,group_id=0', 'EINVAL'],
  [`fd=FD,${GOOD},allow_other=1`, 'EINVAL'],
  [`fd=FD,${GOOD},blksize=512`, 'EINVAL'],
  [`fd=FD,${GOOD},allow_root`, 'EINVAL'],
  [`fd=FD,${GOOD},nonsense`, 'EINVAL'],
] as const)('mount options %s are %s', async ([options, result], context) => {
  const problem = mountingProblem();
  if (problem === null) expect(await onLinux(options, 'fuse'), 'Linux').toBe(result);
  expect(onFusewire(options, 'fuse'), 'Fusewire').toBe(result);
  context.skip(problem !== null, `on Fusewire alone: ${problem}`);
});

test.for([
  [`fd=FD,${GOOD}`, 'mounted'],
  [`fd=FD,${GOOD},blksize=512`, 'mounted'],
  [`fd=FD,${GOOD},blksize=4096`, 'mounted'],
  [`fd=FD,${GOOD},blksize=256`, 'EINVAL'],
  [`fd=FD,${GOOD},blksize=1000`, 'EINVAL'],
  [`fd=FD,${GOOD},blksize=8192`, 'EINVAL'],
  [`fd=FD,${GOOD},blksize=0`, 'EINVAL'],
] as const)('mount options %s of a block device are %s', async ([options, result], context) => {
  const problem = mountingProblem() ?? loopProblem();
  if (problem === null) expect(await onLinux(options, 'fuseblk'), 'Linux').toBe(result);
  expect(onFusewire(options, 'fuseblk'), 'Fusewire').toBe(result);
  context.skip(problem !== null, `on Fusewire alone: ${problem}`);
});

const twice = 'one device mounted in two places is one file system with one INIT';

test(`${twice}, on Linux`, async (context) => {
  const problem = mountingProblem();
  context.skip(problem !== null, problem ?? '');
  const places = ['a-', 'b-'].map((name) => mkdtempSync(path.join(tmpdir(), `fusewire-twice-${name}`)));
  const fd = openFuseDevice();
  try {
    for (const target of places) {
      await mountLater({ source: 'scenario', target, type: 'fuse', flags: 0, data: `fd=${fd},${GOOD}` });
    }
    expect(tryReadRequest(fd, room)).toBe(104);
    writeReply(fd, replyMessage(ok(initOut()), 2));
    expect(tryReadRequest(fd, room)).toBeNull();
    await umountLater(places[0] as string, 0);
    expect(tryReadRequest(fd, room)).toBeNull();
    await umountLater(places[1] as string, 0);
    expect(() => tryReadRequest(fd, room)).toThrow();
  } finally {
    closeDescriptor(fd);
    for (const target of places) {
      await umountLater(target, MNT_DETACH).catch(() => undefined);
      rmdirSync(target);
    }
  }
});

test(`${twice}, on Fusewire`, () => {
  const kernel = new Kernel({ clock: new VirtualClock() });
  const connection = new Connection({ scheduler: kernel.scheduler, name: 'scripted' });
  const file = connection.device.open();
  const superblock = new FuseSuperblock(connection, 42);
  const roots = [kernel.mountRoot(superblock), kernel.mountRoot(superblock)];
  connection.start();
  kernel.scheduler.run();
  expect(file.read(room)).toBe(104);
  file.write(replyMessage(ok(initOut()), 2));
  expect(file.hasWork).toBe(false);
  for (const [at, root] of roots.entries()) {
    const thread = new Thread(kernel.scheduler, kernel.createProcess(root, { pid: 100 }), credentialsOf(0, 0));
    let size = 0;
    kernel.scheduler.start(thread, statfs(thread, '/'), (result) => {
      size = result().bsize;
    });
    kernel.scheduler.run();
    expect(file.read(room)).toBe(40);
    file.write(replyMessage(ok(pack('statfs_out', { bsize: 512 + at })), 4 + 2 * at));
    kernel.scheduler.run();
    expect(size).toBe(512 + at);
  }
});
