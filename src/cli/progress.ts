import type { Writable } from 'node:stream';
import { byteCount, duration } from './format/columns.ts';

const WIDTH = 30; // characters of the bar
const EVERY = 100; // milliseconds between two drawings

/** A progress bar on a terminal's last line: bytes of how many, speed, time left. */
export class ProgressBar {
  readonly #terminal: Writable;
  readonly #total: number; // bytes
  readonly #started = performance.now();
  #done = 0;
  #drawn = 0;

  constructor(terminal: Writable, total: number) {
    this.#terminal = terminal;
    this.#total = total;
  }

  add(bytes: number): void {
    this.#done += bytes;
    const now = performance.now();
    if (now - this.#drawn < EVERY) return;
    this.#drawn = now;
    this.#draw(now);
  }

  /** Clears the line. */
  end(): void {
    this.#terminal.write('\r\x1b[K');
  }

  #draw(now: number): void {
    const share = this.#total === 0 ? 1 : Math.min(1, this.#done / this.#total);
    const full = Math.round(share * WIDTH);
    const speed = this.#done / Math.max(1, now - this.#started); // bytes per millisecond
    const left = speed === 0 ? '' : `, ${duration((this.#total - this.#done) / speed)} left`;
    const bar = '#'.repeat(full) + '-'.repeat(WIDTH - full);
    const text = `[${bar}] ${byteCount(this.#done)} of ${byteCount(this.#total)}, ${byteCount(speed * 1000)}/s${left}`;
    this.#terminal.write(`\r${text}\x1b[K`);
  }
}
