import { expect, test } from 'vitest';
import { Tree } from '../syscalls/testing/tree.ts';
import { VirtualClock } from '../task/clock.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Scheduler } from '../task/scheduler.ts';
import { Dentry } from '../vfs/dentry.ts';
import { Mount, Path } from '../vfs/mount.ts';
import { Process } from './process.ts';
import { Thread } from './thread.ts';

function rootOfTree() {
  const tree = new Tree();
  return new Path(new Mount(tree, tree.root, null), tree.root);
}

test('root and working directory are held until others take their place', () => {
  const root = rootOfTree();
  const process = new Process(root, { pid: 7 });
  const place = new Path(root.mount, new Dentry(null, 'place'));
  process.cwd = place;
  expect(process.cwd).toBe(place);
  expect(place.dentry.isBusy).toBe(true);
  process.cwd = root;
  expect(place.dentry.isBusy).toBe(false);
  process.release();
  root.release();
  expect(root.dentry.isBusy).toBe(false);
});

test('the umask is 022 unless told otherwise', () => {
  expect(new Process(rootOfTree(), { pid: 7 }).umask).toBe(0o022);
  expect(new Process(rootOfTree(), { pid: 7, umask: 0 }).umask).toBe(0);
});

test('the first thread has the pid as its tid', () => {
  const process = new Process(rootOfTree(), { pid: 7 });
  const scheduler = new Scheduler(new VirtualClock());
  expect(new Thread(scheduler, process, credentialsOf(0, 0)).tid).toBe(7);
  expect(new Thread(scheduler, process, credentialsOf(0, 0), 8).tid).toBe(8);
});
