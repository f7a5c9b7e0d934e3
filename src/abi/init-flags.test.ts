import { expect, test } from 'vitest';
import { FUSE_KERNEL_MINOR_VERSION } from './fuse.ts';
import { featuresOf, flagWords, type InitFlag, initFlags } from './init-flags.ts';

const set = (flags: number, flags2: number): InitFlag[] =>
  initFlags.map(({ name }) => name).filter((name) => featuresOf(flags, flags2)[name]);

test('each flag is one bit of its own, in the order of the bits, none newer than the protocol', () => {
  expect(initFlags.map(({ bit }) => bit)).toEqual(initFlags.map((_, i) => i));
  for (const { since } of initFlags) expect(since).toBeLessThanOrEqual(FUSE_KERNEL_MINOR_VERSION);
});

test('each flag alone survives a round trip through the words', () => {
  for (const { name, bit } of initFlags) {
    const { flags, flags2 } = flagWords(bit < 32 ? [name] : [name, 'INIT_EXT']);
    expect(set(flags, flags2)).toEqual(bit < 32 ? [name] : ['INIT_EXT', name]);
  }
});

test('the offer of Linux 6.18 is these flags', () => {
  const offered = set(0x73fffffb, 0x5fd);
  expect(flagWords(offered)).toEqual({ flags: 0x73fffffb, flags2: 0x5fd });
  expect(initFlags.map(({ name }) => name).filter((name) => !offered.includes(name))).toEqual([
    'FILE_OPS',
    'MAP_ALIGNMENT',
    'SUBMOUNTS',
    'INIT_RESERVED',
    'HAS_INODE_DAX',
    'OVER_IO_URING',
  ]);
});

test('the second word counts only with INIT_EXT', () => {
  expect(set(0, 0xffffffff)).toEqual([]);
  expect(set(2 ** 30, 1)).toEqual(['INIT_EXT', 'SECURITY_CTX']);
});

test('unknown bits are left out', () => {
  expect(set(2 ** 30, 2 ** 31)).toEqual(['INIT_EXT']);
});

test('the words are unsigned, and a flag named twice is set once', () => {
  expect(flagWords(['INIT_RESERVED', 'INIT_RESERVED'])).toEqual({ flags: 2 ** 31, flags2: 0 });
});
