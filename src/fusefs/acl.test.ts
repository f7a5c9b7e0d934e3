import { expect, test } from 'vitest';
import { E2BIG, EINVAL, EIO, ENODATA, ENOSYS, EOPNOTSUPP, EPERM, ERANGE } from '../abi/errno.ts';
import { S_IFLNK, XATTR_REPLACE } from '../abi/linux.ts';
import { encodeAcl } from '../abi/posix-acl.ts';
import { stat } from '../syscalls/stat.ts';
import { getxattr, lgetxattr, removexattr, setxattr } from '../syscalls/xattr.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const NAME = 'system.posix_acl_access';
const LIST = encodeAcl([1, 4, 0x20].map((tag) => ({ tag, permissions: 6, id: 0xffff_ffff })));
const GETXATTR = `GETXATTR n=2 size=4096 '${NAME}'`;

/** A server that caches well, with /f (nodeid 2) looked up. */
function known(script: Partial<Script> = {}): Scenario {
  const m = new Scenario({ entryValid: 100, attrValid: 100, ...script });
  m.server.tree.file('f', new Uint8Array(0));
  m.trace((t) => stat(t, '/f'));
  return m;
}

const read = (size: number) => (t: ReturnType<Scenario['thread']>) => getxattr(t, '/f', NAME, size);

test('a list is asked for with a page of room each time, whatever the caller has', () => {
  const m = known();
  m.server.tree.node(2n).xattrs.set(NAME, LIST);
  expect(m.does(read(0), GETXATTR)).toBe(28);
  expect(m.does(read(28), GETXATTR)).toEqual(LIST);
  m.fails(ERANGE, read(27), GETXATTR);
});

test('a list is set without flags, and its length checked first', () => {
  const m = known();
  m.does((t) => setxattr(t, '/f', NAME, LIST, XATTR_REPLACE), `SETXATTR n=2 size=28 flags=0 '${NAME}'`);
  const user = { tag: 2, permissions: 6, id: 5 };
  const [owner, group, mask, other] = [1, 4, 0x10, 0x20].map((tag) => ({ ...user, tag, id: 0xffff_ffff }));
  const long = [owner, ...Array.from({ length: 508 }, () => user), group, mask, other].filter(
    (each) => each !== undefined,
  );
  m.fails(E2BIG, (t) => setxattr(t, '/f', NAME, encodeAcl(long), 0));
  m.fails(EINVAL, (t) => setxattr(t, '/f', NAME, LIST.subarray(0, 20), 0));
});

test('an empty value takes the list away', () => {
  const m = known();
  const REMOVEXATTR = `REMOVEXATTR n=2 '${NAME}'`;
  m.fails(ENODATA, (t) => setxattr(t, '/f', NAME, new Uint8Array(0), 0), REMOVEXATTR);
  m.server.tree.node(2n).xattrs.set(NAME, LIST);
  m.does((t) => removexattr(t, '/f', NAME), REMOVEXATTR);
});

test('only the owner sets or removes a list; everybody reads it', () => {
  const m = known();
  m.server.tree.node(2n).xattrs.set(NAME, LIST);
  m.credentials = credentialsOf(1000, 1000);
  m.fails(EPERM, (t) => setxattr(t, '/f', NAME, LIST, 0));
  m.fails(EPERM, (t) => removexattr(t, '/f', NAME));
  expect(m.does(read(28), GETXATTR)).toEqual(LIST);
});

test('a symlink has none: EOPNOTSUPP without a request', () => {
  const m = known();
  m.server.tree.make(1n, 'l', S_IFLNK | 0o777).target = 'f';
  m.fails(EOPNOTSUPP, (t) => lgetxattr(t, '/l', NAME, 100), "LOOKUP n=1 'l'");
});

test.each([
  ['no list', new Uint8Array([1, 2, 3]), EINVAL],
  ['another version', new Uint8Array([9, 0, 0, 0]), EOPNOTSUPP],
  ['nothing', new Uint8Array(0), ENODATA],
])('what the server calls a list and is %s', (_name, data, errno) => {
  const m = known({ answers: { GETXATTR: { data } } });
  m.fails(errno, read(100), GETXATTR);
});

test.each([
  [ENODATA, ENODATA],
  [ERANGE, E2BIG],
  [EIO, EIO],
])('%s of the server is %s', (answer, errno) => {
  const m = known({ errors: { GETXATTR: answer } });
  m.fails(errno, read(100), GETXATTR);
});

test('a server without extended attributes has no lists, and takes none', () => {
  const m = known({ errors: { GETXATTR: ENOSYS, SETXATTR: ENOSYS } });
  m.fails(ENODATA, read(100), GETXATTR);
  m.fails(ENODATA, read(100));
  m.fails(EOPNOTSUPP, (t) => setxattr(t, '/f', NAME, LIST, 0), `SETXATTR n=2 size=28 flags=0 '${NAME}'`);
  m.fails(EOPNOTSUPP, (t) => removexattr(t, '/f', NAME));
});
