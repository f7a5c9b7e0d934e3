import type { Table } from '../assertion.ts';
import { creation } from '../creation.ts';
import { each, make, remove, TYPES } from '../files.ts';
import { making, withoutInodes } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';

/** mkdir(2). */
export const mkdir: Table = {
  call: 'mkdir',
  assertions: [
    ...creation({ covers: ['mkdir/00'], type: 'dir', steps: (who, path, mode) => `${who}mkdir ${path} ${mode}` }),
    ...making({
      suite: 'mkdir',
      calls: [{ type: 'dir', perm: '0755', at: (path) => `mkdir ${path} 0755` }],
    }),
    withoutInodes('mkdir/11', 'mkdir new 0755'),
    readOnly(['mkdir/09'], ['mkdir r/new 0755']),
    {
      name: 'there is a file of any type: EEXIST',
      covers: ['mkdir/10'],
      steps: each(TYPES, (type) => `${make(type, 'f')}\nmkdir f 0755 -> EEXIST\n${remove(type, 'f')}`),
    },
  ],
};
