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
