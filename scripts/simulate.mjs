// `npm run simulate [-- OPTION...]`: random system calls on a slow, failing or hostile server; see tests/simulation/README.md.
import { installDependencies, runProgram } from './prepare.mjs';

installDependencies();
runProgram('tests/simulation/simulate-main.ts');
