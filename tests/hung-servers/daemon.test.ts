import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, daemon } from '../../src/attach/daemon.ts';
import { type Mounted, mount } from '../../src/mount.ts';
import { memory } from '../../src/server/memory.ts';

// A server in a process of its own that is stopped, as by SIGSTOP: it has its device and answers nothing.

const scratch = mkdtempSync(path.join(tmpdir(), 'fusewire-stopped-'));
const command = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const typescript = new URL('../../scripts/run-typescript.mjs', import.meta.url).href;
const library = fileURLToPath(new URL('../../src/index.ts', import.meta.url));

beforeAll(() => writeFileSync(path.join(scratch, 'file'), 'content'));
afterAll(() => rmSync(scratch, { recursive: true }));

const arguments_ = ['--import', typescript, command, 'serve', `dir:${scratch}`, '{}'];
const server = (): Daemon => daemon(process.execPath, arguments_, { attach: 'fd', name: 'stopped', grace: 2000 });

/** Whether a process runs, or could; one that has ended may still wait to be reaped. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function stopped(): Promise<{ readonly mounted: Mounted; readonly pids: readonly number[] }> {
  const mounted = await mount(server());
  await mounted.fs.promises.stat('/file');
  mounted.daemon?.signal('SIGSTOP');
  return { mounted, pids: mounted.daemon?.pids ?? [] };
}

const TIMED_OUT = expect.objectContaining({ code: 'ETIMEDOUT', syscall: 'open', path: '/file' });

test('holds back its own mount alone, and calls with a limit; let go, it is used as before', async () => {
  const { mounted, pids } = await stopped();
  await using _ = mounted;
  await using other = await mount(memory());
  const slow = mounted.fs.promises.readFile('/file', 'utf8');
  const limited = mounted.within({ timeoutMs: 100 });
  expect(() => limited.readFileSync('/file')).toThrow(TIMED_OUT);
  await expect(limited.promises.readFile('/file')).rejects.toEqual(TIMED_OUT);
  other.fs.writeFileSync('/other', 'goes on');
  expect(await other.fs.promises.readFile('/other', 'utf8')).toBe('goes on');
  mounted.daemon?.signal('SIGCONT');
  expect(await slow).toBe('content');
  expect(mounted.fs.readFileSync('/file', 'utf8')).toBe('content');
  await expect.poll(() => [mounted.control.waiting, mounted.process.fds.open]).toEqual([0, []]);
  expect(pids.every(isAlive)).toBe(true);
});

test('is unmounted by force at once, with calls under way, and killed', async () => {
  const { mounted, pids } = await stopped();
  const calls = [mounted.fs.promises.readFile('/file'), mounted.fs.promises.readdir('/')];
  const ends = Promise.allSettled(calls);
  await expect.poll(() => mounted.control.waiting).toBe(2);
  const gentle = mounted.unmount();
  await mounted.unmount('force');
  await gentle;
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ECONNABORTED' } });
  expect(pids.length).toBeGreaterThan(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

test('ends with the process that uses it, whatever waits', async () => {
  const program = `
    import { daemon, mount } from ${JSON.stringify(library)};
    const server = daemon(process.execPath, ${JSON.stringify(arguments_)}, { attach: 'fd' });
    const mounted = await mount(server);
    mounted.daemon.signal('SIGSTOP');
    console.log(mounted.daemon.pids.join(' '));
    mounted.fs.promises.readFile('/file');
    setTimeout(() => process.exit(7), 50);`;
  const ended = spawnSync(process.execPath, ['--import', typescript, '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(ended.status, ended.stderr).toBe(7);
  const pids = ended.stdout.trim().split(' ').map(Number);
  expect(pids.length).toBeGreaterThan(0);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
});

test('keeps alive a process that waits for it with a limit, and no longer', () => {
  const program = `
    import { daemon, mount } from ${JSON.stringify(library)};
    const server = { lookup: () => new Promise(() => {}) };
    const mounted = await mount(server, { calls: { timeoutMs: 100 } });
    const error = await mounted.fs.promises.stat('/file').catch((reason) => reason);
    console.log(error.code);`;
  const ended = spawnSync(process.execPath, ['--import', typescript, '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([ended.status, ended.stdout, ended.stderr]).toEqual([0, 'ETIMEDOUT\n', '']);
});
