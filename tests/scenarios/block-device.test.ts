import { OWNER } from './read-requests.ts';
import { attributes, entry, fails, LONG, ok, opened, S_IFDIR, S_IFREG } from './replies.ts';
import {
  answers,
  asked,
  call,
  lookedUp,
  type Moves,
  polls,
  readFails,
  reads,
  unmounted,
  unmounts,
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

const onDevice = { blockSize: 1024 };

const fileOpened: Moves = call('open /f O_RDONLY -> $f', [
  lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }))),
  asked('OPEN', 5, { fields: { flags: 0x8000 } }, ok(opened(9))),
]);

scenario('FIBMAP asks for the place of a block of 4096 bytes', {
  mount: onDevice,
  moves: [
    fileOpened,
    call(String.raw`ioctl $f FIBMAP \x07\x00\x00\x00 -> 0 9\x05\x00\x00`, [
      asked('BMAP', 5, { fields: { block: 7, blocksize: 4096 } }, ok(pack('bmap_out', { block: 1337 }))),
    ]),
    call(String.raw`ioctl $f FIBMAP \x07\x00\x00\x00 -> 0 \x00\x00\x00\x00`, [
      asked('BMAP', 5, { fields: { block: 7, blocksize: 4096 } }, fails('EIO')),
    ]),
    call(String.raw`ioctl $f FIBMAP \x07\x00\x00\x00 -> ERANGE`, [
      asked('BMAP', 5, { fields: { block: 7, blocksize: 4096 } }, ok(pack('bmap_out', { block: 2 ** 31 }))),
    ]),
    call(String.raw`ioctl $f FIBMAP \x00\x00\x00\x80 -> EINVAL`),
    call(String.raw`ioctl $f FIGETBSZ \x00\x00\x00\x00`, [], /x10/),
    call(String.raw`ioctl $f FIBMAP \x07\x00\x00\x00 -> 0 \x00\x00\x00\x00`, [
      asked('BMAP', 5, { fields: { block: 7, blocksize: 4096 } }, fails('ENOSYS')),
    ]),
    call(String.raw`ioctl $f FIBMAP \x07\x00\x00\x00 -> 0 \x00\x00\x00\x00`, []),
  ],
});

scenario('syncfs(2) sends SYNCFS for the root', {
  mount: onDevice,
  moves: [
    fileOpened,
    call('syncfs $f -> 0', [asked('SYNCFS', 1, {}, ok())]),
    call('syncfs $f -> EIO', [asked('SYNCFS', 1, {}, fails('EIO'))]),
    call('syncfs $f -> 0', [asked('SYNCFS', 1, {}, fails('ENOSYS'))]),
    call('syncfs $f -> 0', []),
  ],
});

scenario('umount(2) sends DESTROY and waits for the answer, whatever it is', {
  mount: onDevice,
  moves: [
    call('lstat /f', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }))),
    ]),
    unmounts,
    reads('DESTROY', 0),
    polls('OUT'),
    answers('DESTROY', fails('ENOSYS')),
    unmounted,
    readFails('ENODEV'),
    polls('ERR'),
  ],
});

scenario('umount(2) sends no DESTROY before INIT is answered', {
  init: 'told',
  mount: onDevice,
  moves: [reads('INIT', 0), unmounts, unmounted, readFails('ENODEV')],
});

scenario('without a block device there is no BMAP, no SYNCFS and no DESTROY', {
  moves: [
    fileOpened,
    call(String.raw`ioctl $f FIBMAP \x07\x00\x00\x00 -> 0 \x00\x00\x00\x00`),
    call('syncfs $f -> 0'),
    call('close $f -> 0', [asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok())]),
    asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8000 } }, ok()),
    unmounts,
    unmounted,
    readFails('ENODEV'),
    polls('ERR'),
  ],
});

scenario('close(2) does not wait for RELEASE', {
  mount: onDevice,
  moves: [
    fileOpened,
    call('close $f -> 0', [asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok())]),
    reads('RELEASE', 5, { fields: { fh: 9, flags: 0x8000 } }),
    call('stat /', [asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 })))]),
    answers('RELEASE', ok()),
  ],
});

scenario("a file that tells no block size shows the device's", {
  mount: onDevice,
  moves: [
    call(
      'stat / ->',
      [asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)))],
      /blksize=1024 /,
    ),
    call('stat / ->', [], /blksize=1024 /),
    call(
      'stat /f ->',
      [
        lookedUp(
          1,
          'f',
          ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, attrValid: LONG, attributes: { blksize: 3000 } })),
        ),
      ],
      /blksize=2048 /,
    ),
  ],
});
