import type { Table } from '../assertion.ts';
import { creation } from '../creation.ts';
import { each, make, remove, TYPES } from '../files.ts';
import { making, withoutInodes } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';

/** What mkfifo(3) is on Linux. */
const at = (path: string, mode = '0644'): string => `mknod ${path} 001${mode} 0`;

/** mkfifo(3). */
export const mkfifo: Table = {
  call: 'mkfifo',
  assertions: [
    ...creation({ covers: ['mkfifo/00'], type: 'fifo', steps: (who, path, mode) => `${who}${at(path, mode)}` }),
    ...making({ suite: 'mkfifo', calls: [{ type: 'fifo', perm: '0644', at }] }),
    withoutInodes('mkfifo/11', at('new')),
    readOnly(['mkfifo/08'], [at('r/new')]),
    {
      name: 'there is a file of any type: EEXIST',
      covers: ['mkfifo/09'],
      steps: each(TYPES, (type) => `${make(type, 'f')}\n${at('f')} -> EEXIST\n${remove(type, 'f')}`),
    },
  ],
};
