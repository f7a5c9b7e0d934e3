/** Steps in which Fusewire does not ask what Linux asks. A step that comes to the same must leave this list. */
export interface KnownDifference {
  /** The trace's name and its mount's title. */
  readonly mount: string;
  readonly reason: string;
  /** By their labels; of several with one label the second is `label #2`. */
  readonly steps: readonly string[];
}

/** What may take set-id bits away. */
const SET_ID_STEPS = [
  ...['uid1000 write', 'uid1000 write 2nd time', 'uid1000 truncate', 'uid1000 ftruncate', 'uid1000 O_TRUNC'],
  ...['uid1000 chown', 'uid1000 fallocate', 'root write', 'root chown'],
];

/** Everything in which Fusewire is known to differ. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    mount: 't8 / all',
    reason: 'there is no writeback cache',
    steps: [
      'pwrite 100@0',
      'pwrite 100@100',
      'fstat',
      'fsync',
      'pwrite 10@50',
      'close',
      'pwrite 10@20 (partial, uncached)',
      'pwrite 10@5000 (beyond eof)',
      'close #2',
      'append 10',
      'append 10 #2',
      'ftruncate 100',
      'fchmod',
      'futimes',
      'write',
      'utimes now',
      'write #2',
      'link (ctime)',
      'setxattr',
      'rename',
      'unlink',
      'close #3',
      'truncate path to 50',
      'open O_TRUNC',
      'pwrite 10MB? 1MB',
      'fdatasync',
      'utime force attr refresh; fstat',
      'pread',
      'write (server ENOSPC)',
      'fsync #2',
      'fsync again',
      'write #3',
      'close #5',
    ],
  },
  {
    mount: 't11 / set-user-ID bits, HANDLE_KILLPRIV_V2 and WRITEBACK_CACHE',
    reason: 'there is no writeback cache',
    steps: SET_ID_STEPS,
  },
  {
    mount: 't11 / set-user-ID bits, WRITEBACK_CACHE',
    reason: 'there is no writeback cache',
    steps: SET_ID_STEPS,
  },
  { mount: 't21 / time_gran', reason: 'there is no writeback cache', steps: ['time_gran'] },
  { mount: 't25 / all', reason: 'there is no writeback cache', steps: ['write', 'syncfs'] },
];
