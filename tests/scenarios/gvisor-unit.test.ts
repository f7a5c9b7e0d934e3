import { describe, expect, test } from 'vitest';
import { toBytes } from '../../src/abi/bytes.ts';
import { Errno } from '../../src/abi/errno.ts';
import type { DeviceFile } from '../../src/fuse/device-file.ts';
import { endOf, Rig, type Running } from '../../src/fuse/testing/rig.ts';

// gVisor's unit tests of its queues: about the device alone, with more tasks than Linux would have processes here.

/** A device with so many files that are served, and so many slots. */
function connected(servers: number, maxActiveRequests: number): { readonly rig: Rig; readonly files: DeviceFile[] } {
  const rig = Rig.connected({ maxActiveRequests });
  const clones = Array.from({ length: servers - 1 }, () => rig.connection.device.open());
  return { rig, files: [rig.file, ...clones] };
}

const textOf = ({ end }: Running<{ readonly data: Uint8Array }>): string =>
  end === undefined || end instanceof Errno ? 'no reply' : Buffer.from(end.data).toString();

describe('on the device alone', () => {
  test.each([
    [1, 1, 10_000],
    [10, 1, 10_000],
    [1, 10, 10_000],
    [10, 10, 10_000],
    [10, 1, 1],
    [100, 2, 2],
  ])('%d tasks and %d servers with room for %d requests each get the answer to their own', (clients, servers, room) => {
    const { rig, files } = connected(servers, room);
    const running = Array.from({ length: clients }, (_, at) => rig.readlink(BigInt(at + 2)));
    const uniques = new Set<number>();
    for (let served = 0; served < clients; ) {
      const taken = files.flatMap((file) => {
        const received = rig.receive(file);
        return received === null ? [] : [{ file, received }];
      });
      expect(taken.length).toBeGreaterThan(0);
      for (const { file, received } of taken.reverse()) {
        uniques.add(received.header.unique);
        rig.answer(received, { data: toBytes(`node ${received.header.nodeid}`) }, file);
        served++;
      }
    }
    expect(running.map(textOf)).toEqual(running.map((_, at) => `node ${at + 2}`));
    expect(uniques.size).toBe(clients);
  });

  test('an abort ends 256 queued requests with ECONNABORTED, and a later one is ENOTCONN', () => {
    const rig = Rig.connected();
    const running = Array.from({ length: 256 }, (_, at) => rig.readlink(BigInt(at + 2)));
    rig.connection.abort();
    rig.scheduler.run();
    expect(new Set(running.map(endOf))).toEqual(new Set(['ECONNABORTED']));
    expect(endOf(rig.readlink(2n))).toBe('ENOTCONN');
  });
});
