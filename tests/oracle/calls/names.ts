import { access, faccessat } from '../../../src/syscalls/access.ts';
import { getdents } from '../../../src/syscalls/getdents.ts';
import * as links from '../../../src/syscalls/link.ts';
import * as making from '../../../src/syscalls/mkdir.ts';
import { rename, renameat2 } from '../../../src/syscalls/rename.ts';
import { rmdir, unlink, unlinkat } from '../../../src/syscalls/unlink.ts';
import { cString, realDescriptor, syscall } from '../linux-calls.ts';
import { bytesText, type EntryFields, entriesText } from '../shapes.ts';
import { type Call, direct, parametersOf } from './call.ts';

function readLink(number: number, ...words: (number | Uint8Array)[]): string {
  const buffer = Buffer.alloc(8192);
  const length = Number(syscall(number, ...words, buffer, buffer.length));
  return bytesText(buffer.toString('latin1', 0, length));
}

const readlink: Call = {
  parameters: parametersOf('path'),
  linux: (path) => readLink(89, cString(String(path))),
  *fusewire(task, path) {
    return bytesText(yield* links.readlink(task, String(path)));
  },
};

const readlinkat: Call = {
  parameters: parametersOf('fd path'),
  linux: (dirfd, path) => readLink(267, realDescriptor(Number(dirfd)), cString(String(path))),
  *fusewire(task, dirfd, path) {
    return bytesText(yield* links.readlinkat(task, Number(dirfd), String(path)));
  },
};

/** struct linux_dirent64, one after the other. */
function entriesOf(buffer: Buffer): EntryFields[] {
  const entries: EntryFields[] = [];
  for (let at = 0; at < buffer.length; at += buffer.readUInt16LE(at + 16)) {
    const end = buffer.indexOf(0, at + 19);
    entries.push({
      ino: buffer.readBigUInt64LE(at),
      off: buffer.readBigUInt64LE(at + 8),
      type: buffer.readUInt8(at + 18),
      name: buffer.toString('latin1', at + 19, end),
    });
  }
  return entries;
}

/** A name as a program reads it, whose strings end at the first NUL. */
const cText = (name: string): string => name.replace(/\0.*/s, '');

const getdentsCall: Call = {
  parameters: parametersOf('fd number'),
  linux(fd, size) {
    const buffer = Buffer.alloc(Number(size) + 1);
    const length = Number(syscall(217, realDescriptor(Number(fd)), buffer, Number(size)));
    return entriesText(entriesOf(buffer.subarray(0, length)));
  },
  *fusewire(task, fd, size) {
    const entries = yield* getdents(task, Number(fd), Number(size));
    return entriesText(entries.map((entry) => ({ ...entry, name: cText(entry.name) })));
  },
};

/** Calls that make, find and remove names. */
export const nameCalls: Readonly<Record<string, Call>> = {
  mkdir: direct(83, making.mkdir, 'path number'),
  mkdirat: direct(258, making.mkdirat, 'fd path number'),
  mknod: direct(133, making.mknod, 'path number number'),
  mknodat: direct(259, making.mknodat, 'fd path number number'),
  symlink: direct(88, links.symlink, 'path path'),
  symlinkat: direct(266, links.symlinkat, 'path fd path'),
  link: direct(86, links.link, 'path path'),
  linkat: direct(265, links.linkat, 'fd path fd path number'),
  unlink: direct(87, unlink, 'path'),
  unlinkat: direct(263, unlinkat, 'fd path number'),
  rmdir: direct(84, rmdir, 'path'),
  rename: direct(82, rename, 'path path'),
  renameat2: direct(316, renameat2, 'fd path fd path number'),
  access: direct(21, access, 'path number'),
  faccessat: direct(439, faccessat, 'fd path number number'), // faccessat2(2), which has the flags
  readlink,
  readlinkat,
  getdents: getdentsCall,
};
