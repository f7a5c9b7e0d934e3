import { randomInt } from 'node:crypto';
import path from 'node:path';
import type { Case } from '../case.ts';
import { formatRanges, parseRanges, type Range, rangesOf, shrink } from '../ranges.ts';
import type { Ended } from '../world.ts';

const source = path.join(import.meta.dirname, '../random-io.c');
const ATTEMPTS = 150;

/** Random reads, writes and changes of size of one file, each read and size checked against a copy in memory. */
export const randomIo: Case = {
  name: 'random-io',
  servers: ['memory', 'dir'],
  needs: ['gcc'],
  shortOn: ['memory', 'dir'],
  async run(world, options) {
    const { seed = randomInt(2 ** 32), operations = options.size === 'long' ? 200_000 : 2_000 } = options;
    const program = path.join(world.scratch, 'random-io');
    await world.run('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
    const ranges: Range[] = options.only === undefined ? [[0, operations - 1]] : parseRanges(options.only);
    const attempt = (tried: readonly Range[]): Promise<Ended> =>
      world.end(program, [path.join(world.root, 'file'), `${seed}`, `${operations}`], {
        input: tried.map((range) => `${range.join(' ')}\n`).join(''),
      });
    const ended = await attempt(ranges);
    if (ended.code === 0) return `${count(ranges)} operations of seed ${seed}: ${ended.out.trim()}`;
    if (ended.code !== 1) throw new Error(`random-io could not run: ${ended.errors}`);
    throw new Error(await explain(ended, ranges, attempt, `--seed=${seed} --operations=${operations}`));
  },
};

const count = (ranges: readonly Range[]): number => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);

const failedAt = ({ out }: Ended): number => Number(/^operation (\d+)/.exec(out)?.[1] ?? Infinity);

/** The failure, and the command that shows it again with as few operations as were found. */
async function explain(
  ended: Ended,
  ranges: readonly Range[],
  attempt: (ranges: readonly Range[]) => Promise<Ended>,
  replay: string,
): Promise<string> {
  const until = failedAt(ended);
  const all = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
  let shortest = ended;
  const kept = await shrink(
    all.filter((number) => number <= until),
    async (numbers) => {
      // No ranges at all would stand for all operations.
      if (numbers.length === 0) return false;
      const result = await attempt(rangesOf(numbers));
      if (result.code === 1) shortest = result;
      return result.code === 1;
    },
    ATTEMPTS,
  );
  const command = `npm run endurance -- random-io ${replay} --only=${formatRanges(rangesOf(kept))}`;
  return `${shortest.out.trim()}\nat first: ${ended.out.trim()}\n${kept.length} operations show it again: ${command}`;
}
