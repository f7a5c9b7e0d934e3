// `npm run daemons [-- NAME...] [--record]`: real daemons, mounted by Linux and attached here, compared; see docs/daemons.md.
import { spawnSync } from 'node:child_process';
import {
  compileExamples,
  installDaemons,
  installDependencies,
  installS3Server,
  moreDaemonPackages,
  root,
  testPackages,
} from './prepare.mjs';

installDependencies();
installDaemons([...testPackages, ...moreDaemonPackages]);
installS3Server();
compileExamples();
const args = ['--import', './scripts/run-typescript.mjs', 'tests/daemons/daemons-main.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
