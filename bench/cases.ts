import type { Case } from './case.ts';
import { createWriteUnlink, rename } from './cases/create.ts';
import { openClose, openReadClose } from './cases/open-read-close.ts';
import { sequential } from './cases/sequential.ts';
import { statCases } from './cases/stat.ts';

/** Everything that is measured. */
export const cases: readonly Case[] = [
  ...statCases,
  ...openReadClose,
  openClose,
  createWriteUnlink,
  rename,
  ...sequential,
];
