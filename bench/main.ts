import { existsSync, statSync } from 'node:fs';
import { stat as statOnHost } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { AT_FDCWD, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS } from '../src/abi/linux.ts';
import { daemon, type Mounted, memory, mount } from '../src/index.ts';
import { statx } from '../src/syscalls/stat.ts';
import { mountInKernel, whyNoKernelMount } from '../tests/daemons/kernel-mount.ts';

/*
 * Round trips: one GETATTR through the whole road, path walk to reply, again and again; then several at a time.
 * All rows are measured in one run, in turns, so that ratios between them hold whatever else the machine does.
 */

const ROUNDS = 5;
const TURN = 300; // milliseconds a row runs in each round
const AT_A_TIME = 64;

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const example = fileURLToPath(new URL('../build/libfuse-examples/passthrough_ll', import.meta.url));

interface Row {
  readonly name: string;
  /** Does one operation at least; returns how many. */
  readonly turn: () => number | Promise<number>;
  readonly rates: number[];
}

/** A stat(2) that always asks the server. */
const getattr = ({ kernel, process, credentials }: Mounted, sync: 'sync' | 'async') => {
  const code = (task: Parameters<typeof statx>[0]) =>
    statx(task, AT_FDCWD, '/', AT_STATX_FORCE_SYNC, STATX_BASIC_STATS);
  return sync === 'sync' ? kernel.runSync(process, credentials, code) : kernel.run(process, credentials, code);
};

function rowsOf(name: string, mounted: Mounted): Row[] {
  return [
    {
      name: `${name}, synchronous`,
      rates: [],
      turn: () => {
        getattr(mounted, 'sync');
        return 1;
      },
    },
    {
      name: `${name}, ${AT_A_TIME} promises at a time`,
      rates: [],
      turn: async () => {
        await Promise.all(Array.from({ length: AT_A_TIME }, () => getattr(mounted, 'async')));
        return AT_A_TIME;
      },
    },
  ];
}

async function measure(row: Row): Promise<void> {
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < TURN) count += await row.turn();
  row.rates.push((count / (performance.now() - start)) * 1000);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function main(): Promise<void> {
  const opened: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    await compare(keep);
  } finally {
    for (const resource of opened.reverse()) await resource[Symbol.asyncDispose]();
  }
}

/** Mounts everything and prints the table. */
async function compare(keep: <T extends AsyncDisposable>(resource: T) => T): Promise<void> {
  const rows: Row[] = [];
  const use = async (name: string, server: Parameters<typeof mount>[0]): Promise<void> => {
    rows.push(...rowsOf(name, keep(await mount(server))));
  };
  await use('memory server in this process', memory());
  await use('memory server in another process', daemon(process.execPath, [program, 'serve', 'memory:', '{}']));
  const source = ['-f', '-o', `source=${tmpdir()},timeout=0`, '{}'];
  const missing = existsSync(example) ? whyNoKernelMount() : 'passthrough_ll is not built';
  if (existsSync(example)) await use('passthrough_ll, attached', daemon(example, source));
  if (missing === null) {
    const { path } = keep(await mountInKernel(example, source));
    rows.push(
      {
        name: 'passthrough_ll, mounted by Linux, synchronous',
        rates: [],
        turn: () => (statSync(path).nlink > 0 ? 1 : 0),
      },
      {
        name: `passthrough_ll, mounted by Linux, ${AT_A_TIME} promises at a time`,
        rates: [],
        turn: async () => {
          await Promise.all(Array.from({ length: AT_A_TIME }, () => statOnHost(path)));
          return AT_A_TIME;
        },
      },
    );
  } else console.log(`not compared with a kernel mount: ${missing}`);

  for (let round = 0; round <= ROUNDS; round++) {
    for (const row of rows) {
      await measure(row);
      if (round === 0) row.rates.length = 0;
    }
  }
  console.log(`GETATTR, operations per second: median of ${ROUNDS} rounds (least to most)`);
  for (const { name, rates } of rows) {
    const [low, high] = [Math.min(...rates), Math.max(...rates)].map((rate) => Math.round(rate).toLocaleString('en'));
    console.log(
      `${name.padEnd(62)} ${Math.round(median(rates)).toLocaleString('en').padStart(9)}  (${low} to ${high})`,
    );
  }
}

await main();
