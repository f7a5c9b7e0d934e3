import { describe, expect, test } from 'vitest';
import { PAGE_SIZE } from '../abi/linux.ts';
import { Mapping } from './mapping.ts';
import { PAGES_OF_CHUNK, PageCache } from './page-cache.ts';
import type { WritebackRun } from './writeback-run.ts';

const CHUNK = PAGES_OF_CHUNK * PAGE_SIZE;
/** Room for so many full chunks, and what they take besides. */
const roomFor = (chunks: number): PageCache => new PageCache(chunks * (CHUNK + 512));

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const fill = (mapping: Mapping, chunk: number): void =>
  mapping.lock(chunk * PAGES_OF_CHUNK, PAGES_OF_CHUNK).fill(bytes(CHUNK, chunk + 1));
const has = (mapping: Mapping, chunk: number): boolean => mapping.isUptodate(chunk * PAGES_OF_CHUNK);
const use = (mapping: Mapping, chunk: number): number => mapping.read(chunk * CHUNK, new Uint8Array(1));

describe('a page cache above its budget', () => {
  test('drops what was not used, and spares what was', () => {
    const cache = roomFor(4);
    const mapping = new Mapping(cache);
    for (const chunk of [0, 1, 2, 3]) fill(mapping, chunk);
    use(mapping, 0);
    use(mapping, 2);
    fill(mapping, 4);
    fill(mapping, 5);
    expect([0, 1, 2, 3, 4, 5].map((chunk) => has(mapping, chunk))).toEqual([true, false, true, false, true, true]);
    expect(cache.used).toBeLessThanOrEqual(cache.budget);
  });

  test('keeps what is used often while a long file is read once', () => {
    const cache = roomFor(8);
    const [hot, long] = [new Mapping(cache), new Mapping(cache)];
    for (const chunk of [0, 1, 2]) fill(hot, chunk);
    for (let chunk = 0; chunk < 100; chunk++) {
      for (const at of [0, 1, 2]) use(hot, at);
      fill(long, chunk);
    }
    expect([0, 1, 2].every((chunk) => has(hot, chunk))).toBe(true);
  });

  test('never drops what is on its way', () => {
    const mapping = new Mapping(roomFor(2));
    const locks = [0, 1, 2, 3].map((chunk) => mapping.lock(chunk * PAGES_OF_CHUNK, PAGES_OF_CHUNK));
    for (const [chunk, lock] of locks.entries()) {
      expect(mapping.lockOf(chunk * PAGES_OF_CHUNK)).toBe(lock);
      lock.fill(bytes(CHUNK, 1));
    }
  });
});

describe('a view', () => {
  const changes: Record<string, (mapping: Mapping) => void> = {
    'is put into them': (mapping) => mapping.put(1, 100, bytes(10, 9)),
    'takes their place once they were dropped': (mapping) => {
      mapping.drop(0, 3);
      mapping.lock(0, 3).fill(bytes(3 * PAGE_SIZE, 9));
    },
    'comes behind them': (mapping) => mapping.lock(4, 8).fill(bytes(8 * PAGE_SIZE, 9)),
    'is the end of the file': (mapping) => mapping.truncate(PAGE_SIZE + 50),
    'is a hole': (mapping) => mapping.punch(100, 2 * PAGE_SIZE + 100),
  };

  test.each(Object.entries(changes))('shows pages as they were, even when something %s', (_what, change) => {
    const mapping = new Mapping(roomFor(2));
    mapping.lock(0, 4).fill(bytes(4 * PAGE_SIZE, 1));
    const view = mapping.tryView(10, 3 * PAGE_SIZE) as Uint8Array;
    change(mapping);
    expect(view.every((value) => value === 1)).toBe(true);
    expect(view).toHaveLength(3 * PAGE_SIZE);
  });

  test('ends at a page that is not there, that is marked, or where a chunk ends', () => {
    const mapping = new Mapping(roomFor(2));
    mapping.lock(14, 4).fill(bytes(4 * PAGE_SIZE, 1));
    expect(mapping.tryView(15 * PAGE_SIZE + 1, 9000)).toHaveLength(PAGE_SIZE - 1);
    expect(mapping.tryView(16 * PAGE_SIZE, 9000)).toHaveLength(2 * PAGE_SIZE);
    expect(mapping.tryView(18 * PAGE_SIZE, 1)).toBeUndefined();
    mapping.mark(17);
    expect(mapping.tryView(16 * PAGE_SIZE, 9000)).toHaveLength(PAGE_SIZE);
    expect(mapping.tryView(17 * PAGE_SIZE, 1)).toBeUndefined();
  });

  test('costs a copy at the first change alone', () => {
    const mapping = new Mapping(roomFor(2));
    mapping.lock(0, 2).fill(bytes(2 * PAGE_SIZE, 1));
    const view = mapping.tryView(0, 10);
    mapping.put(0, 0, bytes(10, 2));
    const newer = mapping.tryView(0, 10);
    expect(newer?.buffer).not.toBe(view?.buffer);
    expect(mapping.tryPage(1)?.buffer).toBe(newer?.buffer);
  });
});

