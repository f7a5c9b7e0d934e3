import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { makeBench } from './bench.ts';
import { type Bench, type Check, checksOf, holdEqual } from './checks.ts';
import { whyNoKernelMount } from './kernel-mount.ts';
import { daemons, notRun } from './list.ts';
import { type DaemonRow, whyNot } from './row.ts';
import { type Line, tableOf } from './table.ts';

const page = path.resolve(import.meta.dirname, '../../docs/daemons.md');
const [begin, end] = ['<!-- daemons: begin -->', '<!-- daemons: end -->'];

/** What a program is linked with to speak FUSE, as the linker sees it. */
function libraryOf(command: string): string {
  const paths = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  const file = path.isAbsolute(command)
    ? command
    : paths.map((folder) => path.join(folder, command)).find((candidate) => fs.existsSync(candidate));
  const linked = file === undefined ? '' : execFileSync('ldd', [file], { encoding: 'utf8' });
  return /libfuse\d?\.so\.\d/.exec(linked)?.[0] ?? 'none that the linker sees';
}

async function runCheck(check: Check, bench: Bench): Promise<{ way: string | null; problem: string | null }> {
  try {
    return { way: await check.run(bench, holdEqual), problem: null };
  } catch (error) {
    return { way: null, problem: (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 300) };
  }
}

async function runRow(row: DaemonRow, bench: Bench): Promise<Line> {
  const library = row.library ?? libraryOf(row.needs[0] as string);
  const ways = new Set<string>();
  const problems: string[] = [];
  const checks = checksOf(row);
  for (const check of checks) {
    const { way, problem } = await runCheck(check, bench);
    if (way !== null) ways.add(way);
    if (problem !== null) problems.push(`${check.name}: ${problem}`);
    console.log(
      `${problem === null ? 'ok    ' : 'FAILED'} ${row.name}: ${check.name}${problem === null ? '' : `: ${problem}`}`,
    );
  }
  return {
    name: row.name,
    from: row.from,
    library,
    ways: [...ways],
    checks: checks.map(({ name }) => name),
    losses: row.losses?.reasons ?? [],
    problems,
  };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { record: { type: 'boolean' } } });
  const reason = whyNoKernelMount();
  if (reason !== null) throw new Error(reason);
  const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-daemons-'));
  const lines: Line[] = [];
  let missing = 0;
  try {
    const bench = await makeBench(base, 'small');
    for (const row of daemons) {
      if (positionals.length > 0 && !positionals.some((part) => row.name.includes(part))) continue;
      const why = whyNot(row);
      if (why !== null) {
        missing++;
        console.log(`FAILED ${row.name}: ${why}`);
      } else lines.push(await runRow(row, bench));
    }
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
  const table = tableOf(lines, notRun);
  console.log(`\n${table}`);
  const isWhole = positionals.length === 0 && missing === 0;
  if (values.record === true) {
    if (!isWhole) throw new Error('only a run of all daemons is recorded');
    const [before, , after] = fs.readFileSync(page, 'utf8').split(new RegExp(`${begin}|${end}`));
    fs.writeFileSync(page, `${before}${begin}\n\n${table}\n\n${end}${after}`);
  }
  return missing + lines.filter(({ problems }) => problems.length > 0).length === 0 ? 0 : 1;
}

process.exitCode = await main();
