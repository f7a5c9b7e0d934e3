import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EFBIG, EINVAL, ENOSPC, ENXIO } from '../../abi/errno.ts';
import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  PAGE_SIZE,
  SEEK_DATA,
  SEEK_HOLE,
  SEEK_SET,
} from '../../abi/linux.ts';
import { joined } from '../../abi/message.ts';
import { bytes } from '../testing/client.ts';
import { errnoOfCall } from '../testing/files.ts';
import { Content, MAX_FILE_SIZE } from './content.ts';
import { copyRange, fallocate } from './file-range.ts';
import { Space } from './space.ts';

const TIB = 2 ** 40;
const space = (pages = 1000): Space => new Space(pages * PAGE_SIZE);
const readAll = (content: Content): Uint8Array => {
  const target = new Uint8Array(content.size);
  expect(content.read(0, target)).toBe(content.size);
  expect(Buffer.compare(joined(content.pieces(0, content.size + 1)), target)).toBe(0);
  return target;
};

describe('contents', () => {
  test('a hole of a tebibyte takes no space and reads as zeros', () => {
    const content = new Content(space(1));
    content.truncate(TIB);
    expect(content).toMatchObject({ size: TIB, allocated: 0 });
    const target = new Uint8Array(10).fill(7);
    expect(content.read(TIB - 4, target)).toBe(4);
    expect(target).toEqual(Uint8Array.of(0, 0, 0, 0, 7, 7, 7, 7, 7, 7));
    expect(content.write(TIB / 2, bytes('x'))).toBe(1);
    expect(content.allocated).toBe(PAGE_SIZE);
    content.punch(0, TIB);
    expect(content.allocated).toBe(0);
  });

  test('any part is the same in pieces, holes and all', () => {
    const content = new Content(space());
    content.write(100, new Uint8Array(PAGE_SIZE).fill(1));
    content.write(4 * PAGE_SIZE - 3, bytes('behind a hole'));
    const whole = readAll(content);
    const ends = [0, 1, 99, 100, PAGE_SIZE, 2 * PAGE_SIZE + 5, 4 * PAGE_SIZE, content.size, content.size + 9];
    for (const start of ends) {
      for (const end of ends.filter((each) => each >= start)) {
        expect(joined(content.pieces(start, end - start))).toEqual(whole.slice(start, end));
      }
    }
    expect(content.pieces(2 ** 53, 4096)).toEqual([]);
  });

  test('writing stops where space ends, and fails when there is none', () => {
    const content = new Content(space(2));
    expect(content.write(100, new Uint8Array(4 * PAGE_SIZE).fill(1))).toBe(2 * PAGE_SIZE - 100);
    expect(content.size).toBe(2 * PAGE_SIZE);
    expect(errnoOfCall(() => content.write(2 * PAGE_SIZE, bytes('x')))).toBe(ENOSPC);
    expect(content.write(0, bytes('over'))).toBe(4);
    content.truncate(PAGE_SIZE);
    expect(content.write(2 * PAGE_SIZE, bytes('x'))).toBe(1);
  });

  test('the greatest size is kept to, whatever number comes', () => {
    const content = new Content(space());
    for (const offset of [MAX_FILE_SIZE, MAX_FILE_SIZE + 1, 2 ** 63, Infinity]) {
      expect(errnoOfCall(() => content.write(offset, bytes('x')))).toBe(EFBIG);
    }
    expect(content.write(MAX_FILE_SIZE - 1, bytes('xy'))).toBe(1);
    for (const size of [MAX_FILE_SIZE + 1, 2 ** 63]) {
      expect(errnoOfCall(() => content.truncate(size))).toBe(EFBIG);
      expect(errnoOfCall(() => content.reserve(size, 1))).toBe(EFBIG);
    }
    content.truncate(MAX_FILE_SIZE);
    expect(content.size).toBe(MAX_FILE_SIZE);
  });

  test('what a truncation cuts off does not come back', () => {
    const content = new Content(space());
    content.write(0, new Uint8Array(6000).fill(1));
    content.truncate(10);
    content.truncate(6000);
    expect(readAll(content)).toEqual(new Uint8Array(6000).fill(1, 0, 10));
  });

  test('space reserved is there for writing, or none is taken', () => {
    const all = space(4);
    const content = new Content(all);
    content.write(PAGE_SIZE, bytes('x'));
    expect(errnoOfCall(() => content.reserve(0, 5 * PAGE_SIZE))).toBe(ENOSPC);
    expect(all.free).toBe(3 * PAGE_SIZE);
    content.reserve(10, 3 * PAGE_SIZE);
    expect(content).toMatchObject({ allocated: 4 * PAGE_SIZE, size: PAGE_SIZE + 1 });
    expect(all.free).toBe(0);
    expect(content.write(0, new Uint8Array(4 * PAGE_SIZE).fill(1))).toBe(4 * PAGE_SIZE);
  });

  test('two files with reserved pages do not share what is written', () => {
    const [one, two] = [new Content(space()), new Content(space())];
    for (const content of [one, two]) {
      content.reserve(0, PAGE_SIZE);
      content.truncate(PAGE_SIZE);
    }
    one.write(0, bytes('x'));
    expect(readAll(two)).toEqual(new Uint8Array(PAGE_SIZE));
  });

  test.each([
    ['data in a hole', 0, SEEK_DATA, 2 * PAGE_SIZE],
    ['data within data', 2 * PAGE_SIZE + 5, SEEK_DATA, 2 * PAGE_SIZE + 5],
    ['a hole in data', 2 * PAGE_SIZE, SEEK_HOLE, 3 * PAGE_SIZE],
    ['a hole within a hole', 77, SEEK_HOLE, 77],
    ['the hole at the end', 5 * PAGE_SIZE, SEEK_HOLE, 5 * PAGE_SIZE + 9],
    ['data at the end', 3 * PAGE_SIZE, SEEK_DATA, 5 * PAGE_SIZE],
    ['data behind the last', 5 * PAGE_SIZE + 9, SEEK_DATA, ENXIO],
    ['a hole behind the end', 5 * PAGE_SIZE + 9, SEEK_HOLE, ENXIO],
    ['far behind the end', 2 ** 63, SEEK_DATA, ENXIO],
    ['anything else', 0, SEEK_SET, EINVAL],
  ])('seeking %s', (_, offset, whence, expected) => {
    const content = new Content(space());
    content.write(2 * PAGE_SIZE, new Uint8Array(PAGE_SIZE));
    content.write(5 * PAGE_SIZE, new Uint8Array(9));
    if (typeof expected === 'number') expect(content.seek(offset, whence)).toBe(expected);
    else expect(errnoOfCall(() => content.seek(offset, whence))).toBe(expected);
  });

  test('space that is only reserved is a hole, until it is written', () => {
    const content = new Content(space());
    content.reserve(0, 3 * PAGE_SIZE);
    content.truncate(3 * PAGE_SIZE);
    expect(errnoOfCall(() => content.seek(0, SEEK_DATA))).toBe(ENXIO);
    content.write(PAGE_SIZE, bytes('x'));
    expect([content.seek(0, SEEK_DATA), content.seek(PAGE_SIZE, SEEK_HOLE)]).toEqual([PAGE_SIZE, 2 * PAGE_SIZE]);
  });

  test('no data behind an offset is ENXIO although the file goes on', () => {
    const content = new Content(space());
    content.write(0, bytes('x'));
    content.truncate(10 * PAGE_SIZE);
    expect(errnoOfCall(() => content.seek(PAGE_SIZE, SEEK_DATA))).toBe(ENXIO);
  });
});

