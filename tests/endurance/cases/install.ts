import * as fs from 'node:fs';
import path from 'node:path';
import type { Case } from '../case.ts';
import { cloneRepository } from '../clone.ts';

/**
 * A clone of this repository that installs its dependencies and compiles itself. By `npm install --no-save`, because
 * `npm ci` refuses registries without the packages of every other platform: see scripts/prepare.mjs.
 */
export const install: Case = {
  name: 'install',
  servers: ['memory', 'dir'],
  needs: ['git', 'npm'],
  shortOn: [],
  async run(world) {
    const { path: clone } = await cloneRepository(world);
    const inClone = (command: string, ...args: string[]): Promise<string> => world.run(command, args, { cwd: clone });
    await inClone('npm', 'install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline');
    await inClone('npm', 'ls', '--all');
    await inClone(process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit');
    await inClone(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
    const usage = await inClone(process.execPath, 'dist/cli/main.js', '--help');
    if (!usage.includes('fusewire')) throw new Error(`the built program prints '${usage}'`);
    const files = fs.readdirSync(path.join(clone, 'node_modules'), { recursive: true }).length;
    return `npm installed ${files} entries; tsc checked and built the clone; what it built runs`;
  },
};
