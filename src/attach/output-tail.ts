import type { Readable } from 'node:stream';

const KEPT = 65_536; // bytes
const LINES = 3;
const SUMMARY_MAX = 1000; // characters

/** The last of what a daemon printed, for messages about its end. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #length = 0;

  /** Takes in a stream; it does not keep this process alive. */
  listen(stream: Readable & { unref?(): void }): void {
    stream.on('data', (chunk: Buffer) => this.#add(chunk));
    stream.on('error', () => {});
    stream.unref?.();
  }

  /** The last lines in one, fit for a terminal; empty when it printed nothing. */
  get summary(): string {
    const lines = Buffer.concat(this.#chunks).toString().split('\n');
    const said = lines.map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim()).filter((line) => line !== '');
    const last = said.slice(-LINES).join('; ');
    return last.length > SUMMARY_MAX ? `...${last.slice(-SUMMARY_MAX)}` : last;
  }

  #add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length - (this.#chunks[0]?.length ?? 0) > KEPT) this.#length -= this.#chunks.shift()?.length ?? 0;
  }
}
