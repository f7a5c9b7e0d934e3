// `npm run endurance [-- CASE...]`: real programs on servers that the Linux kernel has mounted; see docs/kernel-mount.md.
import { endurancePackages, installDaemons, installDependencies, runProgram } from './prepare.mjs';

installDependencies();
installDaemons(endurancePackages);
runProgram('tests/endurance/endurance-main.ts');
