import * as hostFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
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
  readonly #sides: readonly [ours: Side, hosts: Side];

  private constructor(ours: Booted) {
    this.ours = ours;
    this.#sides = [new Side(ours.fs as AnyFs, ours.base), new Side(hostFs as unknown as AnyFs, this.#scratch)];
  }

  static async start(boot: () => Promise<Booted> = bootTestFs): Promise<Comparison> {
    return new Comparison(await boot());
  }

  async close(): Promise<void> {
    hostFs.rmSync(this.#scratch, { recursive: true });
    await this.ours.close();
  }

  /** Expects the same outcome and the same tree from both. `except` names fields of an error that may differ. */
  async expectSame(script: Script, except: readonly string[] = []): Promise<void> {
    const [ours, hosts] = this.#sides;
    expect(without(await ours.perform(script), except)).toEqual(without(await hosts.perform(script), except));
  }
}

/** One file system, with a furnished directory for the next script; one that a script has changed is not used again. */
class Side {
  readonly #fs: AnyFs;
  readonly #top: string;
  #furnished: { readonly base: string; readonly tree: unknown } | null = null;

  constructor(fs: AnyFs, top: string) {
    this.#fs = fs;
    this.#top = top;
  }

  async perform(script: Script): Promise<Performance> {
    this.#furnished ??= this.#furnish();
    const { base, tree: before } = this.#furnished;
    const result = new Promise((resolve) => resolve(script(this.#fs, (path) => `${base}/${path}`)));
    const outcome = await outcomeOf(result, base);
    const tree = this.#picture(base);
    if (!isDeepStrictEqual(tree, before)) {
      this.#fs.rmSync(base, { recursive: true, force: true });
      this.#furnished = null;
    }
    return { outcome, tree };
  }

  #furnish(): { base: string; tree: unknown } {
    const base = this.#fs.mkdtempSync(`${this.#top}/case-`);
    furnish(this.#fs, base);
    return { base, tree: this.#picture(base) };
  }

  #picture(base: string): unknown {
    return this.#fs.existsSync(base) ? plain(pictureOf(this.#fs, Buffer.from(base)), base) : [];
  }
}

function without({ outcome, tree }: Performance, except: readonly string[]): unknown {
  if (!('error' in outcome)) return { outcome, tree };
  const fields = Object.entries(outcome.error as object).filter(([name]) => !except.includes(name));
  return { error: Object.fromEntries(fields), tree };
}
