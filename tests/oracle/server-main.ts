// The process that serves what Linux mounts: it never touches the mount itself. It is asked over Node's IPC channel.
import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NEWEST } from '../../src/abi/message.ts';
import { type KernelMount, mountKernel } from '../../src/kernel-mount.ts';
import { RequestLog } from './requests.ts';
import type { ServerReply, ServerRequest } from './server-messages.ts';
import { limitsOf, serverOf, type VariantServer } from './servers.ts';
import { variantNamed } from './variants.ts';

const directory = mkdtempSync(path.join(realpathSync(tmpdir()), 'fusewire-oracle-'));
let mount: KernelMount | null = null;
let server: VariantServer | null = null;
let requests = new RequestLog(new Map());
let log: string[] = [];

async function answer(request: ServerRequest): Promise<ServerReply> {
  switch (request.kind) {
    case 'mount':
      return await mountVariant(request.variant, new Map(request.names));
    case 'record':
      server?.begin();
      requests.start();
      return { kind: 'done' };
    case 'mark':
      requests.mark();
      return { kind: 'done' };
    case 'unmount':
      return await unmount();
    case 'abort':
      mount?.abort();
      return { kind: 'done' };
  }
}

async function mountVariant(name: string, names: ReadonlyMap<number, string>): Promise<ServerReply> {
  const variant = variantNamed(name);
  log = [];
  requests = new RequestLog(names);
  const heard = requests;
  server = serverOf(variant);
  mount = await mountKernel(server.server, directory, {
    name: 'fusewire-oracle',
    allowOther: variant.isPrivate !== true,
    defaultPermissions: variant.defaultPermissions ?? true,
    limits: limitsOf(variant),
    ...(variant.maxData === undefined ? {} : { maxRead: variant.maxData }),
    onRequest: (message) => heard.hear(message, mount?.session.protocol ?? NEWEST),
    log: (line) => log.push(line),
  });
  if (mount.connection === null) throw new Error('the mount has no connection');
  return { kind: 'mounted', directory, connection: mount.connection };
}

async function unmount(): Promise<ServerReply> {
  await mount?.unmount();
  mount = null;
  return { kind: 'unmounted', requests: requests.take(), log };
}

process.on('message', (request: ServerRequest) => {
  void answer(request)
    .catch(
      (error: unknown): ServerReply => ({
        kind: 'failed',
        failure: String(error instanceof Error ? error.stack : error),
      }),
    )
    .then((reply) => process.send?.(reply));
});
process.on('disconnect', () => {
  void unmount().finally(() => {
    rmdirSync(directory);
    process.exit();
  });
});
