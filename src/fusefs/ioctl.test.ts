import { describe, expect, test } from 'vitest';
import { EACCES, EFAULT, EIO, ENOMEM, ENOSYS, ENOTTY, EPERM } from '../abi/errno.ts';
import { FUSE_IOCTL_RETRY } from '../abi/fuse.ts';
import {
  FS_IOC_FSGETXATTR,
  FS_IOC_FSSETXATTR,
  FS_IOC_GETFLAGS,
  FS_IOC_MEASURE_VERITY,
  FS_IOC_SETFLAGS,
} from '../abi/ioctl.ts';
import { O_RDONLY } from '../abi/linux.ts';
import { ioctl } from '../syscalls/ioctl.ts';
import { open } from '../syscalls/open.ts';
import { credentialsOf } from '../task/credentials.ts';
import type { FuseMountOptions } from './options.ts';
import type { Answer } from './testing/operations.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const READ_4 = 0x8004_5601;
const WRITE_4 = 0x4004_5602;
const BOTH_8 = 0xc008_5603;
const READ_16383 = 0xbfff_5601;

const answer = (result: number, data: readonly number[] = [], flags = 0): Answer => ({
  body: { result, flags, in_iovs: 0, out_iovs: 0 },
  data: Uint8Array.from(data),
});

/** A machine with an open file and the open root, whose server gives this answer to every IOCTL. */
function opened(reply: Answer, script: Partial<Script> = {}, options: Partial<FuseMountOptions> = {}) {
  const m = new Scenario({ entryValid: 100, attrValid: 100, answers: { IOCTL: reply }, ...script }, options);
  m.server.tree.file('f', new Uint8Array(0));
  const [f, d] = ['/f', '/'].map((path) => m.run((t) => open(t, path, O_RDONLY))) as [number, number];
  m.settle();
  m.server.takeLog();
  return { m, f, d };
}

const onFile = (command: number, sizes: string, data = ''): string =>
  `IOCTL n=2 fh=101 flags=0x0 cmd=0x${command.toString(16)} arg=${command > 0xffff ? '*' : '0x5'} ${sizes} data=${data}`;

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("the caller's memory", () => {
  test('is filled with what the server gives, and the result returned', () => {
    const { m, f } = opened(answer(77, [9, 8, 7, 6]));
    const memory = bytes(1, 1, 1, 1, 1);
    expect(m.does((t) => ioctl(t, f, READ_4, memory), onFile(READ_4, 'in=0 out=4'))).toBe(77);
    expect(memory).toEqual(bytes(9, 8, 7, 6, 1));
  });

  test('is sent as far as the command says', () => {
    const { m, f } = opened(answer(0));
    m.does((t) => ioctl(t, f, WRITE_4, bytes(1, 2, 3, 4, 5)), onFile(WRITE_4, 'in=4 out=0', '1:2:3:4'));
  });

  test('stays as it is where the answer is shorter', () => {
    const { m, f } = opened(answer(0, [9]));
    const memory = bytes(1, 2, 3, 4, 5, 6, 7, 8);
    m.does((t) => ioctl(t, f, BOTH_8, memory), onFile(BOTH_8, 'in=8 out=8', '1:2:3:4:5:6:7:8'));
    expect(memory).toEqual(bytes(9, 2, 3, 4, 5, 6, 7, 8));
  });

  test('is EFAULT when too short to send, before, and when too short for the answer, afterwards', () => {
    const { m, f } = opened(answer(0, [1, 2, 3, 4]));
    m.fails(EFAULT, (t) => ioctl(t, f, WRITE_4, bytes(1, 2, 3)));
    m.fails(EFAULT, (t) => ioctl(t, f, WRITE_4, 5));
    m.fails(EFAULT, (t) => ioctl(t, f, READ_4, bytes(1, 2, 3)), onFile(READ_4, 'in=0 out=4'));
  });

  test('is sent with the length of the digest that it names', () => {
    const { m, f } = opened(answer(0));
    const memory = bytes(0, 0, 2, 0, 5, 6, 7);
    const sizes = 'in=6 out=6';
    m.does((t) => ioctl(t, f, FS_IOC_MEASURE_VERITY, memory), onFile(FS_IOC_MEASURE_VERITY, sizes, '0:0:2:0:5:6'));
  });

  test('that is more than a request carries is ENOMEM', () => {
    const { m, f } = opened(answer(0), { init: { max_pages: 3 } });
    m.fails(ENOMEM, (t) => ioctl(t, f, READ_16383, new Uint8Array(16_383)));
  });
});

