// `npm run fuzz [-- OPTION...]`: bad bytes for everything that takes bytes from outside; see tests/fuzz/README.md.
import { spawnSync } from 'node:child_process';
import { installDependencies, root } from './prepare.mjs';

installDependencies();
const args = ['--import', './scripts/run-typescript.mjs', 'tests/fuzz/fuzz-main.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
