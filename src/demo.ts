import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { daemon } from './attach/daemon.ts';
import { byteCount, duration } from './cli/format/columns.ts';
import { lifeLine } from './cli/trace/line.ts';
import { collectLives, type Life } from './cli/trace/lives.ts';
import { summary } from './cli/trace/summary.ts';
import { mount } from './mount.ts';

const SHOWN = 24; // lives that are printed one by one
const FILE = 'package-lock.json';

/** This package's own folder, served by the built-in passthrough server in a process of its own. */
const folder = fileURLToPath(new URL('..', import.meta.url));
const program = fileURLToPath(new URL('cli/main.js', import.meta.url));

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

/** The main job on what is at hand: attach a server, list a tree, read a file, and show the life of each request. */
async function demonstrate(): Promise<void> {
  const lives: Life[] = [];
  const began = performance.now();
  const server = daemon(process.execPath, [program, 'serve', `dir:${folder}`, '{}'], { name: 'passthrough' });
  {
    await using mounted = await mount(server, { trace: collectLives((life) => lives.push(life)) });
    const { fs, daemon: running, connection } = mounted;
    say(`A FUSE server, process ${running?.pids.join(' ')}, serves ${folder}`);
    say(
      `over a SOCK_SEQPACKET socket. It speaks protocol 7.${connection.limits.minor}. No /dev/fuse, no mount, no root.`,
    );
    say();
    say('src/');
    for (const entry of await fs.promises.readdir('/src', { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const files = (await fs.promises.readdir(`/src/${entry.name}`, { recursive: true })).filter((name) =>
        name.endsWith('.ts'),
      );
      say(`  ${`${entry.name}/`.padEnd(14)}${String(files.length).padStart(3)} files`);
    }
    const start = performance.now();
    const through = await fs.promises.readFile(`/${FILE}`);
    const took = performance.now() - start;
    const original = await readFile(`${folder}/${FILE}`);
    if (!through.equals(original)) throw new Error(`${FILE} read through the server differs from the original`);
    say();
    say(`${FILE}: ${byteCount(through.length)} read in ${duration(took)}, equal to the original byte for byte.`);
  }
  say();
  say(
    `The lives of the first ${SHOWN} of ${lives.length} requests: when, what, time in the queue, time in the server, in all.`,
  );
  for (const life of lives.slice(0, SHOWN)) say(lifeLine(life, began));
  say();
  process.stdout.write(summary(lives));
}

await demonstrate();
