import { parseArgs } from 'node:util';
import { type Corpus, makeCorpus } from './corpus.ts';
import type { Target } from './target.ts';
import { attack, targetNamed, targets } from './targets.ts';

// `npm run fuzz`: see README.md.

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    target: { type: 'string' },
  },
});

const MOST_FAILURES = 5;
const MEGABYTE = 2 ** 20;
/** More than that a target cannot have kept by right. */
const MOST_MEMORY = 1500 * MEGABYTE;
/** To look how much memory is in use takes longer than an attack. */
const SEEDS_PER_LOOK = 50;

/** @throws Error for what is no number */
function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${text} is no number`);
  return number;
}

const corpus: Corpus = makeCorpus();
let failures = 0;

function failed(target: Target, seed: number, error: unknown): void {
  failures++;
  console.log(`\n${target.name}, seed ${seed}: ${error instanceof Error ? error.stack : error}`);
  console.log(`npm run fuzz -- --target ${target.name} --seed ${seed}`);
}

/** One attack. Returns how many inputs there were. */
async function attackOnce(target: Target, seed: number): Promise<number> {
  try {
    const count = await attack(target, seed, corpus);
    const used = seed % SEEDS_PER_LOOK === 0 ? process.memoryUsage().rss : 0;
    if (used > MOST_MEMORY) throw new Error(`${Math.round(used / MEGABYTE)} MiB are in use`);
    return count;
  } catch (error) {
    failed(target, seed, error);
    return 0;
  }
}

async function attackMuch(target: Target, count: number): Promise<void> {
  const started = performance.now();
  let done = 0;
  let seed = numberOf(values.from);
  for (; done < count && failures < MOST_FAILURES; seed++) done += await attackOnce(target, seed);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${target.name}: ${done} inputs, ${seed - numberOf(values.from)} seeds, ${seconds} s`);
}

process.on('unhandledRejection', (error) => {
  console.log('a promise was rejected and nobody looked');
  throw error;
});

const chosen = values.target === undefined ? targets : [targetNamed(values.target)];
const sum = chosen.reduce((total, { weight }) => total + weight, 0);
for (const target of chosen) {
  if (values.seed !== undefined) await attackOnce(target, numberOf(values.seed));
  else await attackMuch(target, Math.ceil((numberOf(values.count) * target.weight) / sum));
}
if (failures === 0) console.log('nothing is wrong');
process.exitCode = failures > 0 ? 1 : 0;
