// `npm test`: installs and builds what is missing, then runs every check and every test, and says how each went.
// With --no-install (`npm run ok`) it takes what is there. Uses Node's own modules only, so that it runs on a fresh clone.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { buildIfStale, compileExamples, installDaemons, installDependencies, root } from './prepare.mjs';

/** The scripts of package.json to run, in this order, and what each one looks at. */
const checks = {
  lint: 'format and lint',
  types: 'types',
  layers: 'layers and cycles',
  coroutines: 'coroutines that nobody runs',
  unused: 'unused code and dependencies',
  docs: 'doc comments and lengths',
  api: 'reference of the public API',
  unit: 'tests',
};
const reportFile = `${root}/build/test-report.json`;

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

function prepare() {
  console.log('== set-up');
  if (!process.argv.includes('--no-install')) {
    installDependencies();
    installDaemons();
  }
  compileExamples();
  buildIfStale();
}

function runCheck(script, title) {
  console.log(`\n== ${script}: ${title}`);
  const { scripts } = JSON.parse(fs.readFileSync(`${root}/package.json`, 'utf8'));
  const PATH = `${root}/node_modules/.bin${path.delimiter}${process.env.PATH}`;
  const started = performance.now();
  const { status } = spawnSync(scripts[script], {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH },
  });
  const ok = status === 0;
  console.log(`${script}: ${ok ? 'ok' : 'FAILED'} in ${seconds(started)}`);
  return { script, ok, time: seconds(started) };
}

/** What the tests reported. A runner that fails without a failed test counts as one failure. */
function readReport(runnerOk) {
  const found = fs.existsSync(reportFile);
  const report = found ? JSON.parse(fs.readFileSync(reportFile, 'utf8')) : { passed: 0, failed: [], skipped: [] };
  if ((!runnerOk || !found) && report.failed.length === 0) report.failed.push('the test runner itself');
  return report;
}

function printSummary(results, { failed, skipped }) {
  console.log('\n== summary');
  for (const { script, ok, time } of results)
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${script.padEnd(10)} ${time.padStart(8)}`);
  for (const name of failed) console.log(`failed: ${name}`);
  for (const { name, reason } of skipped)
    console.log(`skipped: ${name}: ${reason ?? 'NO REASON GIVEN, which counts as a failure'}`);
  if (skipped.length === 0) console.log('nothing skipped');
}

function main() {
  const started = performance.now();
  try {
    prepare();
  } catch (error) {
    console.error(`set-up: ${error.message}`);
    console.log('0 passed, 1 failed, 0 skipped');
    return 1;
  }
  fs.rmSync(reportFile, { force: true });
  const results = Object.entries(checks).map(([script, title]) => runCheck(script, title));
  const report = readReport(results.every(({ script, ok }) => script !== 'unit' || ok));
  printSummary(results, report);
  console.log(`all of it took ${seconds(started)}`);

  const brokenChecks = results.filter(({ script, ok }) => script !== 'unit' && !ok).length;
  const unexplained = report.skipped.filter(({ reason }) => reason === null).length;
  const failed = report.failed.length + unexplained + brokenChecks;
  console.log(`${report.passed} passed, ${failed} failed, ${report.skipped.length - unexplained} skipped`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = main();
