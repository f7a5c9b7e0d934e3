import { closeSync, mkdtempSync, openSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AT_FDCWD } from '../abi/linux.ts';
import { absolutePath, openDescriptorsOf, openFileName, socketName } from './process-files.ts';
import { closeDescriptor, seqpacketPair } from './sockets.ts';

const { pid } = process;
const nobody = 0x7ffffffe;

test.each([
  ['/dev/fuse', '/dev/fuse'],
  ['//dev/./shm/..//fuse', '/dev/fuse'],
  ['/mnt/', '/mnt'],
  ['/', '/'],
])('the absolute path %s is %s, whatever the directory', (path, expected) => {
  expect(absolutePath(pid, AT_FDCWD, path)).toBe(expected);
  expect(absolutePath(nobody, 77, path)).toBe(expected);
});

test('a relative path starts at the working directory, or at an open one', () => {
  expect(absolutePath(pid, AT_FDCWD, '.')).toBe(process.cwd());
  expect(absolutePath(pid, AT_FDCWD, 'a/../b/')).toBe(join(process.cwd(), 'b'));
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'fusewire-test-')));
  const fd = openSync(directory, 'r');
  expect(absolutePath(pid, fd, 'fuse')).toBe(join(directory, 'fuse'));
  closeSync(fd);
  rmdirSync(directory);
});

test('where no directory can be seen there is no path', () => {
  expect(absolutePath(nobody, AT_FDCWD, 'fuse')).toBeNull();
  const [one, other] = seqpacketPair();
  expect(absolutePath(pid, one, 'fuse')).toBeNull();
  for (const fd of [one, other]) closeDescriptor(fd);
});

test('a socket is known by its name among the descriptors of a process', () => {
  const [one, other] = seqpacketPair();
  const holding = openDescriptorsOf(pid).filter((fd) => openFileName(pid, fd) === socketName(one));
  expect(holding).toEqual([one]);
  for (const fd of [one, other]) closeDescriptor(fd);
  expect(openDescriptorsOf(nobody)).toEqual([]);
  expect(openFileName(nobody, 0)).toBeNull();
});
