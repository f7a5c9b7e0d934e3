// `memory-main.ts [INODES]`, with node --expose-gc: prints what cached inodes cost, as JSON of InodeMemory.
import { measureInodeMemory } from './memory.ts';

console.log(JSON.stringify(await measureInodeMemory(Number(process.argv[2] ?? 1_000_000))));
