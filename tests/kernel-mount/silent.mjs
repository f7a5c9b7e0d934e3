// Servers that do not answer, for the programs of these tests.
import { createInterface } from 'node:readline';

const never = () => new Promise(() => {});

/** Answers INIT, and nothing else ever. */
export const silent = () =>
  new Proxy(
    { init: () => ({ flags: ['ATOMIC_O_TRUNC'] }) },
    {
      get: (server, name) => (name === 'init' ? server.init : never),
      has: () => true,
    },
  );

/** Answers as another server does until a line comes from standard input; then never again. It prints "silent" and, for each request that came since, its name. */
export function silenced(server) {
  let isSilent = false;
  createInterface({ input: process.stdin }).once('line', () => {
    isSilent = true;
    console.log('silent');
  });
  const own = { flush() {}, release: (...args) => server.release(...args) };
  return new Proxy(server, {
    get(_, name) {
      const method = own[name] ?? server[name];
      if (typeof method !== 'function') return method;
      return (...args) => {
        if (!isSilent || name === 'init' || name === 'destroy') return method.apply(server, args);
        console.log(name);
        return never();
      };
    },
    has: (_, name) => name in own || name in server,
  });
}
