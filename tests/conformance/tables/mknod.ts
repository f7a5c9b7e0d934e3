import type { Assertion, Table } from '../assertion.ts';
import { creation } from '../creation.ts';
import { each, make, remove, TYPES } from '../files.ts';
import { making } from '../path-errors.ts';
import { readOnly } from '../read-only.ts';
import { OWNER } from '../users.ts';

/** Device 1:2, as dev_t. */
const DEVICE = 258;

/** Types and how their modes begin. */
const DEVICES = [
  ['block', '006'],
  ['char', '002'],
] as const;

const fifo = (path: string, mode = '0644'): string => `mknod ${path} 001${mode} 0`;
const device = (format: string, path: string, mode = '0644'): string => `mknod ${path} ${format}${mode} ${DEVICE}`;

const devices: Assertion[] = DEVICES.flatMap(([type, format]) => [
  {
    name: `a ${type} device has the numbers that were asked for`,
    covers: ['mknod/11'],
    steps: `
      ${device(format, 'f', '0755')}
      lstat f -> type=${type} perm=0755 rdev=${DEVICE}
      mknod f ${format}0777 772 -> EEXIST
      lstat f -> type=${type} perm=0755 rdev=${DEVICE}
      unlink f
    `,
  },
  ...creation({
    covers: ['mknod/11'],
    type,
    steps: (who, path, mode) => `${who}${device(format, path, mode)}`,
  }).filter(({ name }) => name.includes('times')),
]);

/** mknod(2). */
export const mknod: Table = {
  call: 'mknod',
  assertions: [
    ...creation({ covers: ['mknod/00'], type: 'fifo', steps: (who, path, mode) => `${who}${fifo(path, mode)}` }),
    ...making({
      suite: 'mknod',
      calls: [
        { type: 'fifo', perm: '0644', at: fifo },
        ...DEVICES.map(([type, format]) => ({ type, perm: '0644', at: (path: string) => device(format, path) })),
      ],
    }),
    {
      name: 'there is a file of any type: EEXIST',
      covers: ['mknod/08'],
      steps: each(
        TYPES,
        (type) => `
          ${make(type, 'f')}
          ${each(DEVICES, ([, format]) => `${device(format, 'f')} -> EEXIST`)}
          ${fifo('f')} -> EEXIST
          ${remove(type, 'f')}
        `,
      ),
    },
    ...devices,
    {
      name: 'a device is made by root alone: EPERM',
      covers: [],
      steps: `mkdir d 0777\n${each(DEVICES, ([, format]) => `${OWNER} ${device(format, 'd/f')} -> EPERM`)}`,
    },
    readOnly([], [fifo('r/new'), device('006', 'r/block'), device('002', 'r/char')]),
  ],
};
