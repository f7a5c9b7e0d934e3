// `npm run oracle [-- OPTION...]`: scripts of system calls on Linux and on Fusewire; see tests/oracle/README.md.
import { spawnSync } from 'node:child_process';
import { installDependencies, root } from './prepare.mjs';

installDependencies();
const args = ['--import', './scripts/run-typescript.mjs', 'tests/oracle/main.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
