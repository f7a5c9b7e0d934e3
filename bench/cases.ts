import type { Case } from './case.ts';
import { createWriteUnlink, rename } from './cases/create.ts';
import { openClose, openReadClose } from './cases/open-read-close.ts';
import { randomReads } from './cases/random.ts';
import { readdirCases } from './cases/readdir.ts';
import { sequential } from './cases/sequential.ts';
import { statCases } from './cases/stat.ts';
import { tracing } from './cases/tracing.ts';
import { walks } from './cases/walk.ts';

/** Everything that is measured with every subject. */
export const cases: readonly Case[] = [
  ...statCases,
  ...openReadClose,
  openClose,
  createWriteUnlink,
  rename,
  ...readdirCases,
  ...walks,
  ...sequential,
  randomReads,
  tracing,
];

/** What is measured once, and not of every subject. */
export const inodeMemoryCase = { name: 'inode-memory', title: 'bytes that a cached inode takes' };

/** What of it all a run measures. */
export interface Chosen {
  readonly cases: readonly Case[];
  readonly inodeMemory: boolean;
}

/**
 * What begins with one of these names; everything when there is none.
 *
 * @throws TypeError for a beginning that nothing has
 */
export function choose(beginnings: readonly string[]): Chosen {
  const names = [...cases, inodeMemoryCase].map(({ name }) => name);
  const unknown = beginnings.find((beginning) => !names.some((name) => name.startsWith(beginning)));
  if (unknown !== undefined) throw new TypeError(`--case ${unknown}: there is no such case`);
  const isChosen = ({ name }: { readonly name: string }): boolean =>
    beginnings.length === 0 || beginnings.some((beginning) => name.startsWith(beginning));
  return { cases: cases.filter(isChosen), inodeMemory: isChosen(inodeMemoryCase) };
}
