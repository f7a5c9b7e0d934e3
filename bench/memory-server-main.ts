// `memory-server-main.ts mount OPTIONS DIR` and `memory-server-main.ts serve OPTIONS /dev/fd/N`: a memory server in a process of its
// own, mounted by Linux or on a socket. OPTIONS is JSON of MemoryOptions, null standing for Infinity.
import { type MemoryOptions, memory, mountKernel, serveDescriptor } from '../src/index.ts';

const [how, text = '', where = ''] = process.argv.slice(2);
const options = JSON.parse(text, (_, value: unknown) => value ?? Number.POSITIVE_INFINITY) as MemoryOptions;
if (how === 'mount') await (await mountKernel(memory(options), where)).closed;
else await serveDescriptor(memory(options), Number(where.replace('/dev/fd/', '')));
