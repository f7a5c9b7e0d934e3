type Kind = 'shared' | 'exclusive';

/**
 * A lock that many may hold together, or one alone. Who comes first is served first, so that neither kind waits for ever.
 * Who holds it must not ask for it again.
 */
export class SharedLock {
  #held: 'free' | Kind = 'free';
  #holders = 0;
  readonly #waiting: { readonly kind: Kind; readonly enter: () => void }[] = [];

  /** Runs `action` together with other shared ones. */
  shared<T>(action: () => Promise<T>): Promise<T> {
    return this.#hold('shared', action);
  }

  /** Runs `action` when nobody else holds the lock. */
  exclusive<T>(action: () => Promise<T>): Promise<T> {
    return this.#hold('exclusive', action);
  }

  async #hold<T>(kind: Kind, action: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#admits(kind)) {
      await new Promise<void>((enter) => this.#waiting.push({ kind, enter }));
    } else this.#enter(kind);
    try {
      return await action();
    } finally {
      this.#leave();
    }
  }

  #admits(kind: Kind): boolean {
    return this.#held === 'free' || (this.#held === 'shared' && kind === 'shared');
  }

  #enter(kind: Kind): void {
    this.#held = kind;
    this.#holders++;
  }

  #leave(): void {
    if (--this.#holders === 0) this.#held = 'free';
    for (let next = this.#waiting[0]; next !== undefined && this.#admits(next.kind); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(next.kind);
      next.enter();
    }
  }
}
