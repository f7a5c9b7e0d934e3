import { expect, test } from 'vitest';
import { CUSE_INIT_BSWAP_RESERVED, FUSE_INIT_BSWAP_RESERVED, FUSE_KERNEL_MINOR_VERSION } from './fuse.ts';
import { allNotifyCodes, NOTIFY_PRUNE, notifyCodeOf } from './notify.ts';
import { allOpcodes, INIT, LOOKUP, type Opcode, opcodeOf } from './opcodes.ts';

const namesWhere = (holds: (opcode: Opcode) => boolean): string[] => allOpcodes.filter(holds).map(({ name }) => name);

test('a number has at most one row, and names are told apart', () => {
  expect(new Set(allOpcodes.map(({ number }) => number)).size).toBe(allOpcodes.length);
  expect(new Set(allOpcodes.map(({ name }) => name)).size).toBe(allOpcodes.length);
  for (const opcode of allOpcodes) expect(opcodeOf(opcode.number)).toBe(opcode);
});

test('numbers that nobody has, and byte-swapped ones, have no row', () => {
  for (const number of [0, 7, 19, 54, FUSE_INIT_BSWAP_RESERVED, CUSE_INIT_BSWAP_RESERVED]) {
    expect(opcodeOf(number)).toBeUndefined();
  }
  expect(FUSE_INIT_BSWAP_RESERVED).toBe(INIT.number * 2 ** 24);
});

test('none is newer than the protocol', () => {
  for (const { since } of allOpcodes) expect(since).toBeLessThanOrEqual(FUSE_KERNEL_MINOR_VERSION);
});

test('a request without reply has nothing to come back, and waits for nothing', () => {
  const silent = allOpcodes.filter(({ reply }) => reply === 'none');
  expect(silent.map(({ name }) => name)).toEqual(['FORGET', 'NOTIFY_REPLY', 'BATCH_FORGET']);
  for (const { out, outData, forced } of silent)
    expect({ out, outData, forced }).toEqual({ out: null, outData: null, forced: true });
});

test('what creates a name carries extensions, and replies with an entry', () => {
  expect(namesWhere(({ extensions }) => extensions)).toEqual(['SYMLINK', 'MKNOD', 'MKDIR', 'CREATE', 'TMPFILE']);
  for (const { out } of allOpcodes.filter(({ extensions }) => extensions)) {
    expect(out === LOOKUP.out || out?.name === 'fuse_create_out').toBe(true);
  }
});

test('replies of a length that the server chooses are those of Linux', () => {
  expect(namesWhere(({ outData, outMayBeShort }) => outData !== null || outMayBeShort)).toEqual([
    'READLINK',
    'READ',
    'GETXATTR',
    'LISTXATTR',
    'INIT',
    'READDIR',
    'IOCTL',
    'READDIRPLUS',
    'CUSE_INIT',
  ]);
});

const meaningOf = ({ onENOSYS: { gives } }: Opcode): string =>
  gives === 'success' ? gives : 'instead' in gives ? 'instead' : gives.code;

test('ENOSYS is remembered for these, and no others', () => {
  const remembered = allOpcodes.filter(({ onENOSYS }) => onENOSYS.isRemembered);
  expect(Object.fromEntries(remembered.map((opcode) => [opcode.name, meaningOf(opcode)]))).toEqual({
    LINK: 'EPERM',
    OPEN: 'instead',
    FSYNC: 'success',
    SETXATTR: 'EOPNOTSUPP',
    GETXATTR: 'EOPNOTSUPP',
    LISTXATTR: 'EOPNOTSUPP',
    REMOVEXATTR: 'EOPNOTSUPP',
    FLUSH: 'success',
    OPENDIR: 'instead',
    FSYNCDIR: 'success',
    ACCESS: 'success',
    CREATE: 'instead',
    INTERRUPT: 'success',
    BMAP: 'instead',
    POLL: 'instead',
    FALLOCATE: 'EOPNOTSUPP',
    RENAME2: 'EINVAL',
    LSEEK: 'instead',
    COPY_FILE_RANGE: 'instead',
    SYNCFS: 'success',
    TMPFILE: 'EOPNOTSUPP',
    STATX: 'instead',
    COPY_FILE_RANGE_64: 'instead',
  });
});

test('ENOSYS that is not remembered reaches the caller as it is, but of IOCTL', () => {
  const forgotten = allOpcodes.filter(({ onENOSYS }) => !onENOSYS.isRemembered);
  const changed = forgotten.filter((opcode) => meaningOf(opcode) !== 'ENOSYS');
  expect(changed.map((opcode) => [opcode.name, meaningOf(opcode)])).toEqual([['IOCTL', 'ENOTTY']]);
});

test('a skipped request that succeeds has no reply body to make up', () => {
  for (const { onENOSYS, out } of allOpcodes) if (onENOSYS.gives === 'success') expect(out).toBeNull();
});

test('notify codes are found by number; 0, negative and unknown ones are not', () => {
  for (const row of allNotifyCodes) expect(notifyCodeOf(row.code)).toBe(row);
  expect(notifyCodeOf(9)).toBe(NOTIFY_PRUNE);
  for (const code of [0, -1, 10]) expect(notifyCodeOf(code)).toBeUndefined();
});
