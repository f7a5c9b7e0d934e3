import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unmountKernel } from '../../src/kernel-mount.ts';
import { mountAt } from '../../src/linux/mounts.ts';
import type { Ask, NotifyMethod, Told } from './messages.ts';
import type { Notified } from './notified.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The tree of server-main.ts, mounted by Linux and served by a child process, so that this one may use it. */
export class NotifiedMount implements Notified {
  readonly fs = promises;
  readonly #at = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-kernel-notify-'));
  readonly #child;
  readonly #waiting = new Map<number, (told: Told) => void>();
  #lastId = 0;

  constructor() {
    const args = ['--import', './scripts/run-typescript.mjs', 'tests/kernel-notify/server-main.ts'];
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    this.#child = spawn(process.execPath, args, { cwd: root, stdio: [...stdio], serialization: 'advanced' });
    this.#child.on('message', (message) => {
      const { id, told } = message as { id: number; told: Told };
      this.#waiting.get(id)?.(told);
      this.#waiting.delete(id);
    });
    this.#child.once('exit', () => {
      for (const tell of this.#waiting.values()) tell({ code: 'the server has ended' });
    });
  }

  /** @throws Error when the child cannot */
  async mount(): Promise<void> {
    const told = await this.#ask({ mount: this.#at });
    if ('code' in told) throw new Error(told.code);
  }

  path(name: string): string {
    return path.join(this.#at, name);
  }

  async notify(notify: NotifyMethod, ...args: readonly unknown[]): Promise<unknown> {
    const told = await this.#ask({ notify, args });
    return 'code' in told ? told.code : told.value;
  }

  async set(name: string, content: string | null): Promise<void> {
    await this.#ask({ set: name, content });
  }

  async requests(): Promise<readonly string[]> {
    const told = await this.#ask({ take: 'requests' });
    return 'value' in told ? (told.value as string[]) : [];
  }

  async requestsUntil(request: string): Promise<readonly string[]> {
    const seen: string[] = [];
    while (!seen.includes(request)) seen.push(...(await this.requests()));
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null;
    this.#child.kill('SIGKILL');
    if (!isOver) await ended;
    if (mountAt(this.#at) !== undefined) await unmountKernel(this.#at, 'force');
    fs.rmdirSync(this.#at);
  }

  #ask(ask: Ask): Promise<Told> {
    const id = ++this.#lastId;
    const told = new Promise<Told>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, ask });
    return told;
  }
}
