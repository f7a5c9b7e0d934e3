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

/**
 * The cases whose names begin with one of these; all when there is none.
 *
 * @throws TypeError for a beginning that no case has
 */
export function casesNamed(beginnings: readonly string[]): readonly Case[] {
  const unknown = beginnings.find((beginning) => !cases.some(({ name }) => name.startsWith(beginning)));
  if (unknown !== undefined) throw new TypeError(`--case ${unknown}: there is no such case`);
  return cases.filter(({ name }) => beginnings.length === 0 || beginnings.some((one) => name.startsWith(one)));
}
