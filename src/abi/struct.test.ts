import { expect, expectTypeOf, test } from 'vitest';
import { viewOf } from './bytes.ts';
import { offsetOf } from './fields.ts';
import { type Infer, i64, id64, pad, struct, u16, u32, u64 } from './struct.ts';
import { fuse_attr, fuse_create_out, fuse_init_out, fuse_setxattr_in } from './structs.ts';

const memory = (size: number, byte = 0): DataView => viewOf(new Uint8Array(size).fill(byte));

test('a struct whose fields do not add up to its stated size is refused', () => {
  expect(() => struct('short', 8, { a: u32 })).toThrow('struct short is 8 bytes in the kernel, 4 here');
  expect(() => struct('long', 8, { a: u64, b: u32 })).toThrow('struct long is 8 bytes in the kernel, 12 here');
});

test('an older size that ends inside a field is refused', () => {
  expect(() => struct('odd', 16, { a: u64, b: u64 }, { before: { 9: 12 } })).toThrow('struct odd is 12 bytes');
  expect(() => struct('gap', 16, { a: u32, b: u64, c: u32 }, { before: { 9: 8 } })).toThrow('struct gap is 8 bytes');
  expect(() => struct('odd', 16, { a: u64, b: u64 }, { without: { NEWS: 4 } })).toThrow('struct odd is 4 bytes');
});

test('padding is no part of the value, and is written as zeros', () => {
  const padded = struct('padded', 16, { a: u32, spare: pad(7), unused: pad(3), b: u16 });
  expectTypeOf<Infer<typeof padded>>().toEqualTypeOf<{ a: number; b: number }>();
  const view = memory(16, 0xff);
  expect(padded.read(view, 0)).toEqual({ a: 0xffffffff, b: 0xffff });
  padded.write(view, 0, { a: 0, b: 0 });
  expect(new Uint8Array(view.buffer).every((byte) => byte === 0)).toBe(true);
});

test('a struct inside a struct is an object inside an object', () => {
  const inner = struct('inner', 12, { id: id64, count: u32 });
  const outer = struct('outer', 16, { first: u32, inner });
  expectTypeOf<Infer<typeof outer>>().toEqualTypeOf<{ first: number; inner: { id: bigint; count: number } }>();
  const view = memory(16);
  outer.write(view, 0, { first: 1, inner: { id: 2n ** 64n - 1n, count: 3 } });
  expect([...new Uint8Array(view.buffer)]).toEqual([1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 3, 0, 0, 0]);
  expect(outer.read(view, 0)).toEqual({ first: 1, inner: { id: 2n ** 64n - 1n, count: 3 } });
});

test('u64 is exact up to 2^53 - 1, and above it reads as no safe integer', () => {
  const count = struct('count', 8, { n: u64 });
  const view = memory(8);
  count.write(view, 0, { n: Number.MAX_SAFE_INTEGER });
  expect(view.getBigUint64(0, true)).toBe(2n ** 53n - 1n);
  expect(count.read(view, 0).n).toBe(Number.MAX_SAFE_INTEGER);
  view.setBigUint64(0, 2n ** 64n - 1n, true);
  expect(count.read(view, 0).n).toBe(2 ** 64);
});

test('u64 writes 2^64, Infinity and what lies between as almost 2^64, never as a small number', () => {
  const count = struct('count', 8, { n: u64 });
  for (const n of [2 ** 64, 2 ** 65, Infinity]) {
    const view = memory(8);
    count.write(view, 0, { n });
    expect(view.getBigUint64(0, true)).toBeGreaterThan(2n ** 63n);
  }
});

test('i64 keeps negative numbers, and the largest one positive', () => {
  const time = struct('time', 8, { seconds: i64 });
  const view = memory(8);
  for (const seconds of [-1, -(2 ** 32), -(2 ** 32) - 1, Number.MIN_SAFE_INTEGER]) {
    time.write(view, 0, { seconds });
    expect(view.getBigInt64(0, true)).toBe(BigInt(seconds));
    expect(time.read(view, 0)).toEqual({ seconds });
  }
  view.setBigInt64(0, 2n ** 63n - 1n, true);
  time.write(view, 0, time.read(view, 0));
  expect(view.getBigInt64(0, true)).toBeGreaterThan(2n ** 62n);
});

test('sizes go by the negotiated minor, and by the feature where one decides', () => {
  expect([3, 4, 22, 23, 45].map((minor) => fuse_init_out.sizeAt(minor))).toEqual([8, 8, 24, 64, 64]);
  expect(fuse_setxattr_in.sizeAt(45)).toBe(8);
  expect(fuse_setxattr_in.sizeAt(45, { SETXATTR_EXT: false })).toBe(8);
  expect(fuse_setxattr_in.sizeAt(20, { SETXATTR_EXT: true })).toBe(16);
});

test('an older layout inside a struct moves what follows it', () => {
  const view = memory(136);
  view.setBigUint64(120, 7n, true);
  expect(fuse_create_out.sizeAt(8)).toBe(136);
  expect(fuse_create_out.read(view, 0, 136).open.fh).toBe(7n);
  expect(fuse_create_out.read(view, 0, 136).entry.attr.blksize).toBe(0);
});

test('a size beyond the newest reads the newest, and writes zeros behind it', () => {
  const view = memory(100, 0xff);
  fuse_attr.write(view, 0, fuse_attr.read(memory(88), 0), 100);
  expect(new Uint8Array(view.buffer).every((byte) => byte === 0)).toBe(true);
  expect(fuse_attr.read(view, 0, 100)).toEqual(fuse_attr.read(view, 0));
});

test('reading or writing past the end of memory throws a RangeError', () => {
  expect(() => fuse_attr.read(memory(87), 0)).toThrow(RangeError);
  expect(() => fuse_attr.write(memory(88), 1, fuse_attr.read(memory(88), 0))).toThrow(RangeError);
});

test('functions taken from a struct before its first use go on working', () => {
  const { read, write } = struct('early', 4, { a: u32 });
  const view = memory(4);
  write(view, 0, { a: 5 });
  expect(read(view, 0)).toEqual({ a: 5 });
});

test('offsetOf tells where a field lies', () => {
  expect(offsetOf(fuse_attr, 'mode')).toBe(60);
  expect(offsetOf(fuse_create_out, 'open')).toBe(128);
});
