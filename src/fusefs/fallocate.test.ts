import { expect, test } from 'vitest';
import { ENOSPC, ENOSYS, EOPNOTSUPP } from '../abi/errno.ts';
import {
  FALLOC_FL_COLLAPSE_RANGE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_UNSHARE_RANGE,
  FALLOC_FL_ZERO_RANGE,
  O_RDWR,
  S_IFREG,
} from '../abi/linux.ts';
import { fallocate } from '../syscalls/fallocate.ts';
import { open } from '../syscalls/open.ts';
import { fstat } from '../syscalls/stat.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const PROBE = "GETXATTR n=2 size=0 'security.capability'";
const ASKED = 'GETATTR n=2 flags=0 fh=0';

/** A machine with an open file of 10 bytes whose attributes hold. */
function withFile(script: Partial<Script> = {}): { m: Scenario; fd: number } {
  const m = new Scenario({ entryValid: 100, attrValid: 100, ...script });
  m.server.tree.file('f', new Uint8Array(10));
  const { result } = m.trace((t) => open(t, '/f', O_RDWR));
  return { m, fd: result as number };
}

test.each([
  ['0', 0],
  ['KEEP_SIZE', FALLOC_FL_KEEP_SIZE],
  ['PUNCH_HOLE|KEEP_SIZE', FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE],
  ['ZERO_RANGE', FALLOC_FL_ZERO_RANGE],
  ['ZERO_RANGE|KEEP_SIZE', FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE],
])('mode %s goes to the server, and what was known of the data is stale', (_name, mode) => {
  const { m, fd } = withFile();
  m.does((t) => fallocate(t, fd, mode, 3, 5), PROBE, `FALLOCATE n=2 fh=101 off=3 len=5 mode=0x${mode.toString(16)}`);
  m.does((t) => fstat(t, fd), ASKED);
});

test('modes that the protocol has not are EOPNOTSUPP, and nothing is asked', () => {
  const { m, fd } = withFile();
  for (const mode of [FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_UNSHARE_RANGE, FALLOC_FL_PUNCH_HOLE]) {
    m.fails(EOPNOTSUPP, (t) => fallocate(t, fd, mode, 0, 4096));
  }
});

test('the file is known to have grown, unless it keeps its size', () => {
  const { m, fd } = withFile();
  m.trace((t) => fallocate(t, fd, FALLOC_FL_KEEP_SIZE, 0, 50));
  expect(m.superblock.inodeWith(2n)?.size).toBe(10);
  m.trace((t) => fallocate(t, fd, 0, 20, 20));
  expect(m.superblock.inodeWith(2n)?.size).toBe(40);
});

test('without FALLOCATE, which is asked for once, it is EOPNOTSUPP', () => {
  const { m, fd } = withFile({ errors: { FALLOCATE: ENOSYS } });
  m.fails(EOPNOTSUPP, (t) => fallocate(t, fd, 0, 0, 5), PROBE, 'FALLOCATE n=2 fh=101 off=0 len=5 mode=0x0');
  m.fails(EOPNOTSUPP, (t) => fallocate(t, fd, 0, 0, 5));
});

test('an error of the server is passed on, and what is known stays', () => {
  const { m, fd } = withFile({ errors: { FALLOCATE: ENOSPC } });
  m.fails(ENOSPC, (t) => fallocate(t, fd, 0, 0, 50), PROBE, 'FALLOCATE n=2 fh=101 off=0 len=50 mode=0x0');
  expect(m.does((t) => fstat(t, fd)).size).toBe(10);
});

test('set-id bits go first, when the caller may not keep them', () => {
  const { m, fd } = withFile();
  m.server.tree.node(2n).mode = S_IFREG | 0o4777;
  m.trace((t) => fallocate(t, fd, 0, 0, 5));
  m.trace((t) => fstat(t, fd));
  m.credentials = credentialsOf(1000, 1000);
  m.does(
    (t) => fallocate(t, fd, 0, 0, 5),
    PROBE,
    ASKED,
    'SETATTR n=2 MODE fh=0 size=0 mode=100777 uid=0 gid=0',
    'FALLOCATE n=2 fh=101 off=0 len=5 mode=0x0',
  );
});
