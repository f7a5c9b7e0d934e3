import { expect, test } from 'vitest';
import { messageMemory } from './message-memory.ts';

test('memory is zeroed, and no two messages share a byte', () => {
  const messages = Array.from({ length: 500 }, (_, i) => messageMemory((i * 37) % 700).message);
  for (const message of messages) expect(message.every((byte) => byte === 0)).toBe(true);
  messages.forEach((message, i) => {
    message.fill(i % 256);
  });
  messages.forEach((message, i) => {
    expect(message).toHaveLength((i * 37) % 700);
    expect(message.every((byte) => byte === i % 256)).toBe(true);
  });
});

test('the view reaches the message at its start', () => {
  for (const length of [16, 16, 4096, 16]) {
    const { message, view, start } = messageMemory(length);
    view.setUint32(start, 0x04030201, true);
    expect([...message.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
  }
});

test('a large message has memory of its own', () => {
  expect(messageMemory(513).message.buffer.byteLength).toBe(513);
  expect(messageMemory(16).message.buffer.byteLength).toBe(4096);
});
