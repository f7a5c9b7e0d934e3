import { archive, mountKernel } from '../../src/index.ts';

/** `mount-main.ts FILE DIR`: the Linux kernel mounts an archive, until it is unmounted. */
const [file = '', directory = ''] = process.argv.slice(2);
const mounted = await mountKernel(await archive(file), directory);
await mounted.closed;
