import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { mount } from '../src/mount.ts';
import { pathServer } from '../src/servers.ts';
import { backings, type Difference } from './path-server/backings.ts';
import { cases } from './path-server/cases.ts';

describe.each(backings)('$name', ({ start, differences }) => {
  test.each(Object.entries(cases))('%s', async (name, run) => {
    const { fs: backing, options, dispose } = await start();
    const server = pathServer(backing, { ...options, entryTimeout: 0, attrTimeout: 0 });
    const mounted = await mount(server, { uid: 1000, gid: 1001, groups: [1001], umask: 0 });
    try {
      const at = (path: string): string => `${options.root ?? ''}${path}`;
      const outcome = run({ fs: mounted.fs.promises, backing, at });
      await (differences[name] === undefined ? outcome : expectDifference(outcome, differences[name]));
    } finally {
      await mounted.unmount();
      await dispose();
    }
  });
});

async function expectDifference(outcome: Promise<void>, { gives, why }: Difference): Promise<void> {
  const said = await outcome.then(
    () => 'what the case says: the difference is gone',
    (error: Error & { actual?: unknown }) => `${error.message} ${inspect(error.actual)}`,
  );
  expect(said, why).toContain(gives);
}
