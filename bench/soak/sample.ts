import type { Mounted } from '../../src/index.ts';

/** What is in memory at one moment. All sizes in bytes. */
export interface Sample {
  /** Since the load began. */
  readonly seconds: number;
  /** Of the JavaScript heap, after a collection. */
  readonly heap: number;
  /** Outside of the heap: what ArrayBuffers hold. */
  readonly buffers: number;
  readonly resident: number;
  readonly pages: number;
  readonly names: number;
}

/** The most that may be cached. */
export interface Budgets {
  readonly pageCacheBytes: number;
  readonly dentryCacheEntries: number;
}

/** Looks at this process and at what a mount's kernel has cached. */
export function sample({ kernel }: Mounted, seconds: number): Sample {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const [pages, names] = [kernel.pageCache.used, kernel.dentryCache.count];
  return { seconds, heap: heapUsed, buffers: arrayBuffers, resident: rss, pages, names };
}

/** More than this beyond a level heap is growth, not noise. */
const NOISE = 8 * 2 ** 20; // bytes

/** What a run shows that should not be: a budget that did not hold, memory that keeps growing. */
export function complaints(samples: readonly Sample[], budgets: Budgets, held: number): string[] {
  const found: string[] = [];
  const most = (of: (sample: Sample) => number): number => Math.max(...samples.map(of));
  const pages = most((sample) => sample.pages);
  if (pages > budgets.pageCacheBytes) found.push(`${pages} bytes of pages, ${budgets.pageCacheBytes} were allowed`);
  const names = most((sample) => sample.names);
  const allowed = budgets.dentryCacheEntries + held;
  if (names > allowed) found.push(`${names} names, ${allowed} were allowed, those in use among them`);
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  for (const kind of ['heap', 'buffers'] as const) {
    const grown = median(last, kind) - median(middle, kind);
    if (third > 1 && grown > NOISE) found.push(`${kind} grew by ${grown} bytes from the second third to the last`);
  }
  return found;
}

/** The middle of the values that samples have. */
export function median(samples: readonly Sample[], kind: keyof Sample): number {
  const values = samples.map((sample) => sample[kind]).sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}
