import { expect, test } from 'vitest';
import { daemon } from './daemon.ts';

test('a daemon is called by its command unless it has a name', () => {
  expect(daemon('/usr/bin/sshfs', ['host:', '{}']).name).toBe('sshfs');
  expect(daemon('/usr/bin/sshfs', ['host:', '{}'], { name: 'host' }).name).toBe('host');
});

test('by default it may use any way to attach, has 30 seconds to answer INIT and reads are never spliced', () => {
  expect(daemon('x', ['-o', 'dir={}'])).toMatchObject({
    attach: 'auto',
    initTimeout: 30_000,
    grace: 2_000,
    maxRead: 61_440,
  });
});

test('arguments without {} are refused, for the daemon would not know where to mount', () => {
  expect(() => daemon('squashfuse', ['image', '/mnt'])).toThrow(
    new TypeError('squashfuse: none of its arguments has {}, which stands for the mount point'),
  );
});
