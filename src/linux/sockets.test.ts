import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EBADF, ECONNRESET, EMSGSIZE, EPIPE } from '../abi/errno.ts';
import { receiveDescriptor, sendDescriptor } from './descriptor-passing.ts';
import { trySendParts } from './send-parts.ts';
import {
  closeDescriptor,
  duplicate,
  hangUp,
  isAbandoned,
  isConnected,
  isSeqpacket,
  largestPacket,
  listenAt,
  packetCeiling,
  raiseSendBuffer,
  sendBlocking,
  seqpacketPair,
  tryAccept,
  tryReceive,
  trySend,
} from './sockets.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

function withPair(code: (ours: number, theirs: number) => void): void {
  const pair = seqpacketPair();
  try {
    code(...pair);
  } finally {
    for (const fd of pair) closeDescriptor(fd);
  }
}

test('a packet keeps its bounds, and nothing to read is null', () => {
  withPair((ours, theirs) => {
    const buffer = new Uint8Array(8);
    expect(tryReceive(theirs, buffer)).toBeNull();
    expect(trySend(ours, bytes('xabc').subarray(1))).toBe('sent');
    expect(trySend(ours, bytes('de'))).toBe('sent');
    expect(tryReceive(theirs, buffer)).toBe(3);
    expect(buffer.subarray(0, 3)).toEqual(bytes('abc'));
    expect(tryReceive(theirs, buffer)).toBe(2);
    expect(tryReceive(theirs, buffer)).toBeNull();
  });
});

test('a packet whose parts lie in several places arrives as one', () => {
  withPair((ours, theirs) => {
    const parts = [bytes('head'), bytes('xabcx').subarray(1, 4), new Uint8Array(0), new Uint8Array(20_000).fill(7)];
    expect(trySendParts(ours, parts)).toBe('sent');
    const buffer = new Uint8Array(30_000);
    expect(tryReceive(theirs, buffer)).toBe(20_007);
    expect(buffer.subarray(0, 8)).toEqual(Uint8Array.of(...bytes('headabc'), 7));
    expect(buffer.subarray(7, 20_007).every((value) => value === 7)).toBe(true);
    let sent = 0;
    while (trySendParts(ours, parts) === 'sent') sent++;
    expect(sent).toBeGreaterThan(0);
    expect(() => trySendParts(ours, [new Uint8Array(packetCeiling(ours)), bytes('x')])).toThrow(EMSGSIZE);
  });
});

test('a packet longer than the buffer is cut and tells its true length', () => {
  withPair((ours, theirs) => {
    trySend(ours, bytes('abcdef'));
    const buffer = new Uint8Array(4);
    expect(tryReceive(theirs, buffer)).toBe(6);
    expect(buffer).toEqual(bytes('abcd'));
  });
});

test('a full socket says so, and takes packets again once the other end has read', () => {
  withPair((ours, theirs) => {
    const packet = new Uint8Array(60_000);
    let sent = 0;
    while (trySend(ours, packet) === 'sent') sent++;
    expect(sent).toBeGreaterThan(0);
    expect(trySend(ours, packet)).toBe('full');
    for (let i = 0; i < sent; i++) expect(tryReceive(theirs, packet)).toBe(60_000);
    expect(trySend(ours, packet)).toBe('sent');
  });
});

test('a packet past the send buffer throws EMSGSIZE', () => {
  withPair((ours) => {
    expect(() => trySend(ours, new Uint8Array(8 << 20))).toThrow(EMSGSIZE);
  });
});

test('after the other end closed, its last packets come before the end, and sending throws EPIPE', () => {
  const [ours, theirs] = seqpacketPair();
  trySend(theirs, bytes('last'));
  trySend(ours, bytes('unread'));
  closeDescriptor(theirs);
  const buffer = new Uint8Array(8);
  expect(() => tryReceive(ours, buffer)).toThrow(ECONNRESET);
  expect(tryReceive(ours, buffer)).toBe(4);
  expect(tryReceive(ours, buffer)).toBe(0);
  expect(() => trySend(ours, bytes('x'))).toThrow(EPIPE);
  closeDescriptor(ours);
});

test('a blocking send is a packet too', () => {
  withPair((ours, theirs) => {
    sendBlocking(ours, bytes('abc'));
    expect(tryReceive(theirs, new Uint8Array(8))).toBe(3);
  });
});

