import { constants as host } from 'node:fs';
import * as linux from '../abi/linux.ts';

const shared = Object.entries(linux).filter(([name]) => name in host);

/** fs.constants with the kernel's own numbers, which are x86-64's whatever the host is. */
export const constants: typeof host = Object.freeze({ ...host, ...Object.fromEntries(shared) });
