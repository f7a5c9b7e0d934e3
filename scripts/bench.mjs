// `npm run bench [ARGS]`: builds what is stale and runs bench/main.ts, which prints operations per second.
import { buildIfStale, installDependencies, root, run } from './prepare.mjs';

installDependencies();
buildIfStale();
const hook = new URL('./run-typescript.mjs', import.meta.url).href;
const done = run(process.execPath, [
  '--expose-gc',
  '--import',
  hook,
  `${root}/bench/main.ts`,
  ...process.argv.slice(2),
]);
process.exitCode = done ? 0 : 1;
