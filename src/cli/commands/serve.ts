import { once } from 'node:events';
import { builtIn, serverSource } from '../../servers/specs.ts';
import { serveDescriptor } from '../../transport/serve.ts';
import { ADDRESS_FORMS, isLocal, parseAddress } from '../../transport/stream/address.ts';
import { type Listening, listen } from '../../transport/stream/listen.ts';
import { UsageError, withArguments } from '../command.ts';
import type { Standalone, StandaloneContext } from '../standalone.ts';
import { tokenFor, tokenOptions } from '../token.ts';

/**
 * `fusewire serve`: a built-in server in a process of its own, on an inherited SOCK_SEQPACKET descriptor or on a
 * listening stream socket. With `/dev/fd/N` it is itself a daemon: `fusewire ls / -- fusewire serve SPEC {}`.
 */
export const serve: Standalone = {
  name: 'serve',
  about: 'serves on a descriptor or a listening socket',
  operands: 'SPEC [/dev/fd/N]',
  options: {
    fd: { type: 'string', value: 'N', about: 'an inherited descriptor: one end of a SOCK_SEQPACKET pair' },
    listen: { type: 'string', value: 'ADDRESS', about: `where to listen: ${ADDRESS_FORMS}` },
    ...tokenOptions,
  },
  async run(context) {
    const { operands, options, interrupted } = context;
    const [spec, device, ...more] = operands;
    const fd = options.fd ?? /^\/dev\/fd\/(.*)$/.exec(device ?? '')?.[1];
    const ways = [options.fd, device, options.listen].filter((way) => way !== undefined);
    if (spec === undefined || ways.length !== 1 || more.length > 0) {
      throw new UsageError('serve: usage: fusewire serve SPEC --fd N | --listen ADDRESS | /dev/fd/N');
    }
    if (typeof options.listen === 'string') {
      await serveClients(spec, options.listen, context);
      return;
    }
    if (!/^\d{1,9}$/.test(String(fd)))
      throw new UsageError(`serve: ${options.fd ?? device}: no descriptor; it is --fd N or /dev/fd/N`);
    const server = await withArguments(() => builtIn(spec));
    await serveDescriptor(server, Number(fd), { signal: interrupted, log: logTo(context) });
  },
};

const logTo =
  ({ streams }: StandaloneContext) =>
  (line: string): void => {
    streams.error.write(`fusewire serve: ${line}\n`);
  };

async function serveClients(spec: string, where: string, context: StandaloneContext): Promise<void> {
  const { options, streams, interrupted } = context;
  const address = await withArguments(() => parseAddress(where));
  const token = tokenFor(address, options);
  const log = logTo(context);
  const source = await withArguments(() => serverSource(spec));
  await using listening = await listen(source, where, { log, ...(token === null ? {} : { token }) });
  streams.out.write(`${spec} is served at ${listening.address}\n`);
  if (token === null) tellToken(listening, log);
  if (!isLocal(address)) log('other machines can reach it, and what is said is not encrypted');
  if (!interrupted.aborted) await once(interrupted, 'abort');
}

function tellToken({ token }: Listening, log: (line: string) => void): void {
  if (token !== null) log(`clients need this token, in --token-file or FUSEWIRE_TOKEN: ${token}`);
}
