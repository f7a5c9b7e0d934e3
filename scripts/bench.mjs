// `npm run bench [-- OPTIONS]`: prepares what is compared and runs bench/main.ts; with --help it says what OPTIONS there are.
import { spawnSync } from 'node:child_process';
import { benchPackages, compileExamples, installDaemons, installDependencies, root } from './prepare.mjs';

installDependencies();
installDaemons(benchPackages);
compileExamples();
// Ctrl-C reaches the program too, and it cleans up: wait for it.
process.on('SIGINT', () => {});
const args = ['--expose-gc', '--import', './scripts/run-typescript.mjs', 'bench/main.ts', ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
