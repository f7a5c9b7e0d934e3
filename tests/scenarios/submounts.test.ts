import { entry, LONG, ok, S_IFDIR } from './replies.ts';
import { call, forgotten, lookedUp } from './scenario.ts';
import { scenario } from './scenarios.ts';

// FUSE_ATTR_SUBMOUNT marks a directory that a client may show as a mount of its own. Linux has such mounts for virtio-fs alone.

const SUBMOUNT = 1;

const submount = (entryValid: number) =>
  ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid, attrValid: LONG, attributes: { flags: SUBMOUNT } }));

scenario('a directory that is said to be a submount is looked up twice each time, and the first one is given back', {
  moves: [
    call('stat /d', [lookedUp(1, 'd', submount(0))], /^mode=040755 /),
    call('stat /d', [lookedUp(1, 'd', submount(0)), lookedUp(1, 'd', submount(0))], /^mode=040755 /),
    forgotten(4, 1),
    forgotten(4, 1),
    call('stat /d', [lookedUp(1, 'd', submount(0)), lookedUp(1, 'd', submount(0))], /^mode=040755 /),
    forgotten(4, 1),
    forgotten(4, 1),
  ],
});

scenario('a directory that is said to be a submount is not looked up while its name is valid', {
  moves: [call('stat /d', [lookedUp(1, 'd', submount(LONG))]), call('stat /d', [], /^mode=040755 /)],
});

scenario('a directory that was said to be a submount is none any more when a reply says nothing of it', {
  moves: [
    call('stat /d', [lookedUp(1, 'd', submount(0))]),
    call('stat /d', [
      lookedUp(1, 'd', ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG }))),
    ]),
    call('stat /d'),
  ],
});
