import { S_IFBLK, S_IFCHR, S_IFIFO, S_IFSOCK } from '../abi/linux.ts';

const devices = new Set([S_IFCHR, S_IFBLK]);
const special = new Set([S_IFIFO, S_IFSOCK, ...devices]);

/** Whether these S_IFMT bits are a device's. */
export const isDevice = (type: number): boolean => devices.has(type);

/** Whether these S_IFMT bits are a pipe's, socket's or device's: the file system keeps only its name and attributes. */
export const isSpecial = (type: number): boolean => special.has(type);
