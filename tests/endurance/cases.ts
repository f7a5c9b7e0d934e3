import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { Case } from './case.ts';
import { rsync, tar } from './cases/copies.ts';
import { crowd } from './cases/crowd.ts';
import { git } from './cases/git.ts';
import { install } from './cases/install.ts';
import { randomIo } from './cases/random-io.ts';
import { sqlite } from './cases/sqlite.ts';

/** Everything that a mounted server must survive. */
export const cases: readonly Case[] = [randomIo, git, install, tar, rsync, sqlite, crowd];

/** Which of the programs that a case runs this machine lacks. */
export const missingPrograms = ({ needs }: Case): string[] => needs.filter((name) => !isOnPath(name));

const isOnPath = (name: string): boolean =>
  (process.env.PATH ?? '').split(path.delimiter).some((directory) => {
    try {
      accessSync(path.join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
