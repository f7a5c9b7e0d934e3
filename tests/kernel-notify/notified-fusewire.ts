import { setImmediate } from 'node:timers/promises';
import { type Mounted, mount } from '../../src/index.ts';
import { Errno } from '../../src/server-library.ts';
import type { NotifyMethod } from './messages.ts';
import type { Notified } from './notified.ts';
import { TreeServer } from './tree-server.ts';

/** The tree of tree-server.ts through Fusewire's own kernel, in this process. */
export class NotifiedFusewire implements Notified {
  #server = new TreeServer();
  #mounted: Mounted | null = null;

  get fs(): Mounted['fs']['promises'] {
    if (this.#mounted === null) throw new Error('nothing is mounted');
    return this.#mounted.fs.promises;
  }

  async mount(): Promise<void> {
    await this.#mounted?.unmount();
    this.#server = new TreeServer();
    this.#mounted = await mount(this.#server);
  }

  path(name: string): string {
    return `/${name}`;
  }

  async notify(method: NotifyMethod, ...args: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#server.notify(method, args);
    } catch (error) {
      if (error instanceof Errno) return error.code;
      throw error;
    }
  }

  async set(name: string, content: string | null): Promise<void> {
    this.#server.set(name, content);
  }

  async requests(): Promise<readonly string[]> {
    return this.#server.take();
  }

  async requestsUntil(request: string): Promise<readonly string[]> {
    const seen: string[] = [];
    for (;;) {
      seen.push(...this.#server.take());
      if (seen.includes(request)) return seen;
      await setImmediate();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mounted?.unmount();
  }
}
