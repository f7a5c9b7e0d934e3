// `npm run endurance [-- CASE...]`: real programs on servers that the Linux kernel has mounted; see docs/kernel-mount.md.
import { spawnSync } from 'node:child_process';
import { endurancePackages, installDaemons, installDependencies, root } from './prepare.mjs';

installDependencies();
installDaemons(endurancePackages);
const args = [
  '--import',
  './scripts/run-typescript.mjs',
  'tests/endurance/endurance-main.ts',
  ...process.argv.slice(2),
];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
