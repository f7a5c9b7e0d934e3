// `npm run soak [-- --minutes N] [--record]`: an hour of mixed load on small caches; see docs/memory.md.
import { spawnSync } from 'node:child_process';
import { buildIfStale, installDependencies, root } from './prepare.mjs';

installDependencies();
buildIfStale();
// Ctrl-C reaches the program too, and it cleans up: wait for it.
process.on('SIGINT', () => {});
const args = [
  '--expose-gc',
  '--import',
  './scripts/run-typescript.mjs',
  'bench/soak/soak-main.ts',
  ...process.argv.slice(2),
];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
