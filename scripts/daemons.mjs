// `npm run daemons [-- NAME...] [--record]`: real daemons, mounted by Linux and attached here, compared; see docs/daemons.md.
import {
  compileExamples,
  installDaemons,
  installDependencies,
  installS3Server,
  moreDaemonPackages,
  runProgram,
  testPackages,
} from './prepare.mjs';

installDependencies();
installDaemons([...testPackages, ...moreDaemonPackages]);
installS3Server();
compileExamples();
runProgram('tests/daemons/daemons-main.ts');
