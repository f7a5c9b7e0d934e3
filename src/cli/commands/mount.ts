import { once } from 'node:events';
import { type KernelMountOptions, parseMountOptions } from '../../kernel-mount/options.ts';
import { mountKernel, unmountKernel } from '../../kernel-mount.ts';
import { builtIn } from '../../servers/specs.ts';
import { UsageError, withArguments } from '../command.ts';
import type { Standalone } from '../standalone.ts';

/**
 * `fusewire mount SPEC DIR`: a TypeScript server, mounted by the Linux kernel until it is unmounted or a signal comes.
 */
export const mount: Standalone = {
  name: 'mount',
  about: 'mounts a server by the Linux kernel',
  operands: 'SPEC DIR',
  options: {
    options: {
      type: 'string',
      short: 'o',
      value: 'OPTIONS',
      about: 'as of mount(8): ro, allow_other, default_permissions, ...',
    },
    readers: { type: 'string', value: 'N', about: 'how many descriptors of the device to read' },
  },
  async run({ operands, options, streams, interrupted }) {
    const [spec, directory] = operands;
    if (spec === undefined || directory === undefined || operands.length !== 2) {
      throw new UsageError('mount: usage: fusewire mount SPEC DIR [-o OPTIONS]');
    }
    const server = await withArguments(() => builtIn(spec));
    await using mounted = await mountKernel(server, directory, {
      name: spec,
      ...mountOptions(options),
      handleSignals: false,
      log: (line) => streams.error.write(`fusewire: ${spec}: ${line}\n`),
    });
    streams.out.write(`${spec} is mounted at ${mounted.directory}\n`);
    await Promise.race([mounted.closed, interrupted.aborted ? null : once(interrupted, 'abort')]);
  },
};

function mountOptions({ options, readers }: Readonly<Record<string, unknown>>): KernelMountOptions {
  try {
    const parsed = typeof options === 'string' ? parseMountOptions(options) : {};
    if (readers === undefined) return parsed;
    if (!/^[1-9]\d?$/.test(String(readers)))
      throw new TypeError(`--readers=${readers}: a number from 1 to 99 is expected`);
    return { ...parsed, readers: Number(readers) };
  } catch (error) {
    throw new UsageError(`mount: ${(error as Error).message}`);
  }
}

/** `fusewire unmount DIR`: any FUSE mount of Linux, also one that a dead server has left. */
export const unmount: Standalone = {
  name: 'unmount',
  about: "takes a FUSE mount of Linux away, a dead server's too",
  operands: 'DIR',
  options: {
    force: { type: 'boolean', short: 'f', about: 'break the connection first: frees whoever waits for its server' },
  },
  async run({ operands, options }) {
    const [directory] = operands;
    if (directory === undefined || operands.length !== 1) {
      throw new UsageError('unmount: usage: fusewire unmount [--force] DIR');
    }
    await unmountKernel(directory, options.force === true ? 'force' : 'normal');
  },
};
