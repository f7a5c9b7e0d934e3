import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Variables } from './calls.ts';
import { mustSucceed, type Outcome, type Prepared, SET_UP_TASK, type Side } from './outcome.ts';
import { RUN_TYPESCRIPT, Runner } from './runner.ts';
import { type Step, stepsOf, type TaskSpec } from './script.ts';
import type { ServerReply, ServerRequest } from './server-messages.ts';
import { type Variant, variantNamed } from './variants.ts';

const PROGRAM = fileURLToPath(new URL('server-main.ts', import.meta.url));
/** Milliseconds that one script may take before its mount is given up. */
const DEADLINE = 20_000;
/** Milliseconds until the clock that the kernel takes times from shows another one for sure. */
/** How many requests nobody waits for Linux sends at a time, unless the server wants more. */
const MAX_BACKGROUND = 12;
const TICK = 10;

/**
 * The Linux kernel: one process serves and mounts, another for each task makes the calls. This process touches neither
 * the mount nor anything below it.
 */
export class LinuxSide implements Side, AsyncDisposable {
  readonly #server: ChildProcess;
  readonly #answers: ((reply: ServerReply) => void)[] = [];
  readonly #runners: Runner[] = [];
  readonly #setUp = new Runner();
  #broken: Error | null = null;

  constructor() {
    this.#server = fork(PROGRAM, { execArgv: RUN_TYPESCRIPT });
    this.#server.on('message', (reply: ServerReply) => this.#answers.shift()?.(reply));
    this.#server.on('exit', (code, signal) => this.#break(new Error(`the serving process ended: ${signal ?? code}`)));
  }

  async run(script: Prepared, variant: string): Promise<Outcome> {
    if (this.#broken !== null) throw this.#broken;
    while (this.#runners.length < script.tasks.length) this.#runners.push(new Runner());
    const names = this.#runners.map(({ pid }, index): [number, string] => [pid, `task ${index}`]);
    const mounted = await this.#ask({ kind: 'mount', variant, names }, 'mounted');
    const alarm = setTimeout(() => this.#giveUp(), DEADLINE);
    try {
      return await this.#perform(script, variant, mounted.directory);
    } catch (error) {
      await this.#ask({ kind: 'unmount' }, 'unmounted').catch(() => undefined);
      throw new Error(`${script.name} (${variant}): ${(error as Error).message}`, { cause: error });
    } finally {
      clearTimeout(alarm);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const runner of [this.#setUp, ...this.#runners]) runner.close();
    this.#broken ??= new Error('the oracle is closed');
    this.#server.disconnect();
    if (this.#server.exitCode === null) await new Promise((resolve) => this.#server.once('exit', resolve));
  }

  async #perform(script: Prepared, variant: string, root: string): Promise<Outcome> {
    const { results: made } = await this.#setUp.ask({
      begin: { root, task: SET_UP_TASK },
      steps: script.setUp,
      end: true,
    });
    mustSucceed('Linux', script, made);
    await this.#settle(root, script.setUp.length);
    const { remount } = variantNamed(variant);
    if (remount !== undefined) {
      await this.#setUp.ask({ begin: { root, task: SET_UP_TASK }, remount, end: true });
      await this.#settle(root, 0);
    }
    const runners = this.#runners.slice(0, script.tasks.length);
    await Promise.all(runners.map((runner, at) => runner.ask({ begin: { root, task: script.tasks[at] as TaskSpec } })));
    await this.#ask({ kind: 'record' }, 'done');
    const results = await this.#steps(script, runners, variantNamed(variant));
    await Promise.all(runners.map((runner) => runner.ask({ end: true })));
    const { tree } = await this.#setUp.ask({ begin: { root, task: SET_UP_TASK }, tree: true, end: true });
    await this.#settle(root, script.steps.length);
    const { requests, log } = await this.#ask({ kind: 'unmount' }, 'unmounted');
    return { results, tree, requests, log };
  }

  /**
   * Waits until the server has read what nobody waits for: a RELEASE that it has not read is lost when Linux unmounts, and one
   * of a set-up must not be counted. It reads in order, and statfs(2) is always asked; but only so many are sent in the
   * background at a time, and `steps` may have left as many to be sent.
   */
  async #settle(root: string, steps: number): Promise<void> {
    const rounds = 1 + Math.ceil(steps / MAX_BACKGROUND);
    const asked = stepsOf('statfs /\n'.repeat(rounds));
    await this.#setUp.ask({ begin: { root, task: SET_UP_TASK }, steps: asked, end: true });
  }

  /** Makes the steps in their order: those of one task in a row together, one by one where requests are told apart. */
  async #steps(
    { steps, comparesRequests }: Prepared,
    runners: readonly Runner[],
    { writeback }: Variant,
  ): Promise<string[]> {
    const ticks = writeback === true && comparesRequests;
    const results: string[] = [];
    let variables: Variables = {};
    for (let at = 0; at < steps.length; ) {
      const first = steps[at] as Step;
      let end = at + 1;
      if (!comparesRequests) while (steps[end]?.task === first.task) end++;
      const runner = runners[first.task];
      if (runner === undefined) throw new Error(`there is no task ${first.task}: ${first.line}`);
      const reply = await runner.ask({ steps: steps.slice(at, end), variables });
      results.push(...reply.results);
      variables = reply.variables;
      if (ticks) await new Promise((resolve) => setTimeout(resolve, TICK));
      if (comparesRequests) await this.#ask({ kind: 'mark' }, 'done');
      at = end;
    }
    return results;
  }

  #ask<Kind extends ServerReply['kind']>(
    request: ServerRequest,
    kind: Kind,
  ): Promise<Extract<ServerReply, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== null) return reject(this.#broken);
      this.#answers.push((reply) => {
        if (reply.kind === kind) resolve(reply as Extract<ServerReply, { kind: Kind }>);
        else reject(new Error(reply.kind === 'failed' ? reply.failure : `${reply.kind} instead of ${kind}`));
      });
      this.#server.send(request);
    });
  }

  /** Frees everybody who waits for the mount, and ends those who wait for something else: a FIFO's other end, say. */
  #giveUp(): void {
    void this.#ask({ kind: 'abort' }, 'done').catch(() => undefined);
    for (const runner of [this.#setUp, ...this.#runners]) runner.kill();
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const answer of this.#answers.splice(0)) answer({ kind: 'failed', failure: error.message });
  }
}
