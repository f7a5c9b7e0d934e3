// `npm start`: installs and builds what is missing, then runs the demonstration. Works on a fresh clone.
import { buildIfStale, installDependencies } from './prepare.mjs';

installDependencies();
buildIfStale();
await import('../dist/demo.js');
