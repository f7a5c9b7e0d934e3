import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A file that is only ever replaced as a whole: whoever reads it, also after a crash, finds the old content or the new one.
 * One replacement runs at a time; all who ask for one while it runs share the next.
 */
export class AtomicFile {
  readonly #path: string;
  readonly #content: () => string;
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  /** `content` is asked for what to write when it is written. */
  constructor(file: string, content: () => string) {
    this.#path = file;
    this.#content = content;
  }

  /** Writes what the content is now, or is a little later. @throws Error as Node's, with a code that FUSE knows too */
  save(): Promise<void> {
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => {
      this.#next = null;
      return replace(this.#path, this.#content());
    });
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }
}

async function replace(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.new`;
  try {
    const { mode } = await stat(file);
    await writeFile(temporary, content, { mode, flush: true });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // The new name is an entry of the folder, which has to reach the disk as well.
  const folder = await open(path.dirname(file));
  await folder.sync().finally(() => folder.close());
}