/** A file as plain bytes. */
class Model {
  bytes = new Uint8Array(0);

  truncate(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
  }

  write(offset: number, data: Uint8Array): void {
    if (data.length === 0) return;
    if (offset + data.length > this.bytes.length) this.truncate(offset + data.length);
    this.bytes.set(data, offset);
  }
}

const place = fc.nat(5 * PAGE_SIZE);
const length = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 3 * PAGE_SIZE }));
const mode = fc.constantFrom(
  0,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_ZERO_RANGE,
  FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
);
type Step = (content: Content, model: Model) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(place, length, fc.integer({ min: 1, max: 255 })).map(([offset, size, value]): Step => {
    const data = new Uint8Array(size).fill(value);
    return (content, model) => {
      expect(content.write(offset, data)).toBe(size);
      model.write(offset, data);
    };
  }),
  place.map(
    (size): Step =>
      (content, model) => {
        content.truncate(size);
        model.truncate(size);
      },
  ),
  fc.tuple(place, length, mode).map(
    ([offset, size, how]): Step =>
      (content, model) => {
        fallocate(content, offset, size, how);
        const end = offset + size;
        if ((how & FALLOC_FL_KEEP_SIZE) === 0 && end > model.bytes.length) model.truncate(end);
        if ((how & ~FALLOC_FL_KEEP_SIZE) !== 0) model.bytes.fill(0, offset, end);
      },
  ),
  fc.tuple(place, place, length).map(
    ([from, to, size]): Step =>
      (content, model) => {
        if (Math.abs(from - to) < size) return;
        const count = copyRange({ content, offset: from }, { content, offset: to }, size);
        const copied = model.bytes.slice(from, from + size);
        expect(count).toBe(copied.length);
        model.write(to, copied);
      },
  ),
);

test('any sequence of changes leaves what plain bytes would have, and space adds up', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const all = space();
      const content = new Content(all);
      const model = new Model();
      for (const run of steps) {
        run(content, model);
        expect(Buffer.compare(readAll(content), model.bytes)).toBe(0);
        expect(all.limit - all.free).toBe(content.allocated);
      }
      let offset = 0;
      while (offset < content.size) {
        const hole = content.seek(offset, SEEK_HOLE);
        const isHole = hole === offset;
        const next = isHole ? dataFrom(content, offset) : hole;
        if (isHole) expect(model.bytes.subarray(offset, next).every((byte) => byte === 0)).toBe(true);
        offset = next;
      }
      content.truncate(0);
      expect(all.free).toBe(all.limit);
    }),
    { numRuns: 300 },
  );
});

function dataFrom(content: Content, offset: number): number {
  try {
    return content.seek(offset, SEEK_DATA);
  } catch (error) {
    expect(error).toBe(ENXIO);
    return content.size;
  }
}
