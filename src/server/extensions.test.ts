import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putBytes, viewOf } from '../abi/bytes.ts';
import { EINVAL, Errno } from '../abi/errno.ts';
import * as op from '../abi/opcodes.ts';
import { readExtensions } from './extensions.ts';
import { bytes, TestClient } from './testing/client.ts';

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** A security context block as Linux makes it. */
function contexts(...labels: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const sizes = labels.map(([name, value]) => padded(8 + name.length + 1 + value.length));
  const block = new Uint8Array(sizes.reduce((sum, size) => sum + size, 8));
  const view = viewOf(block);
  view.setUint32(0, block.length, true);
  view.setUint32(4, labels.length, true);
  let at = 8;
  for (const [i, [name, value]] of labels.entries()) {
    view.setUint32(at, value.length, true);
    putBytes(block, putBytes(block, at + 8, name) + 1, value);
    at += sizes[i] ?? 0;
  }
  return block;
}

/** A supplementary group block as Linux makes it. */
function groups(...gids: readonly number[]): Uint8Array {
  const block = new Uint8Array(padded(12 + 4 * gids.length));
  const view = viewOf(block);
  view.setUint32(0, block.length, true);
  view.setUint32(4, 32, true);
  view.setUint32(8, gids.length, true);
  for (const [i, gid] of gids.entries()) view.setUint32(12 + 4 * i, gid, true);
  return block;
}

const joined = (...blocks: readonly Uint8Array[]): Uint8Array => Uint8Array.from(blocks.flatMap((block) => [...block]));

test('security contexts and groups are read, whatever their lengths', () => {
  const read = readExtensions(
    joined(contexts(['security.selinux', 'label\0'], ['security.a', ''], ['b', '12345678']), groups(100, 4294967294)),
  );
  expect(read).toEqual({
    securityContexts: [
      { name: 'security.selinux', value: bytes('label\0') },
      { name: 'security.a', value: bytes('') },
      { name: 'b', value: bytes('12345678') },
    ],
    groups: [100, 4294967294],
  });
});

test('an empty context block, as Linux sends without a security module, has none', () => {
  expect(readExtensions(contexts())).toEqual({ securityContexts: [], groups: [] });
});

test('an unknown extension is passed over', () => {
  const unknown = groups(1);
  viewOf(unknown).setUint32(4, 99, true);
  expect(readExtensions(joined(unknown, groups(5))).groups).toEqual([5]);
});

test.each<[string, Uint8Array]>([
  ['a header that is cut', new Uint8Array(4)],
  ['a size of 0', new Uint8Array(8)],
  ['a size beyond the end', groups(1).fill(17, 0, 1)],
  ['more groups than there is room for', groups(1).fill(2, 8, 9)],
  ['more contexts than there are', contexts(['a', 'b']).fill(2, 4, 5)],
  ['a name without a NUL', contexts(['abcdefgh', '']).fill(1, 16, 32)],
  ['a label beyond the end', contexts(['a', 'b']).fill(8, 8, 9)],
])('%s is EINVAL', (_, block) => {
  expect(() => readExtensions(block)).toThrow(expect.toSatisfy((error) => error === EINVAL));
});

test('any bytes are read or EINVAL', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 80 }), (list) => {
      try {
        readExtensions(Uint8Array.from(list));
      } catch (error) {
        expect(error).toBe(EINVAL);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a request has them when they are asked for, and a broken block fails the request alone', () => {
  const seen: unknown[] = [];
  const client = TestClient.of({
    mkdir(request) {
      seen.push(request.groups, request.securityContexts);
      return { nodeid: 2n };
    },
  });
  const asking = { names: ['new'], body: { mode: 0o755, umask: 0 } };
  client.get(op.MKDIR, { ...asking, extensions: joined(contexts(['a', 'b']), groups(7)) });
  client.get(op.MKDIR, asking);
  expect(seen).toEqual([[7], [{ name: 'a', value: bytes('b') }], [], []]);
  expect(client.ask(op.MKDIR, { ...asking, extensions: new Uint8Array(8) })).toBe(EINVAL);
  expect(client.ask(op.UNLINK, { names: ['x'] })).toBeInstanceOf(Errno);
});
