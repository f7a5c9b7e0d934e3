// `npm run oracle [-- OPTION...]`: scripts of system calls on Linux and on Fusewire; see tests/oracle/README.md.
import { installDependencies, runProgram } from './prepare.mjs';

installDependencies();
runProgram('tests/oracle/main.ts');
