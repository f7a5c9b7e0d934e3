// `npm run conformance [-- OPTION...]`: what POSIX and Linux promise, on Linux and on Fusewire; see docs/conformance.md.
import { spawnSync } from 'node:child_process';
import { installDependencies, root } from './prepare.mjs';

installDependencies();
const args = ['--import', './scripts/run-typescript.mjs', 'tests/conformance/main.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
