import { expect, test } from 'vitest';
import { eventfd, lower, raise } from './eventfd.ts';
import { NodeReactor } from './reactor.ts';
import { closeDescriptor } from './sockets.ts';

test('an eventfd is ready from when it is raised, however often, until it is lowered', () => {
  const reactor = new NodeReactor();
  const fd = eventfd();
  let seen = 0;
  const watch = reactor.watch(fd, { readable: true, writable: false }, () => {
    seen++;
    lower(fd);
  });
  try {
    expect(reactor.wait(0)).toBe(false);
    raise(fd);
    raise(fd);
    expect(reactor.wait(null)).toBe(true);
    expect(reactor.wait(0)).toBe(false);
    expect(seen).toBe(1);
    lower(fd);
  } finally {
    watch.close();
    closeDescriptor(fd);
  }
});
