// `PJDFSTEST=DIR npm run pjdfstest [-- FOLDER...]`: the POSIX file system test suite, of which the user has a checkout in
// DIR, on a kernel mount of `memory`. Counts by folder, names each failure; see docs/kernel-mount.md.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { installDaemons, installDependencies, root } from './prepare.mjs';

const HINT = 'git clone https://github.com/pjd/pjdfstest DIR, then, as root: PJDFSTEST=DIR npm run pjdfstest';

/** What keeps the suite from running here, or null. */
function whyNot(suite) {
  if (!suite) return `no checkout of the suite is named; ${HINT}`;
  if (!fs.existsSync(path.join(suite, 'tests'))) return `${suite} has no folder tests; ${HINT}`;
  if (process.getuid() !== 0) return 'the suite acts as several users, so it needs root';
  if (!fs.existsSync('/dev/fuse')) return '/dev/fuse is missing';
  return null;
}

/** Builds the program that the tests call, as the suite's own README says. @throws Error when that fails */
function build(suite) {
  if (fs.existsSync(path.join(suite, 'pjdfstest'))) return;
  installDaemons(['autoconf', 'automake', 'make', 'gcc', 'libc6-dev', 'perl']);
  for (const [command, ...args] of [
    ['autoreconf', '-ifs'],
    ['./configure', '-q'],
    ['make', '-s', 'pjdfstest'],
  ]) {
    const { status, error } = spawnSync(command, args, { cwd: suite, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`${suite}: ${command} failed${error ? `: ${error.message}` : ''}`);
  }
}

/** Mounts `memory` in a process of its own. Returns that process and a promise of its end. */
async function mount(at) {
  const options = 'allow_other,default_permissions,suid,dev';
  const args = ['--import', './scripts/run-typescript.mjs', 'src/cli/main.ts', 'mount', 'memory:', at, '-o', options];
  const server = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('close', resolve));
  const said = await Promise.race([new Promise((resolve) => server.stdout.once('data', resolve)), ended]);
  if (typeof said === 'number' || said === null) throw new Error('memory: could not be mounted');
  return { server, ended };
}

/** Runs test files and reads what prove prints: for each file a line that ends in dots, then its results. */
async function prove(suite, at, selected) {
  const chosen = selected.length === 0 ? [''] : selected;
  const args = ['-rv', ...chosen.map((name) => path.join(suite, 'tests', name))];
  const prover = spawn('prove', args, { cwd: at, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => prover.once('close', resolve).once('error', reject));
  const files = new Map();
  let file = null;
  for await (const line of createInterface({ input: prover.stdout })) {
    const heading = /^(\/.*\.t) \.+ ?$/.exec(line);
    if (heading) {
      file = { planned: 0, passed: 0, todo: 0, failed: [] };
      files.set(path.relative(path.join(suite, 'tests'), heading[1]), file);
    } else if (file) note(file, line);
  }
  return { files, status: await ended };
}

function note(file, line) {
  const plan = /^1\.\.(\d+)/.exec(line);
  const result = /^(not )?ok (\d+)(?: -)? ?(.*)$/.exec(line);
  if (plan) file.planned = Number(plan[1]);
  else if (result?.[3].startsWith('# TODO')) file.todo++;
  else if (result?.[1]) file.failed.push({ number: Number(result[2]), text: result[3] });
  else if (result) file.passed++;
}

/** A test that did not get to its end lacks results: each of those counts as one failure. */
function addMissing(files) {
  for (const file of files.values()) {
    const seen = file.passed + file.todo + file.failed.length;
    for (let number = seen + 1; number <= file.planned; number++) file.failed.push({ number, text: 'never ran' });
  }
}

function readExplained(file) {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const rows = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/\s+/));
  return new Map(rows.map(([name, number, ...reason]) => [`${name} ${number}`, reason.join(' ')]));
}

/** What a test file prints that is for other systems: it is told apart from a file of one test by nothing. */
const skipsItself = ({ planned, passed }) => planned === 1 && passed === 1;

const row = (name, file) => {
  const isSkipped = skipsItself(file);
  const failed = file.failed.length;
  return {
    folder: path.dirname(name),
    files: 1,
    skipped: Number(isSkipped),
    passed: isSkipped ? 0 : file.passed,
    todo: file.todo,
    failed,
  };
};

/** Adds rows up, but for their first column. */
const sum = (folder, rows) => {
  const of = (key) => rows.reduce((total, one) => total + one[key], 0);
  return {
    folder,
    files: of('files'),
    skipped: of('skipped'),
    passed: of('passed'),
    todo: of('todo'),
    failed: of('failed'),
  };
};

/** Prints the table and the failures. Returns how many are not explained, or explained and gone. */
function report(files, explained) {
  const rows = [...files].map(([name, file]) => row(name, file));
  const folders = [...new Set(rows.map(({ folder }) => folder))];
  console.log('| folder | files | of these not for Linux | passed | to do on Linux | failed |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  const sums = folders.map((name) =>
    sum(
      name,
      rows.filter(({ folder }) => folder === name),
    ),
  );
  for (const one of [...sums, sum('all', rows)]) console.log(`| ${Object.values(one).join(' | ')} |`);

  const all = [...files].flatMap(([name, { failed }]) => failed.map(({ number, text }) => [`${name} ${number}`, text]));
  for (const [key, text] of all)
    console.log(`${explained.has(key) ? 'explained' : 'FAILED'}: ${key} ${explained.get(key) ?? text}`);
  const failing = new Set(all.map(([key]) => key));
  const gone = [...explained.keys()].filter((key) => files.has(key.split(' ')[0]) && !failing.has(key));
  for (const key of gone) console.log(`FAILED: ${key} passes, and is explained: take it off the list`);
  return all.filter(([key]) => !explained.has(key)).length + gone.length;
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { explained: { type: 'string' } } });
  const suite = process.env.PJDFSTEST && path.resolve(process.env.PJDFSTEST);
  const why = whyNot(suite);
  if (why) throw new Error(why);
  installDependencies();
  build(suite);
  const at = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-pjdfstest-'));
  try {
    const { server, ended } = await mount(at);
    try {
      const { files, status } = await prove(suite, at, positionals);
      if (files.size === 0) throw new Error(`prove ran no test (exit code ${status})`);
      addMissing(files);
      const unexplained = report(files, readExplained(values.explained ?? `${root}/tests/pjdfstest/explained.txt`));
      console.log(unexplained === 0 ? 'no failure that is not explained' : `${unexplained} to explain or mend`);
      return unexplained === 0 ? 0 : 1;
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  } finally {
    fs.rmdirSync(at);
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(`pjdfstest: ${error.message}`);
    process.exitCode = 2;
  },
);