describe('what is being written back', () => {
  const joined = ({ parts }: WritebackRun): Uint8Array => new Uint8Array(Buffer.concat(parts));
  /** 18 dirty pages, the last of which ends early. */
  function dirty(mapping: Mapping): { readonly run: WritebackRun; readonly data: Uint8Array } {
    const data = new Uint8Array(17 * PAGE_SIZE + 10).map((_, at) => at % 251);
    mapping.write(PAGE_SIZE, data.subarray(0, 17 * PAGE_SIZE));
    mapping.lock(18, 1).fill(bytes(0, 0));
    mapping.write(18 * PAGE_SIZE, data.subarray(17 * PAGE_SIZE));
    return { run: mapping.startWriteback(1, 256, 18 * PAGE_SIZE + 10), data };
  }

  test("is the cache's own memory, up to the end of the file", () => {
    const mapping = new Mapping(roomFor(4));
    const { run, data } = dirty(mapping);
    expect([run.length, run.parts.length, mapping.isDirty]).toEqual([data.length, 2, false]);
    expect(joined(run)).toEqual(data);
    expect(run.parts[0]?.buffer === mapping.tryPage(1)?.buffer).toBe(true);
  });

  test.each<[string, (mapping: Mapping) => void]>([
    ['is written again', (mapping) => void mapping.write(PAGE_SIZE, bytes(17 * PAGE_SIZE, 9))],
    ['is cut off', (mapping) => mapping.truncate(PAGE_SIZE + 10)],
    ['becomes a hole', (mapping) => mapping.punch(PAGE_SIZE + 10, 18 * PAGE_SIZE + 5)],
    [
      'is dropped, and others come',
      (mapping) => {
        mapping.drop(0);
        for (const chunk of [0, 1, 2]) fill(mapping, chunk);
      },
    ],
  ])('stays as it was until it has ended, even when it %s', (_what, change) => {
    const mapping = new Mapping(roomFor(4));
    const { run, data } = dirty(mapping);
    change(mapping);
    expect(joined(run)).toEqual(data);
    run.finish();
    mapping.drop(0);
    for (const chunk of [0, 1, 2, 3]) fill(mapping, chunk);
    expect([0, 1, 2, 3].every((chunk) => has(mapping, chunk))).toBe(true);
  });

  test('costs no copy any more once it has ended', () => {
    const mapping = new Mapping(roomFor(4));
    const { run } = dirty(mapping);
    const { buffer } = mapping.tryPage(1) as Uint8Array;
    run.finish();
    mapping.write(PAGE_SIZE, bytes(PAGE_SIZE, 9));
    expect(mapping.tryPage(1)?.buffer === buffer).toBe(true);
    mapping.startWriteback(1, 1, CHUNK);
    mapping.write(PAGE_SIZE, bytes(PAGE_SIZE, 8));
    expect(mapping.tryPage(1)?.buffer === buffer).toBe(false);
  });
});

