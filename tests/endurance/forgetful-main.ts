import { memory, mountKernel } from '../../src/index.ts';

// A server with a fault to be found: what it writes behind 256 KiB of a file loses its first byte.

const sound = memory();
const forgetful = new Proxy(sound, {
  get(server, name) {
    const method: unknown = Reflect.get(server, name);
    if (typeof method !== 'function') return method;
    if (name !== 'write') return method.bind(server);
    return (request: { body: { offset: number } }, bytes: Uint8Array) => {
      if (request.body.offset >= 2 ** 18) bytes[0] = 0;
      return method.call(server, request, bytes);
    };
  },
});
await mountKernel(forgetful, process.argv[2] ?? '');
