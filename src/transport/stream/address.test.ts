import { expect, test } from 'vitest';
import { formatAddress, isLocal, parseAddress } from './address.ts';

test.each([
  ['unix:/run/x.sock', { kind: 'unix', path: '/run/x.sock' }, 'unix:/run/x.sock', true],
  ['unix:tcp:1', { kind: 'unix', path: 'tcp:1' }, 'unix:tcp:1', true],
  ['tcp:7000', { kind: 'tcp', host: '127.0.0.1', port: 7000 }, 'tcp:127.0.0.1:7000', true],
  ['tcp:0.0.0.0:0', { kind: 'tcp', host: '0.0.0.0', port: 0 }, 'tcp:0.0.0.0:0', false],
  ['tcp:localhost:65535', { kind: 'tcp', host: 'localhost', port: 65535 }, 'tcp:localhost:65535', true],
  ['tcp:[::1]:7000', { kind: 'tcp', host: '::1', port: 7000 }, 'tcp:[::1]:7000', true],
  ['tcp:127.evil.example:1', { kind: 'tcp', host: '127.evil.example', port: 1 }, 'tcp:127.evil.example:1', false],
])('%s is an address', (text, address, written, local) => {
  expect(parseAddress(text)).toEqual(address);
  expect(formatAddress(parseAddress(text))).toBe(written);
  expect(isLocal(parseAddress(text))).toBe(local);
});

test.each([
  '',
  'unix:',
  'unix:a\0b',
  'tcp:',
  'tcp:65536',
  'tcp:host',
  'tcp::1',
  'tcp:::1:7000',
  'tcp:-1',
  'udp:1',
  '7000',
])('%j is none', (text) => {
  expect(() => parseAddress(text)).toThrow(`${text}: no address; it is unix:PATH|tcp:HOST:PORT|tcp:PORT`);
});
