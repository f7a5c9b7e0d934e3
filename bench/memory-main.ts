import { measureInodeMemory } from './memory.ts';

// Prints what a cached inode costs: node --expose-gc --import ./scripts/run-typescript.mjs bench/memory-main.ts [INODES]

const { inodes, bytesPerInode, externalBytesPerInode } = await measureInodeMemory(Number(process.argv[2] ?? 1_000_000));
console.log(
  `${inodes} cached inodes: ${bytesPerInode.toFixed(0)} bytes each, ${externalBytesPerInode.toFixed(0)} of them in array buffers`,
);
