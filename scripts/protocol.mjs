// `npm run protocol`: the table of opcodes in docs/protocol.md, from the source and from runs of the oracle's scripts.
import { spawnSync } from 'node:child_process';
import { installDependencies, root } from './prepare.mjs';

installDependencies();
const args = ['--import', './scripts/run-typescript.mjs', 'tests/protocol/main.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
