import * as fs from 'node:fs';
import path from 'node:path';
import { repository, type World } from './world.ts';

const CONFIGURATION = `[user]
  name = Endurance
  email = endurance@localhost
[commit]
  gpgSign = false
[safe]
  directory = *
`;

/** A clone of this repository in a mount. */
export interface Clone {
  readonly path: string;
  /** Runs git in it, with none of this machine's configuration. */
  git(...args: string[]): Promise<string>;
}

/** Clones this repository, by the protocol: files of the machine cannot be linked into a mount. */
export async function cloneRepository(world: World): Promise<Clone> {
  const configuration = path.join(world.scratch, 'gitconfig');
  fs.writeFileSync(configuration, CONFIGURATION);
  const env = { ...process.env, GIT_CONFIG_GLOBAL: configuration, GIT_CONFIG_NOSYSTEM: '1' };
  const clone = path.join(world.root, 'clone');
  await world.run('git', ['clone', '-q', '--no-local', repository, clone], { env });
  return { path: clone, git: (...args) => world.run('git', args, { cwd: clone, env }) };
}
