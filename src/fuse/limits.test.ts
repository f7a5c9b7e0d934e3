import { expect, test } from 'vitest';
import { flagWords } from '../abi/init-flags.ts';
import type { fuse_init_out } from '../abi/structs.ts';
import { Control } from './control.ts';
import { initReply, Rig, rawReply } from './testing/rig.ts';

const MAX_PAGES = flagWords(['MAX_PAGES']);
const limitsFor = (body: Partial<fuse_init_out>) => Rig.connected({}, body).connection.limits;

test.each(Array.from({ length: 97 }, (_, i) => i + 3))('minor %d is taken as it is said', (minor) => {
  const { connection } = Rig.connected({}, { minor, max_write: 65_536, max_background: 50, congestion_threshold: 40 });
  expect(connection.state).toBe('connected');
  expect(connection.limits.minor).toBe(minor);
  expect(connection.protocol.minor).toBe(minor);
  expect(connection.limits.maxWrite).toBe(minor < 5 ? 4096 : 65_536);
  const control = new Control(connection);
  expect([control.maxBackground, control.congestionThreshold]).toEqual(minor < 13 ? [12, 9] : [50, 40]);
});

test.each([
  [0, 4096],
  [4095, 4096],
  [4097, 4097],
  [0xffffffff, 0xffffffff],
])('a max_write of %d means %d', (max_write, maxWrite) => {
  expect(limitsFor({ max_write }).maxWrite).toBe(maxWrite);
});

test.each([
  [0, 0],
  [4095, 0],
  [10_000, 8192],
  [131_072, 131_072],
  [1 << 20, 131_072],
])('a max_readahead of %d means %d: whole pages, and never more than was offered', (max_readahead, maxReadahead) => {
  expect(limitsFor({ max_readahead }).maxReadahead).toBe(maxReadahead);
});

test('below 7.6 readahead is limited by max_read alone, and times are as fine as can be', () => {
  const old = { minor: 5, max_readahead: 0, time_gran: 1000 };
  expect(limitsFor(old)).toMatchObject({ maxReadahead: 131_072, timeGran: 1 });
  const { limits } = Rig.connected({ ceilings: { maxRead: 61_440 } }, old).connection;
  expect(limits.maxReadahead).toBe(61_440);
});

test.each([
  [0, 1],
  [1, 1],
  [1000, 1000],
  [1_000_000_000, 1_000_000_000],
  [1_000_000_001, 1],
])('a time_gran of %d means %d ns', (time_gran, timeGran) => {
  expect(limitsFor({ time_gran }).timeGran).toBe(timeGran);
});

test.each([
  ['without the flag', {}, 32, 1024],
  ['without the flag, whatever it says', { max_pages: 200 }, 32, 1024],
  ['0', { ...MAX_PAGES, max_pages: 0 }, 1, 1024],
  ['1', { ...MAX_PAGES, max_pages: 1 }, 1, 1024],
  ['2', { ...MAX_PAGES, max_pages: 2 }, 2, 4095],
  ['256', { ...MAX_PAGES, max_pages: 256 }, 256, 4095],
  ['65535', { ...MAX_PAGES, max_pages: 65_535 }, 256, 4095],
])('max_pages %s: so many pages, and names so long', (_, body, maxPages, nameMax) => {
  expect(limitsFor(body)).toMatchObject({ maxPages, nameMax });
});

test('pages are never more than the transport carries', () => {
  const ceilings = { maxPages: 15, maxRead: 61_440 };
  expect(Rig.connected({ ceilings }, { ...MAX_PAGES, max_pages: 256 }).connection.limits).toMatchObject({
    maxPages: 15,
    maxRead: 61_440,
    nameMax: 4095,
  });
  expect(Rig.connected({ ceilings }).connection.limits.maxPages).toBe(15);
});

test.each(Array.from({ length: 64 }, (_, i) => i + 1))(
  'an INIT reply of %d bytes counts as if zeros followed',
  (length) => {
    const rig = new Rig();
    rig.connection.start();
    rig.receive();
    const message = rawReply({ unique: 2, body: length });
    const whole = new DataView(new ArrayBuffer(64));
    const { max_write, max_readahead } = initReply();
    [7, 45, max_readahead].forEach((value, i) => {
      whole.setUint32(4 * i, value, true);
    });
    whole.setUint32(20, max_write, true);
    message.set(new Uint8Array(whole.buffer, 0, length), 16);
    rig.file.write(message);
    expect(rig.connection.state).toBe('connected');
    expect(rig.connection.limits.minor).toBe(length > 4 ? 45 : 0);
    if (length > 8) expect(rig.connection.limits.maxWrite).toBe(length > 22 ? 131_072 : 4096);
  },
);