describe('memory', () => {
  const memoryOf = (mapping: Mapping, page: number): ArrayBufferLike | undefined => mapping.tryPage(page)?.buffer;

  test('of what was dropped serves what comes, with nothing left of what it was', () => {
    const cache = roomFor(2);
    const [one, other] = [new Mapping(cache), new Mapping(cache)];
    fill(one, 0);
    const memory = memoryOf(one, 0);
    one.drop(0);
    other.lock(0, 13).fill(bytes(100, 9));
    expect(memoryOf(other, 0) === memory).toBe(true);
    expect(other.tryPage(12)).toEqual(bytes(PAGE_SIZE, 0));
    expect(other.tryPage(13)).toBeUndefined();
    const into = new Uint8Array(CHUNK);
    expect(other.read(0, into)).toBe(13 * PAGE_SIZE);
    expect(into.indexOf(1)).toBe(-1);
  });

  test('that somebody looks at serves nobody else', () => {
    const cache = roomFor(2);
    const mapping = new Mapping(cache);
    fill(mapping, 0);
    const view = mapping.tryView(0, CHUNK) as Uint8Array;
    mapping.drop(0);
    fill(mapping, 5);
    expect(memoryOf(mapping, 5 * PAGES_OF_CHUNK) === view.buffer).toBe(false);
    expect(view.every((value) => value === 1)).toBe(true);
  });

  test('above the budget is kept no longer, nor when the cache shrinks', () => {
    const cache = roomFor(1);
    const mapping = new Mapping(cache);
    const locks = [0, 1].map((chunk) => mapping.lock(chunk * PAGES_OF_CHUNK, PAGES_OF_CHUNK));
    for (const lock of locks) mapping.fill(lock, bytes(CHUNK, 1));
    const memory = memoryOf(mapping, 0);
    for (const lock of locks) lock.discard();
    fill(mapping, 7);
    const second = memoryOf(mapping, 7 * PAGES_OF_CHUNK);
    expect(second === memory).toBe(false);
    mapping.drop(0);
    cache.shrink(0);
    fill(mapping, 8);
    expect(memoryOf(mapping, 8 * PAGES_OF_CHUNK) === second).toBe(false);
  });

  test('of what goes above the budget serves what it goes for', () => {
    const mapping = new Mapping(roomFor(2));
    for (const chunk of [0, 1]) fill(mapping, chunk);
    const before = [0, 1].map((chunk) => memoryOf(mapping, chunk * PAGES_OF_CHUNK));
    fill(mapping, 2);
    expect(before.includes(memoryOf(mapping, 2 * PAGES_OF_CHUNK))).toBe(true);
  });
});

describe('pages', () => {
  test('that were dropped while they were on their way are not filled', () => {
    const mapping = new Mapping(new PageCache());
    const lock = mapping.lock(0, 3);
    mapping.drop(1, 2);
    const second = mapping.lock(1, 1);
    lock.fill(bytes(3 * PAGE_SIZE, 7));
    expect([0, 1, 2].map((page) => mapping.isUptodate(page))).toEqual([true, false, true]);
    second.fill(bytes(PAGE_SIZE, 8));
    const into = new Uint8Array(3 * PAGE_SIZE);
    expect(mapping.read(0, into)).toBe(3 * PAGE_SIZE);
    expect([0, 1, 2].map((page) => into[page * PAGE_SIZE])).toEqual([7, 8, 7]);
  });

  test('are zero behind the end that a file is cut to, and behind data that came short', () => {
    const mapping = new Mapping(new PageCache());
    mapping.lock(0, 2).fill(bytes(PAGE_SIZE + 100, 9));
    mapping.truncate(PAGE_SIZE + 50);
    const into = bytes(PAGE_SIZE, 1);
    expect(mapping.read(PAGE_SIZE, into)).toBe(PAGE_SIZE);
    expect(into.subarray(0, 50)).toEqual(bytes(50, 9));
    expect(into.subarray(50)).toEqual(bytes(PAGE_SIZE - 50, 0));
    mapping.punch(10, 20);
    expect(mapping.read(0, into)).toBe(PAGE_SIZE);
    expect([into[9], into[10], into[19], into[20]]).toEqual([9, 0, 0, 9]);
  });

  test('that are written in part without having data are there, but not up to date', () => {
    const mapping = new Mapping(new PageCache());
    expect(mapping.put(5, 10, bytes(20, 1))).toBe(false);
    expect([mapping.isPresent(5), mapping.isUptodate(5)]).toEqual([true, false]);
    expect(mapping.put(5, 0, bytes(PAGE_SIZE, 2))).toBe(true);
    expect(mapping.put(5, 10, bytes(20, 3))).toBe(true);
    const into = new Uint8Array(11);
    expect(mapping.tryRead(5 * PAGE_SIZE, into)).toBe(true);
    expect([into[0], into[10]]).toEqual([2, 3]);
    mapping.mark(5);
    expect(mapping.tryRead(5 * PAGE_SIZE, into)).toBe(false);
  });

  test('far behind 4 GiB are found, and dropping all of them leaves nothing', () => {
    const cache = new PageCache();
    const mapping = new Mapping(cache);
    const page = 2 ** 40 + 3;
    mapping.put(page, 0, bytes(PAGE_SIZE, 4));
    expect([mapping.isUptodate(page), mapping.nextMiss(page, 5), mapping.previousMiss(page, 5)]).toEqual([
      true,
      page + 1,
      page - 1,
    ]);
    mapping.drop(0);
    expect([mapping.isEmpty, cache.used]).toEqual([true, 0]);
  });
});
