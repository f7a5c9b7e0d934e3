// `npm run fuzz [-- OPTION...]`: bad bytes for everything that takes bytes from outside; see tests/fuzz/README.md.
import { installDependencies, runProgram } from './prepare.mjs';

installDependencies();
runProgram('tests/fuzz/fuzz-main.ts');