test('hanging up through any descriptor of a socket shows the other end its end, after what was sent', () => {
  withPair((ours, theirs) => {
    const line = duplicate(ours);
    trySend(ours, bytes('last request'));
    hangUp(line);
    closeDescriptor(line);
    const buffer = new Uint8Array(16);
    expect(tryReceive(theirs, buffer)).toBe(12);
    expect(tryReceive(theirs, buffer)).toBe(0);
    expect(() => trySend(ours, bytes('x'))).toThrow(EPIPE);
    expect(trySend(theirs, bytes('late reply'))).toBe('sent');
    expect(tryReceive(ours, buffer)).toBe(10);
  });
});

test('a socket is abandoned once the last descriptor of its other end is closed, not when this end hangs up', () => {
  const [ours, theirs] = seqpacketPair();
  const copy = duplicate(theirs);
  hangUp(ours);
  closeDescriptor(theirs);
  expect(isAbandoned(ours)).toBe(false);
  closeDescriptor(copy);
  expect(isAbandoned(ours)).toBe(true);
  closeDescriptor(ours);
});

test('a raised send buffer carries the packet that was measured, and not much more is asked for than wanted', () => {
  withPair((ours, theirs) => {
    const before = largestPacket([ours, theirs], 16 << 20);
    for (const fd of [ours, theirs]) raiseSendBuffer(fd, 512 << 10);
    const after = largestPacket([ours, theirs], 16 << 20);
    expect(after).toBeGreaterThan(before);
    expect(trySend(theirs, new Uint8Array(after))).toBe('sent');
    expect(largestPacket([ours, theirs], 100_000)).toBe(100_000);
    expect(tryReceive(theirs, new Uint8Array(1))).toBeNull();
  });
});

test('a pair is close-on-exec on both ends', async () => {
  const { spawnSync } = await import('node:child_process');
  withPair((ours, theirs) => {
    const listing = spawnSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).stdout.split('\n');
    expect(listing).not.toContain(String(ours));
    expect(listing).not.toContain(String(theirs));
  });
});

test('a descriptor sent with a packet arrives as a new descriptor of the same socket', () => {
  const before = openDescriptors();
  withPair((ours, theirs) => {
    withPair((left, right) => {
      sendDescriptor(ours, right, bytes('take this'));
      const { fd, packet } = receiveDescriptor(theirs, 64);
      expect(packet).toEqual(bytes('take this'));
      expect(fd).not.toBeNull();
      trySend(left, bytes('hello'));
      const buffer = new Uint8Array(8);
      expect(tryReceive(fd as number, buffer)).toBe(5);
      closeDescriptor(fd as number);
    });
  });
  expect(openDescriptors()).toBe(before);
});

test('a packet without a descriptor is received with none', () => {
  withPair((ours, theirs) => {
    trySend(ours, bytes('no'));
    expect(receiveDescriptor(theirs, 64)).toEqual({ packet: bytes('no'), fd: null });
  });
});

test('a listening socket accepts nobody while nobody connects, and refuses a path that is too long', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-test-'));
  const before = openDescriptors();
  const fd = listenAt(join(directory, 'socket'));
  expect(tryAccept(fd)).toBeNull();
  closeDescriptor(fd);
  expect(() => listenAt(join(directory, 'x'.repeat(108)))).toThrow(RangeError);
  expect(() => listenAt(join(directory, 'socket'))).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  expect(openDescriptors()).toBe(before);
  rmSync(directory, { recursive: true });
});

test('a descriptor is told to be a packet socket, another socket, or none', () => {
  withPair((ours) => {
    expect(isSeqpacket(ours)).toBe(true);
    expect(isConnected(ours)).toBe(true);
    expect(packetCeiling(ours)).toBeGreaterThanOrEqual(4096);
    raiseSendBuffer(ours, 65_536);
    expect(packetCeiling(ours)).toBe(2 * 65_536 - 32);
    expect(() => trySend(ours, new Uint8Array(packetCeiling(ours) + 1))).toThrow(EMSGSIZE);
  });
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-sockets-'));
  const listener = listenAt(join(directory, 's'));
  expect(isConnected(listener)).toBe(false);
  closeDescriptor(listener);
  expect(() => isSeqpacket(listener)).toThrow(EBADF);
  rmSync(directory, { recursive: true });
});
