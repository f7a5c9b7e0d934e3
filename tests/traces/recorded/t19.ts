import { BASE } from '../settings.ts';
import type { Trace } from '../trace.ts';

const PASSTHROUGH = 'FUSE_PASSTHROUGH: Fusewire does not offer it, there being no files of the host below it';

/** Passthrough, and what waits for data of the writeback cache. */
export const t19: Trace = {
  name: 't19',
  covers: 'passthrough, and what waits for data of the writeback cache',
  mounts: [
    {
      title: 'passthrough',
      play: [
        {
          labels: [
            'open ioctl',
            'open ioctl: dir',
            'open ioctl: flags=1',
            'open ioctl: badfd',
            'open ioctl: /dev/null',
            'close 99',
            'close 0',
            'open passthrough',
            'pread',
            'pwrite',
            'fstat',
            'pwrite ext @20000',
            'fstat after it',
            'pread past server size',
            'the backing file',
            'fsync',
            'fallocate',
            'lseek data',
            'ftruncate',
            '2nd open w/o passthrough flag',
            '2nd open DIRECT_IO only',
            '2nd open PASSTHROUGH|DIRECT_IO',
            'pread goes to server',
            'PASSTHROUGH|KEEP_CACHE',
            'bad backing id',
            'close',
            'cached open after last passthrough closed',
            'passthrough open while cached open',
            'close id',
            'PASSTHROUGH + WRITEBACK',
          ],
          because: PASSTHROUGH,
        },
      ],
    },
    {
      title: 'writeback sync/syncfs',
      server: { flags: [...BASE, 'WRITEBACK_CACHE'], entryValid: 100, attrValid: 100 },
      play: [
        `
        ~
          open /f O_CREAT|O_RDWR 0777 -> $fd
        `,
        {
          labels: ['syncfs with WRITE held', 'sync with WRITE held', 'fsync', 'their ends'],
          because: 'the calls are made by processes that have one open between them, by fork(2)',
        },
      ],
    },
  ],
};
