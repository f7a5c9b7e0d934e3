import * as hostFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Booted, bootTestFs } from './boot.ts';
import { furnish, pictureOf } from './fixture.ts';
import { type AnyFs, type Outcome, outcomeOf, plain } from './outcome.ts';

/** Makes a path in a directory of the comparison's own. */
export type At = (path: string) => string;

/** What is done on both sides. */
export type Script = (fs: AnyFs, at: At) => unknown;

interface Performance {
  readonly outcome: Outcome;
  readonly tree: unknown; // what is there afterwards
}

/** Our fs and the host's, side by side. */
export class Comparison {
  readonly ours: Booted;
  readonly #scratch = hostFs.mkdtempSync(join(tmpdir(), 'fusewire-node-fs-'));

  private constructor(ours: Booted) {
    this.ours = ours;
  }

  static async start(): Promise<Comparison> {
    return new Comparison(await bootTestFs());
  }

  async close(): Promise<void> {
    hostFs.rmSync(this.#scratch, { recursive: true });
    await this.ours.close();
  }

  /** Expects the same outcome and the same tree from both. `except` names fields of an error that may differ. */
  async expectSame(script: Script, except: readonly string[] = []): Promise<void> {
    const ours = await perform(this.ours.fs as AnyFs, this.ours.base, script);
    const hosts = await perform(hostFs as unknown as AnyFs, this.#scratch, script);
    expect(without(ours, except)).toEqual(without(hosts, except));
  }
}

async function perform(fs: AnyFs, top: string, script: Script): Promise<Performance> {
  const base = fs.mkdtempSync(`${top}/case-`);
  furnish(fs, base);
  const result = new Promise((resolve) => resolve(script(fs, (path) => `${base}/${path}`)));
  const outcome = await outcomeOf(result, base);
  const tree = fs.existsSync(base) ? plain(pictureOf(fs, Buffer.from(base)), base) : [];
  fs.rmSync(base, { recursive: true, force: true });
  return { outcome, tree };
}

function without({ outcome, tree }: Performance, except: readonly string[]): unknown {
  if (!('error' in outcome)) return { outcome, tree };
  const fields = Object.entries(outcome.error as object).filter(([name]) => !except.includes(name));
  return { error: Object.fromEntries(fields), tree };
}
