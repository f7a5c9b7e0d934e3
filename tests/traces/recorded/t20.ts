import type { Trace } from '../trace.ts';

const NO_MEMORY = 'mmap(2): Fusewire has no memory of processes';

/** Writes through memory that is mapped, with the writeback cache. */
export const t20: Trace = {
  name: 't20',
  covers: 'writes through memory that is mapped, with the writeback cache',
  mounts: [
    {
      title: 'munmap and umount',
      play: [{ labels: ['munmap', 'umount with dirty', 'mmap write'], because: NO_MEMORY }],
    },
  ],
};
