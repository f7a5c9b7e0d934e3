const MOST = 2000;
const LEAST = 20;

/**
 * How long a thread looks for what it waits for before it sleeps: waking up costs more than a short look. On a machine where
 * somebody else needs the processor looking is in vain, so it is done as much as it has paid lately.
 */
export class Patience {
  #looks = MOST;

  /** Whether it became so while it was looked for. */
  sees(isSo: () => boolean): boolean {
    for (let look = 0; look < this.#looks; look++) {
      if (!isSo()) continue;
      this.#looks = Math.min(MOST, 2 * this.#looks);
      return true;
    }
    this.#looks = Math.max(LEAST, this.#looks >> 1);
    return false;
  }
}
