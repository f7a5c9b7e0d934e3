import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { getSystemErrorMap } from 'node:util';
import { quoteName } from './format/name.ts';

/** Where a command writes, and what went wrong so far. */
export class Output {
  readonly #out: Writable & { readonly isTTY?: boolean };
  readonly #error: Writable & { readonly isTTY?: boolean };
  readonly #command: string;
  #failures = 0;
  #isBroken = false;

  constructor(command: string, streams: { readonly out: Writable; readonly error: Writable }) {
    this.#command = command;
    this.#out = streams.out;
    this.#error = streams.error;
    this.#out.once('error', () => {
      this.#isBroken = true;
    });
  }

  get isTerminal(): boolean {
    return this.#out.isTTY === true;
  }

  /** The stream for progress; null when nobody looks at it. */
  get progress(): Writable | null {
    return this.#error.isTTY === true ? this.#error : null;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Writes bytes, and waits while the reader is slow. */
  async write(bytes: Uint8Array | string): Promise<void> {
    if (!this.#out.write(bytes)) await once(this.#out, 'drain');
  }

  async line(...parts: readonly (Buffer | string)[]): Promise<void> {
    await this.write(
      Buffer.concat([...parts, '\n'].map((part) => (typeof part === 'string' ? Buffer.from(part) : part))),
    );
  }

  /**
   * One line about something that could not be done; the command goes on and ends with exit code 1.
   * Nothing once the output is broken: what fails then, fails because of that.
   */
  fail(path: Buffer | null, error: unknown): void {
    this.#failures++;
    if (this.#isBroken) return;
    const where = path === null ? '' : `${quoteName(path)}: `;
    this.#error.write(`fusewire ${this.#command}: ${where}${explain(error)}\n`);
  }
}

/** An error in words: the text of its errno where it has one. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno } = error as NodeJS.ErrnoException;
  const known = typeof errno === 'number' ? getSystemErrorMap().get(errno) : undefined;
  return known === undefined ? error.message : known[1];
}

/** {@link explain} with the file that it is about, where the error knows one: for errors that stand alone. */
export function explainAlone(error: unknown): string {
  const { path } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof path === 'string' ? `${path}: ${explain(error)}` : explain(error);
}
