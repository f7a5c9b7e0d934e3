// Serves a small tree by the Linux kernel where its parent asks by IPC, and notifies the kernel as asked.
import { type KernelMount, mountKernel } from '../../src/index.ts';
import { Errno } from '../../src/server-library.ts';
import type { Ask, Told } from './messages.ts';
import { TreeServer } from './tree-server.ts';

let server = new TreeServer();
let mounted: KernelMount | null = null;

async function carryOut(ask: Exclude<Ask, { mount: string }>): Promise<unknown> {
  if ('take' in ask) return server.take();
  if ('set' in ask) return server.set(ask.set, ask.content);
  return await server.notify(ask.notify, ask.args);
}

async function answer(ask: Ask): Promise<Told> {
  try {
    if (!('mount' in ask)) return { value: await carryOut(ask) };
    await mounted?.unmount();
    server = new TreeServer();
    mounted = await mountKernel(server, ask.mount);
    return { value: undefined };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return { code: error.code };
  }
}

process.on('message', ({ id, ask }: { id: number; ask: Ask }) => {
  void answer(ask).then((told) => process.send?.({ id, told }));
});
process.on('disconnect', () => void mounted?.unmount());
