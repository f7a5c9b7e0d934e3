import { parseArgs } from 'node:util';
import { whyNoKernelMount } from '../daemons/kernel-mount.ts';
import type { Case, CaseOptions } from './case.ts';
import { cases, whyNotHere } from './cases.ts';
import { type ServerName, World } from './world.ts';

/** `npm run endurance`: each case on each server, and a table of what was seen. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      operations: { type: 'string' },
      only: { type: 'string' },
      server: { type: 'string' },
      readers: { type: 'string', default: '1' },
      short: { type: 'boolean' },
    },
  });
  const unknown = positionals.find((name) => !cases.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new Error(`no case '${unknown}'; there are ${cases.map(({ name }) => name).join(' ')}`);
  const why = whyNoKernelMount();
  if (why !== null) throw new Error(`nothing can be mounted here: ${why}`);
  const options: CaseOptions = {
    size: values.short === true ? 'short' : 'long',
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    ...(values.operations === undefined ? {} : { operations: Number(values.operations) }),
    ...(values.only === undefined ? {} : { only: values.only }),
  };
  const chosen = cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const rows: Row[] = [];
  for (const one of chosen) {
    for (const server of one.servers) {
      if (values.server === undefined || values.server === server)
        rows.push(await attempt(one, { server, readers: Number(values.readers) }, options));
    }
  }
  console.log('\n| case | server | time | what was seen |\n| --- | --- | ---: | --- |');
  for (const { name, server, result, seconds, said } of rows)
    console.log(
      `| ${name} | ${server} | ${seconds} s | ${result === 'ok' ? said : `${result}: ${said.split('\n')[0]}`} |`,
    );
  const bad = rows.filter(({ result }) => result !== 'ok').length;
  console.log(`\n${rows.length - bad} ok, ${bad} not`);
  return bad > 0 ? 1 : 0;
}

/** How one case went on one server. */
interface Row {
  readonly name: string;
  readonly server: ServerName;
  readonly result: 'ok' | 'FAILED' | 'not run';
  readonly seconds: string;
  readonly said: string;
}

async function attempt(
  one: Case,
  { server, readers }: { readonly server: ServerName; readonly readers: number },
  options: CaseOptions,
): Promise<Row> {
  const started = performance.now();
  const row = (result: Row['result'], said: string): Row => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${result} ${one.name} on ${server} (${seconds} s): ${said}`);
    return { name: one.name, server, result, seconds, said };
  };
  const why = whyNotHere(one);
  if (why !== null) return row('not run', why);
  try {
    await using world = await World.create(server, { readers });
    return row('ok', await one.run(world, options));
  } catch (error) {
    return row('FAILED', (error as Error).message);
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(`endurance: ${error.message}`);
    process.exitCode = 2;
  },
);
