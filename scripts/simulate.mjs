// `npm run simulate [-- OPTION...]`: random system calls on a slow, failing or hostile server; see tests/simulation/README.md.
import { spawnSync } from 'node:child_process';
import { installDependencies, root } from './prepare.mjs';

installDependencies();
const args = [
  '--import',
  './scripts/run-typescript.mjs',
  'tests/simulation/simulate-main.ts',
  ...process.argv.slice(2),
];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
