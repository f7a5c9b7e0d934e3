import type { Readable } from 'node:stream';

const KEPT = 65_536; // bytes

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

  /** The last lines in one, or nothing. */
  get summary(): string {
    const lines = Buffer.concat(this.#chunks).toString().split('\n');
    const said = lines.map((line) => line.trim()).filter((line) => line !== '');
    return said.slice(-3).join('; ');
  }

  #add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length - (this.#chunks[0]?.length ?? 0) > KEPT) this.#length -= this.#chunks.shift()?.length ?? 0;
  }
}
