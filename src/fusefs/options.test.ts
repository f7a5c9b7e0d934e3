import { describe, expect, test } from 'vitest';
import { EINVAL } from '../abi/errno.ts';
import { S_IFDIR, S_IFREG } from '../abi/linux.ts';
import { completeOptions, parseMountData } from './options.ts';
import { thrownBy } from './testing/thrown-by.ts';

const REQUIRED = 'fd=3,rootmode=40000,user_id=1000,group_id=100';

describe('mount data', () => {
  test('with the four options that there must be has the defaults of mount(2) for the others', () => {
    expect(parseMountData(REQUIRED)).toEqual({
      fd: 3,
      rootMode: S_IFDIR,
      userId: 1000,
      groupId: 100,
      defaultPermissions: false,
      allowOther: false,
      maxRead: 0xffffffff,
      readOnly: false,
      blockSize: null,
      source: null,
      subtype: null,
    });
  });

  test.each([
    ['default_permissions', { defaultPermissions: true }],
    ['allow_other', { allowOther: true }],
    ['ro', { readOnly: true }],
    ['ro,rw', { readOnly: false }],
    ['max_read=131072', { maxRead: 131072 }],
    ['max_read=0x20000', { maxRead: 131072 }],
    ['max_read=0400000', { maxRead: 131072 }],
    ['max_read=1', { maxRead: 4096 }],
    ['user_id=5', { userId: 5 }],
    ['rootmode=100644', { rootMode: S_IFREG | 0o644 }],
    ['subtype=sshfs', { subtype: 'sshfs' }],
    ['source=host:/dir=x', { source: 'host:/dir=x' }],
    ['lazytime,sync,,dirsync', {}],
  ])('%s', (text, expected) => {
    expect(parseMountData(`${REQUIRED},${text}`)).toMatchObject(expected);
  });

  test.each([
    'nonsense',
    'blksize=4096',
    'allow_other=1',
    'max_read',
    'max_read=',
    'max_read=12k',
    'max_read=-1',
    'max_read=4294967296',
    'max_read=09',
    'rootmode=8',
    'rootmode=755',
    'user_id=4294967295',
    'group_id=x',
    'subtype=a,subtype=b',
    'source=a,source=b',
    '__proto__',
    'toString=1',
  ])('%s is EINVAL', (text) => {
    expect(thrownBy(() => parseMountData(`${REQUIRED},${text}`))).toBe(EINVAL);
  });

  test.each([
    ['', 512],
    ['blksize=4096', 4096],
    ['blksize=512,blksize=1024', 1024],
  ])('of fuseblk, with "%s", has blocks of %d bytes', (text, blockSize) => {
    expect(parseMountData(`${REQUIRED},${text}`, 'fuseblk').blockSize).toBe(blockSize);
  });

  test.each(['0', '256', '1000', '8192', 'x', ''])('of fuseblk with blocks of %s bytes is EINVAL', (size) => {
    expect(thrownBy(() => parseMountData(`${REQUIRED},blksize=${size}`, 'fuseblk'))).toBe(EINVAL);
  });

  test.each(REQUIRED.split(','))('without %s is EINVAL', (missing) => {
    const rest = REQUIRED.split(',').filter((option) => option !== missing);
    expect(thrownBy(() => parseMountData(rest.join(',')))).toBe(EINVAL);
  });
});

test('options left out let everybody in and leave permissions to the server', () => {
  expect(completeOptions({ maxRead: 10 })).toEqual({
    rootMode: S_IFDIR,
    userId: 0,
    groupId: 0,
    defaultPermissions: false,
    allowOther: true,
    maxRead: 4096,
    readOnly: false,
    blockSize: null,
  });
});
