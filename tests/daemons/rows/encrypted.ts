import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { mountInKernel } from '../kernel-mount.ts';
import { part } from '../part.ts';
import { type DaemonRow, type Losses, noLosses } from '../row.ts';

/** A daemon that keeps files encrypted: what it serves was written through it, mounted by the real kernel. */
const encrypted = (
  name: string,
  make: (cipher: string, password: string) => void,
  args: (cipher: string, password: string) => readonly string[],
  row: Partial<DaemonRow> = {},
): DaemonRow => ({
  name,
  from: name,
  needs: [name],
  async prepare(content, scratch) {
    const [cipher, password] = [`${scratch}/cipher`, `${scratch}/password`];
    fs.mkdirSync(cipher);
    fs.writeFileSync(password, 'correct horse\n');
    make(cipher, password);
    const start = { command: name, args: args(cipher, password), inside: '/' };
    if (fs.readdirSync(content).length > 0) {
      await using mount = await mountInKernel(start.command, start.args);
      await mount.fill(row.losses === undefined ? content : part(content, `${scratch}/content`));
    }
    return start;
  },
  losses: noLosses,
  ...row,
});

const noLongNames: Losses = {
  reasons: ['no names of over 140 bytes, nor links to them: encrypted they are longer'],
  kept: ({ path, target, ...rest }) => {
    const longest = Math.max(...[...path.split('/'), target ?? ''].map(({ length }) => length));
    return longest > 140 ? null : { path, target, ...rest };
  },
};

const quiet = { stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'] };

/** Daemons that encrypt. */
export const encryptedOnes: readonly DaemonRow[] = [
  encrypted(
    'gocryptfs',
    (cipher, password) =>
      execFileSync('gocryptfs', ['-q', '-init', '-scryptn', '10', '-passfile', password, cipher], quiet),
    (cipher, password) => ['-q', '-fg', '-passfile', password, cipher, '{}'],
    { library: 'go-fuse', attach: 'fd' },
  ),
  encrypted(
    'encfs',
    () => undefined,
    (cipher, password) => ['--standard', '-f', `--extpass=cat ${password}`, cipher, '{}'],
    { losses: noLongNames },
  ),
  encrypted(
    'securefs',
    (cipher) => execFileSync('securefs', ['create', '--pass', 'correct horse', cipher], quiet),
    (cipher) => ['mount', '--pass', 'correct horse', cipher, '{}'],
    { losses: noLongNames },
  ),
];
