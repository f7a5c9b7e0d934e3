import { builtIn } from '../../servers.ts';
import { serveDescriptor } from '../../transport/serve.ts';
import { UsageError } from '../command.ts';

/**
 * `fusewire serve SPEC /dev/fd/N`: a built-in server in a process of its own, on an inherited SOCK_SEQPACKET
 * descriptor; so it is itself a daemon that `fusewire ... -- fusewire serve SPEC {}` can start.
 *
 * @returns the exit code, once the other side has closed
 */
export async function serve(args: readonly string[]): Promise<number> {
  const [spec, device] = args;
  const fd = /^\/dev\/fd\/(\d+)$/.exec(device ?? '')?.[1];
  if (spec === undefined || fd === undefined || args.length !== 2) {
    throw new UsageError('serve: usage: fusewire serve memory:|dir:PATH /dev/fd/N');
  }
  await serveDescriptor(builtIn(spec), Number(fd));
  return 0;
}
