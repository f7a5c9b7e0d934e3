import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Mounted, type MountOptions, mount } from '../mount.ts';
import { memory } from '../server/memory.ts';

/** A file system in memory that takes one kind of request and answers it only when told to. */
class Stuck {
  readonly server = memory();
  readonly asked: Promise<void>;
  #answer: (() => void)[] = [];
  #isOpen = false;

  constructor(method: 'read' | 'open' | 'unlink' | 'lookup' | 'readdirplus') {
    const plain = this.server as unknown as Record<string, (...args: unknown[]) => unknown>;
    const answer = plain[method]?.bind(this.server) as (...args: unknown[]) => unknown;
    let wasAsked: () => void = () => {};
    this.asked = new Promise((resolve) => {
      wasAsked = resolve;
    });
    plain[method] = (...args: unknown[]) => {
      if (this.#isOpen) return answer(...args);
      wasAsked();
      return new Promise((resolve) => this.#answer.push(() => resolve(answer(...args))));
    };
  }

  /** From now on there are answers, to what was asked too. */
  letGo(): void {
    this.#isOpen = true;
    for (const answer of this.#answer.splice(0)) answer();
  }

  mount(options: MountOptions = {}): Promise<Mounted> {
    return mount(this.server, options);
  }
}

/** What is left of calls: tasks other than the one that carries requests, requests, descriptors, timers. */
const left = ({ kernel, control, process }: Mounted) => ({
  tasks: [...kernel.scheduler.tasks].length - 1,
  requests: control.waiting,
  descriptors: process.fds.open,
  timer: kernel.scheduler.nextTimer,
});

const NOTHING = { tasks: 0, requests: 0, descriptors: [], timer: null };

test('a call that takes too long is ETIMEDOUT with its name, its path and what it waits for; the answer may come later', async () => {
  const stuck = new Stuck('unlink');
  await using mounted = await stuck.mount({ name: 'slow' });
  mounted.fs.writeFileSync('/file', 'content');
  const steps: string[] = [];
  mounted.connection.events.on(({ step, request }) => steps.push(`${request.opcode.name} ${step}`));
  await expect(mounted.within({ timeoutMs: 20 }).promises.unlink('/file')).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    errno: -110,
    syscall: 'unlink',
    path: '/file',
    message: "ETIMEDOUT: connection timed out, unlink '/file'",
    cause: expect.objectContaining({ message: expect.stringMatching(/^it waits for UNLINK \d+ on slow$/) }),
  });
  await expect.poll(() => steps).toContain('UNLINK interrupted');
  expect(left(mounted)).toEqual({ ...NOTHING, tasks: 1, requests: 1 });
  stuck.letGo();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
  expect(await mounted.fs.promises.readdir('/')).toEqual([]);
});

test('a file that is opened too late is closed, and released', async () => {
  const stuck = new Stuck('open');
  await using mounted = await stuck.mount();
  mounted.fs.writeFileSync('/file', 'content');
  const fs = mounted.within({ timeoutMs: 20 });
  await expect(fs.promises.readFile('/file')).rejects.toMatchObject({ code: 'ETIMEDOUT', syscall: 'open' });
  await expect(fs.promises.open('/file')).rejects.toMatchObject({ code: 'ETIMEDOUT', syscall: 'open' });
  stuck.letGo();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
});

test('a call that ends in time leaves no timer', async () => {
  await using mounted = await mount(memory(), { calls: { timeoutMs: 60_000 } });
  await mounted.fs.promises.writeFile('/file', 'content');
  expect(mounted.fs.readFileSync('/file', 'utf8')).toBe('content');
  expect(left(mounted).timer).toBeNull();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
});

test('callbacks, streams and handles made by a limited fs are limited', async () => {
  const stuck = new Stuck('read');
  await using mounted = await stuck.mount({ calls: { timeoutMs: 500 } });
  const { fs } = mounted;
  fs.writeFileSync('/file', 'content');
  await expect(promisify(fs.readFile)('/file')).rejects.toMatchObject({ code: 'ETIMEDOUT', syscall: 'read' });
  const handle = await fs.promises.open('/file');
  await expect(handle.read(Buffer.alloc(7))).rejects.toMatchObject({ code: 'ETIMEDOUT', syscall: 'read' });
  const [error] = await once(fs.createReadStream('/file').resume(), 'error');
  expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'read' });
  stuck.letGo();
  await handle.close();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
});

test('a directory opened by a limited fs is limited', async () => {
  const stuck = new Stuck('readdirplus');
  await using mounted = await stuck.mount({ calls: { timeoutMs: 500 } });
  const directory = await mounted.fs.promises.opendir('/');
  await expect(directory.read()).rejects.toMatchObject({ code: 'ETIMEDOUT', syscall: 'readdir' });
  stuck.letGo();
  await directory.close();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
});

test('a signal ends every call under way, and lets none begin', async () => {
  const stuck = new Stuck('lookup');
  await using mounted = await stuck.mount();
  const controller = new AbortController();
  const fs = mounted.within({ signal: controller.signal });
  const results = [fs.promises.stat('/a'), fs.promises.mkdir('/b')];
  await stuck.asked;
  controller.abort('enough');
  for (const result of results) {
    await expect(result).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' });
  }
  await expect(fs.promises.stat('/')).rejects.toMatchObject({ name: 'AbortError' });
  expect(() => fs.statSync('/')).toThrow(expect.objectContaining({ name: 'AbortError', cause: 'enough' }));
  stuck.letGo();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
  expect(await mounted.fs.promises.readdir('/')).toEqual([]); // mkdir(2) was killed before MKDIR.
});

test('a call with a signal of its own ends by either', async () => {
  const stuck = new Stuck('read');
  await using mounted = await stuck.mount();
  mounted.fs.writeFileSync('/file', 'content');
  const [general, own] = [new AbortController(), new AbortController()];
  const fs = mounted.within({ signal: general.signal });
  const first = fs.promises.readFile('/file', { signal: own.signal });
  const second = fs.promises.readFile('/file', { signal: new AbortController().signal });
  await stuck.asked;
  own.abort('own');
  await expect(first).rejects.toMatchObject({ cause: 'own' });
  general.abort('general');
  await expect(second).rejects.toMatchObject({ cause: 'general' });
  stuck.letGo();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
});

test('a synchronous call that only this thread could answer is a deadlock at once, whatever the limit', async () => {
  const stuck = new Stuck('lookup');
  await using mounted = await stuck.mount();
  expect(() => mounted.within({ timeoutMs: 1_000_000 }).statSync('/file')).toThrow(/^deadlock: .*LOOKUP/);
  stuck.letGo();
  await expect.poll(() => left(mounted)).toEqual(NOTHING);
});

test.each([0, -1, Number.NaN, 2 ** 31, '5'])('a timeout of %j is none', async (timeoutMs) => {
  await using mounted = await mount(memory());
  expect(() => mounted.within({ timeoutMs: timeoutMs as number })).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^ERR_(?:OUT_OF_RANGE|INVALID_ARG_TYPE)$/) }),
  );
  expect(() => mounted.within({ signal: {} as AbortSignal })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
  );
});
