import { readFileSync, truncateSync } from 'node:fs';
import { appendFile, open, truncate } from 'node:fs/promises';

/** A value and when it was changed. */
export interface Entry {
  readonly value: Uint8Array;
  readonly modified: number; // milliseconds since 1970
}

/** What the tree needs of a key-value store. Keys are any strings, values any bytes. */
export interface Store {
  get(key: string): Promise<Entry | undefined>;
  /** Takes the bytes as they are now. */
  set(key: string, entry: Entry): Promise<void>;
  /** Deletes a key, and does nothing when it is not there. */
  delete(key: string): Promise<void>;
  /** All keys that begin so, in any order. */
  list(prefix: string): Promise<string[]>;
  /** Returns when all that was done before is on the disk. */
  sync(): Promise<void>;
}

/** One line of the log. */
type Line = { readonly set: string; readonly value: string; readonly modified: number } | { readonly delete: string };

/**
 * A store in a file to which each change is appended, as a line of JSON. Values are kept in memory and read from the
 * file once. A last line that a crash has cut off goes. The file only grows.
 */
export class LogStore implements Store {
  readonly #file: string;
  readonly #entries = new Map<string, Entry>();
  #size: number; // bytes of whole lines
  /** Changes are made one behind the other. */
  #last: Promise<void> = Promise.resolve();

  /** @throws Error as Node's when the file cannot be read or made; SyntaxError for a line that is none of a log */
  constructor(file: string) {
    this.#file = file;
    const bytes = readFileSync(file, { flag: 'a+' });
    this.#size = bytes.lastIndexOf('\n') + 1;
    if (this.#size < bytes.length) truncateSync(file, this.#size);
    const lines = bytes.toString('utf8', 0, this.#size).split('\n').slice(0, -1);
    for (const line of lines) this.#apply(JSON.parse(line) as Line);
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.#entries.get(key);
  }

  set(key: string, { value, modified }: Entry): Promise<void> {
    return this.#append({ set: key, value: Buffer.from(value).toString('base64'), modified });
  }

  delete(key: string): Promise<void> {
    return this.#append({ delete: key });
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
  }

  sync(): Promise<void> {
    return this.#next(async () => {
      const handle = await open(this.#file);
      await handle.sync().finally(() => handle.close());
    });
  }

  #append(line: Line): Promise<void> {
    return this.#next(async () => {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      try {
        await appendFile(this.#file, bytes);
      } catch (error) {
        // On a full disk a part may have been written, which must not become the beginning of another line.
        await truncate(this.#file, this.#size);
        throw error;
      }
      this.#size += bytes.length;
      this.#apply(line);
    });
  }

  #next(action: () => Promise<void>): Promise<void> {
    const done = this.#last.then(action);
    this.#last = done.catch(() => {});
    return done;
  }

  #apply(line: Line): void {
    if ('delete' in line) this.#entries.delete(line.delete);
    else this.#entries.set(line.set, { value: Buffer.from(line.value, 'base64'), modified: line.modified });
  }
}
