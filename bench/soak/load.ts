import { setTimeout as pause } from 'node:timers/promises';
import type { NodeFs } from '../../src/index.ts';
import { directoryName, largeName, smallName, type TreeSize } from './tree.ts';

/** How long an actor rests after each action, so that a machine can do other work beside: milliseconds. */
const REST = 20;
/** How many files the holder keeps open. */
const HELD = 200;
/** How many names may be in use at a time: files held open, their directories, and what calls under way use. */
export const MOST_HELD = 2 * HELD + 200;
const READ = 1 << 20;

/** Numbers below a bound, the same ones in each run. */
export type Draw = (bound: number) => number;

/** A generator of numbers that look random. @see Numerical Recipes, the linear congruential generator */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** One action of an actor; returns how many calls it made. */
type Action = (fs: NodeFs, draw: Draw, size: TreeSize) => Promise<number>;

/** Lists a directory and asks for the attributes of all that is in it. */
const walk: Action = async ({ promises }, draw, { directories }) => {
  const directory = directoryName(draw(directories));
  const names = await promises.readdir(directory);
  for (const name of names) await promises.stat(`${directory}/${name}`);
  return names.length + 1;
};

/** Reads small files whole. */
const readSmall: Action = async ({ promises }, draw, { directories, filesEach, smallBytes }) => {
  for (let left = 50; left > 0; left--) {
    const content = await promises.readFile(smallName(draw(directories), draw(filesEach)));
    if (content.length !== smallBytes) throw new Error(`a file of ${smallBytes} bytes was read as ${content.length}`);
  }
  return 200;
};

/** Reads a large file from its start, and then here and there. */
const readLarge: Action = async ({ promises }, draw, { largeFiles, largeBytes }) => {
  const buffer = Buffer.alloc(READ);
  await using file = await promises.open(largeName(draw(largeFiles)));
  for (let at = 0; at < largeBytes / 4; at += READ) await file.read(buffer, 0, READ, at);
  for (let left = 100; left > 0; left--) await file.read(buffer, 0, 4096, draw(largeBytes - 4096));
  return largeBytes / 4 / READ + 102;
};

/** Makes files, renames them, reads them back and removes them. */
const write: Action = async ({ promises }, draw) => {
  const content = Buffer.alloc(1 + draw(200_000), draw(256));
  for (let left = 10; left > 0; left--) {
    const name = `/new/${draw(1_000_000_000)}`;
    await promises.writeFile(name, content);
    await promises.rename(name, `${name}-renamed`);
    const back = await promises.readFile(`${name}-renamed`);
    if (!back.equals(content)) throw new Error(`${name} was read back as something else`);
    await promises.unlink(`${name}-renamed`);
  }
  return 110;
};

/** Asks for names that do not exist. */
const miss: Action = async ({ promises }, draw, { directories }) => {
  for (let left = 50; left > 0; left--) {
    const name = `${directoryName(draw(directories))}/absent${draw(1_000_000)}`;
    const found = await promises.stat(name).catch((error: NodeJS.ErrnoException) => error.code);
    if (found !== 'ENOENT') throw new Error(`${name} is there`);
  }
  return 50;
};

/** Holds files open for a while. */
const hold: Action = async ({ promises }, draw, { directories, filesEach }) => {
  const files = [];
  try {
    for (let left = HELD; left > 0; left--)
      files.push(await promises.open(smallName(draw(directories), draw(filesEach))));
    await pause(1_000);
  } finally {
    for (const file of files) await file.close();
  }
  return 2 * HELD;
};

const actors: Readonly<Record<string, Action>> = { walk, readSmall, readLarge, write, miss, hold };

/** Runs every kind of actor until `isOver`; returns how many calls each made. */
export async function runLoad(fs: NodeFs, size: TreeSize, isOver: () => boolean): Promise<Record<string, number>> {
  const calls: Record<string, number> = {};
  const run = async (name: string, action: Action, seed: number): Promise<void> => {
    const draw = drawFrom(seed);
    calls[name] = 0;
    while (!isOver()) {
      calls[name] += await action(fs, draw, size);
      await pause(REST);
    }
  };
  await Promise.all(Object.entries(actors).map(([name, action], at) => run(name, action, at + 1)));
  return calls;
}