test('a number goes to the server as it is', () => {
  const { m, f } = opened(answer(1));
  expect(m.does((t) => ioctl(t, f, 0x5601, 5), onFile(0x5601, 'in=0 out=0'))).toBe(1);
});

describe('an answer', () => {
  test.each([
    ['with a negative result is that errno', answer(-1, [9]), EPERM],
    ['with the result -ENOSYS is ENOTTY', answer(-38), ENOTTY],
    ['with -ENOIOCTLCMD is ENOTTY', answer(-515), ENOTTY],
    ['that asks for more memory is EIO', answer(0, [], FUSE_IOCTL_RETRY), EIO],
    ['that is too long is EIO', answer(0, [1, 2, 3, 4, 5]), EIO],
    ['ENOSYS is ENOTTY', ENOSYS, ENOTTY],
    ['of another errno is that', EACCES, EACCES],
  ])('%s, and the server is asked again the next time', (_, reply, errno) => {
    const { m, f } = opened(reply);
    for (let times = 0; times < 2; times++) {
      m.fails(errno, (t) => ioctl(t, f, READ_4, new Uint8Array(4)), onFile(READ_4, 'in=0 out=4'));
    }
  });

  test('with a result below all errnos is a number', () => {
    const { m, f } = opened(answer(-4096));
    expect(m.does((t) => ioctl(t, f, 0x5601, 5), onFile(0x5601, 'in=0 out=0'))).toBe(-4096);
  });
});

describe('a directory', () => {
  test('is told from a file', () => {
    const { m, d } = opened(answer(3));
    const request = 'IOCTL n=1 fh=102 flags=0x10 cmd=0x5601 arg=0x5 in=0 out=0 data=';
    expect(m.does((t) => ioctl(t, d, 0x5601, 5), request)).toBe(3);
  });

  test('of a server before 7.18 is ENOTTY without a request', () => {
    const { m, d } = opened(answer(3), { init: { minor: 17 } });
    m.fails(ENOTTY, (t) => ioctl(t, d, 0x5601, 5));
  });
});

test('a file that was opened before by one whom the mount admits is EACCES to others', () => {
  const { m, f } = opened(answer(0), {}, { allowOther: false });
  m.credentials = credentialsOf(1000, 1000);
  m.fails(EACCES, (t) => ioctl(t, f, 0x5601, 5));
});

describe('flags and attributes', () => {
  const handle = (command: number, fh: number, sizes: string, data = '') => [
    'OPEN n=2 flags=0x0 open_flags=0x0',
    `IOCTL n=2 fh=${fh} flags=0x0 cmd=0x${command.toString(16)} arg=* ${sizes} data=${data}`,
  ];
  const released = (fh: number): string => `RELEASE n=2 fh=${fh} flags=0x0 release_flags=0 lo=0`;

  test('are asked for with a handle of their own, and four bytes of flags', () => {
    const { m, f } = opened(answer(5, [1, 2, 3, 4]));
    const memory = new Uint8Array(8);
    const requests = [...handle(FS_IOC_GETFLAGS, 103, 'in=0 out=4'), released(103)];
    expect(m.does((t) => ioctl(t, f, FS_IOC_GETFLAGS, memory), ...requests)).toBe(0);
    expect(memory).toEqual(bytes(1, 2, 3, 4, 0, 0, 0, 0));
  });

  test('are EIO when the answer is too short', () => {
    const { m, f } = opened(answer(0, [1, 2, 3]));
    const requests = [...handle(FS_IOC_GETFLAGS, 103, 'in=0 out=4'), released(103)];
    m.fails(EIO, (t) => ioctl(t, f, FS_IOC_GETFLAGS, new Uint8Array(8)), ...requests);
  });

  test('are not set when they cannot be read first', () => {
    const { m, f } = opened(ENOSYS);
    for (const [index, command] of [FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR].entries()) {
      const requests = [...handle(FS_IOC_FSGETXATTR, 103 + index, 'in=0 out=28'), released(103 + index)];
      m.fails(ENOTTY, (t) => ioctl(t, f, command, new Uint8Array(28)), ...requests);
    }
  });

  test('of the file of another cannot be set', () => {
    const { m, f } = opened(answer(0), {}, { allowOther: true });
    m.credentials = credentialsOf(1000, 1000);
    m.fails(EPERM, (t) => ioctl(t, f, FS_IOC_SETFLAGS, new Uint8Array(8)));
  });
});
