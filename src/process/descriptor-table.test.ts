import { expect, test } from 'vitest';
import { EBADF, EBUSY, EMFILE } from '../abi/errno.ts';
import { Machine } from '../syscalls/testing/machine.ts';
import { DescriptorTable } from './descriptor-table.ts';
import { PathFile } from './path-file.ts';

function thrownBy(code: () => unknown): unknown {
  try {
    code();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const file = () => new PathFile(new Machine().process.root, 0);

test('the lowest free descriptor is given out, from 3 on unless a lower one was freed', () => {
  const table = new DescriptorTable();
  expect([table.reserve(), table.reserve(), table.reserve(10), table.reserve()]).toEqual([3, 4, 10, 5]);
  table.free(4);
  table.free(3);
  expect([table.reserve(), table.reserve(), table.reserve()]).toEqual([3, 4, 6]);
  table.replace(0, file(), false);
  table.remove(0);
  expect([table.reserve(), table.reserve()]).toEqual([0, 1]);
});

test('descriptors between are passed over when the ones before are taken', () => {
  const table = new DescriptorTable();
  table.replace(3, file(), false);
  table.replace(5, file(), false);
  expect([table.reserve(), table.reserve(), table.reserve(5)]).toEqual([4, 6, 7]);
});

test('from the limit on there are none: EMFILE', () => {
  const table = new DescriptorTable();
  table.limit = 5;
  expect([table.reserve(4), table.reserve()]).toEqual([4, 3]);
  expect(thrownBy(() => table.reserve())).toBe(EMFILE);
  table.free(4);
  expect(table.reserve()).toBe(4);
});

test('a reserved descriptor is EBADF to use and EBUSY to replace until it is filled', () => {
  const table = new DescriptorTable();
  const fd = table.reserve();
  expect(thrownBy(() => table.anyFile(fd))).toBe(EBADF);
  expect(thrownBy(() => table.remove(fd))).toBe(EBADF);
  expect(thrownBy(() => table.replace(fd, file(), false))).toBe(EBUSY);
  expect(table.open).toEqual([]);
  const filled = file();
  table.fill(fd, filled, true);
  expect(table.anyFile(fd)).toBe(filled);
  expect(table.closesOnExec(fd)).toBe(true);
  expect(table.open).toEqual([fd]);
});

test.each([-1, 3, 1.5, Number.NaN, 2 ** 40])('%d is EBADF when nothing is there', (fd) => {
  const table = new DescriptorTable();
  expect(thrownBy(() => table.file(fd))).toBe(EBADF);
  expect(thrownBy(() => table.anyFile(fd))).toBe(EBADF);
  expect(thrownBy(() => table.remove(fd))).toBe(EBADF);
  expect(thrownBy(() => table.closesOnExec(fd))).toBe(EBADF);
  expect(thrownBy(() => table.setCloseOnExec(fd, true))).toBe(EBADF);
});

test('a file opened with O_PATH is EBADF for what uses content', () => {
  const table = new DescriptorTable();
  table.fill(table.reserve(), file(), false);
  expect(thrownBy(() => table.file(3))).toBe(EBADF);
  expect(table.anyFile(3).isSeekable).toBe(false);
});

test.each(['read', 'write', 'iterate', 'fsync', 'endOfFile'] as const)('%s of it is EBADF by itself', (operation) => {
  expect(thrownBy(() => file()[operation]().next())).toBe(EBADF);
});

test('a file that is replaced is handed to who has to close it', () => {
  const table = new DescriptorTable();
  const [first, second] = [file(), file()];
  expect(table.replace(7, first, false)).toBeUndefined();
  expect(table.replace(7, second, true)).toBe(first);
  expect(table.remove(7)).toBe(second);
});
