import * as fs from 'node:fs/promises';
import { digest } from './digest.ts';

const [root = '.'] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await digest(fs, root)));
