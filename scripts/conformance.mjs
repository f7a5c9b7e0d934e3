// `npm run conformance [-- OPTION...]`: what POSIX and Linux promise, on Linux and on Fusewire; see docs/conformance.md.
import { installDependencies, runProgram } from './prepare.mjs';

installDependencies();
runProgram('tests/conformance/main.ts');
