import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import type { Case } from './case.ts';
import { rsync, tar } from './cases/copies.ts';
import { crowd } from './cases/crowd.ts';
import { git } from './cases/git.ts';
import { install } from './cases/install.ts';
import { randomIo } from './cases/random-io.ts';
import { sqlite } from './cases/sqlite.ts';
import { repository } from './world.ts';

/** Everything that a mounted server must survive. */
export const cases: readonly Case[] = [randomIo, git, install, tar, rsync, sqlite, crowd];

/** Why a case cannot run here, or null when it can. */
export function whyNotHere({ needs }: Case): string | null {
  const missing = needs.filter((name) => !isOnPath(name));
  if (missing.length > 0) return `this machine has no ${missing.join(', ')}`;
  return needs.includes('git') && !existsSync(path.join(repository, '.git')) ? 'this is no git checkout' : null;
}

const isOnPath = (name: string): boolean =>
  (process.env.PATH ?? '').split(path.delimiter).some((directory) => {
    try {
      accessSync(path.join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
