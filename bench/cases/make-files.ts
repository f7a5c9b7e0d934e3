import type { Fs } from '../place.ts';

const AT_A_TIME = 64;

/** Makes a directory of empty files, many at a time: servers in other processes take long to be filled one by one. */
export async function makeFiles(fs: Fs, directory: string, count: number): Promise<void> {
  await fs.promises.mkdir(directory);
  for (let made = 0; made < count; made += AT_A_TIME) {
    const names = Array.from({ length: Math.min(AT_A_TIME, count - made) }, (_, index) => `file-${made + index}`);
    await Promise.all(names.map((name) => fs.promises.writeFile(`${directory}/${name}`, '')));
  }
}
