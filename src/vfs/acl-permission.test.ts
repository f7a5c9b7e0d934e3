import { expect, test } from 'vitest';
import { EIO } from '../abi/errno.ts';
import {
  ACL_GROUP,
  ACL_GROUP_OBJ,
  ACL_MASK,
  ACL_OTHER,
  ACL_USER,
  ACL_USER_OBJ,
  type AclEntry,
} from '../abi/posix-acl.ts';
import { credentialsOf } from '../task/credentials.ts';
import { aclAllows } from './acl-permission.ts';
import { MAY_EXEC, MAY_READ, MAY_WRITE } from './inode.ts';

const FILE = { uid: 1, gid: 10 };
const line = (tag: number, permissions: number, id = -1): AclEntry => ({ tag, permissions, id });

const LIST = [
  line(ACL_USER_OBJ, MAY_WRITE),
  line(ACL_USER, 7, 2),
  line(ACL_GROUP_OBJ, MAY_READ),
  line(ACL_GROUP, MAY_WRITE, 20),
  line(ACL_GROUP, 7, 30),
  line(ACL_MASK, MAY_READ | MAY_WRITE),
  line(ACL_OTHER, MAY_EXEC),
];

test.each([
  ['the owner has his line alone', 1, [10, 30], MAY_WRITE, MAY_READ],
  ['the mask limits a named user', 2, [], MAY_READ | MAY_WRITE, MAY_EXEC],
  ['the owning group has its line', 3, [10], MAY_READ, MAY_EXEC],
  ['one line of the groups must grant everything', 3, [10, 20], MAY_WRITE, MAY_READ | MAY_WRITE],
  ['the mask limits a named group', 3, [30], MAY_READ | MAY_WRITE, MAY_EXEC],
  ['who is in a group of the list is not others', 3, [20], MAY_WRITE, MAY_EXEC],
  ['all else are others, whom the mask does not limit', 3, [40], MAY_EXEC, MAY_READ],
  ['nothing is asked of anybody', 3, [40], 0, MAY_READ],
])('%s', (_name, uid, groups, granted, denied) => {
  const credentials = credentialsOf(uid, 99, groups);
  expect(aclAllows(credentials, FILE, LIST, granted)).toBe(true);
  expect(aclAllows(credentials, FILE, LIST, denied)).toBe(false);
});

test('the group of the file system id counts too', () => {
  expect(aclAllows(credentialsOf(3, 10, []), FILE, LIST, MAY_READ)).toBe(true);
});

test('a list without a line for others is EIO to who is in no other line', () => {
  const thrown = (uid: number): unknown => {
    try {
      return aclAllows(credentialsOf(uid, 99, []), FILE, LIST.slice(0, -1), 0);
    } catch (error) {
      return error;
    }
  };
  expect(thrown(3)).toBe(EIO);
  expect(thrown(1)).toBe(true);
});
