import { expect, test } from 'vitest';
import { EINVAL } from '../abi/errno.ts';
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY } from '../abi/linux.ts';
import { thrownBy } from '../fusefs/testing/thrown-by.ts';
import { deviceIn, isFuseType, readFusermount, readMountCall } from './daemon-mount.ts';

const REQUIRED = 'fd=3,rootmode=40000,user_id=1000,group_id=100';
const call = { source: '/dev/fuse', type: 'fuse', flags: MS_NOSUID | MS_NODEV, data: REQUIRED };

test.each([
  ['fuse', true],
  ['fuseblk', true],
  ['fuse.sshfs', true],
  ['fuseblk.ntfs', true],
  ['fusectl', false],
  ['ext4', false],
  ['', false],
])('whether %j is FUSE: %j', (type, expected) => {
  expect(isFuseType(type)).toBe(expected);
});

test.each([
  [REQUIRED, 3],
  ['allow_other,fd=17', 17],
  ['fd=4,fd=5', 5],
  ['rootmode=40000', null],
  ['fd=x', null],
  ['', null],
])('the device in %j is %j', (data, expected) => {
  expect(deviceIn(data)).toBe(expected);
});

test('a mount has the options of its data', () => {
  expect(readMountCall(call)).toEqual({
    options: {
      rootMode: 0o40000,
      userId: 1000,
      groupId: 100,
      allowOther: false,
      defaultPermissions: false,
      readOnly: false,
      maxRead: 0xffffffff,
      blockSize: null,
      dontMask: false,
    },
    flags: { readOnly: false, nodev: true, nosuid: true, noexec: false },
    source: '/dev/fuse',
    subtype: null,
  });
  const data = `allow_other,default_permissions,max_read=8192,${REQUIRED}`;
  expect(readMountCall({ ...call, data }).options).toMatchObject({
    allowOther: true,
    defaultPermissions: true,
    maxRead: 8192,
  });
});

test('flags and the type say the rest', () => {
  const mount = readMountCall({ ...call, source: 'host:', type: 'fuse.sshfs', flags: MS_RDONLY | MS_NOEXEC });
  expect(mount).toMatchObject({
    options: { readOnly: true },
    flags: { readOnly: true, noexec: true },
    source: 'host:',
    subtype: 'sshfs',
  });
});

test('a block size is for fuseblk alone', () => {
  const data = `allow_other,blksize=4096,${REQUIRED}`;
  expect(readMountCall({ ...call, type: 'fuseblk', data }).options.allowOther).toBe(true);
  expect(thrownBy(() => readMountCall({ ...call, data }))).toBe(EINVAL);
});

test.each(['fd=3', `${REQUIRED},no_such_option`, ''])('data that Linux refuses is EINVAL: %j', (data) => {
  expect(thrownBy(() => readMountCall({ ...call, data }))).toBe(EINVAL);
});

test('a command line of fusermount3 mounts for its user', () => {
  const args = ['-o', 'ro,fsname=a\\,b,subtype=rclone,allow_other,max_read=65536', '--', '/mnt'];
  expect(readFusermount(args, { uid: 7, gid: 8 })).toEqual({
    options: { userId: 7, groupId: 8, allowOther: true, defaultPermissions: false, readOnly: true, maxRead: 65536 },
    flags: { readOnly: true, nodev: true, nosuid: true, noexec: false },
    source: 'a,b',
    subtype: 'rclone',
  });
  expect(readFusermount(['/mnt'], { uid: 7, gid: 8 })).toMatchObject({
    options: { allowOther: false, readOnly: false },
    source: null,
  });
});
