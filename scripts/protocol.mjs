// `npm run protocol`: the table of opcodes in docs/protocol.md, from the source and from runs of the oracle's scripts.
import { installDependencies, runProgram } from './prepare.mjs';

installDependencies();
runProgram('tests/protocol/main.ts');
