import type { Case } from '../case.ts';
import type { Fs } from '../place.ts';
import { again, awaited, together } from './turns.ts';

/** stat(2) of one path, one at a time and many. */
const statOf = (fs: Fs, path: string) => ({
  sync: again(() => fs.statSync(path)),
  promise: awaited(() => fs.promises.stat(path)),
  '64 promises': together(() => fs.promises.stat(path)),
});

/** stat(2) of a name that is not there; Node's own way to say so costs an Error. */
const absenceOf = (fs: Fs, path: string) => ({
  sync: again(() => fs.statSync(path, { throwIfNoEntry: false })),
  promise: awaited(() => fs.promises.stat(path).catch(() => null)),
  '64 promises': together(() => fs.promises.stat(path).catch(() => null)),
});

/** Attributes by path: from the caches, and asked for again each time. */
export const statCases: readonly Case[] = [
  {
    name: 'getattr',
    title: 'stat of the root, not cached: one GETATTR',
    setup: 'uncached',
    unit: 'calls',
    prepare: async ({ fs, root }) => statOf(fs, `${root}/`),
  },
  {
    name: 'stat-uncached',
    title: 'stat of a file, not cached',
    setup: 'uncached',
    unit: 'calls',
    prepare: async ({ fs, root, source }) => {
      source.fs.writeFileSync(`${source.root}/file`, '');
      return statOf(fs, `${root}/file`);
    },
  },
  {
    name: 'stat-cached',
    title: 'stat of a file, cached',
    setup: 'cached',
    unit: 'calls',
    prepare: async ({ fs, root, source }) => {
      source.fs.writeFileSync(`${source.root}/file`, '');
      return statOf(fs, `${root}/file`);
    },
  },
  {
    name: 'stat-absent',
    title: 'stat of a name that is not there, not cached',
    setup: 'uncached',
    unit: 'calls',
    prepare: async ({ fs, root }) => absenceOf(fs, `${root}/absent`),
  },
  {
    name: 'stat-absent-cached',
    title: 'stat of a name that is not there, cached where the server allows it',
    setup: 'cached',
    unit: 'calls',
    prepare: async ({ fs, root }) => absenceOf(fs, `${root}/absent`),
  },
];
