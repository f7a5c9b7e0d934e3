import * as path from 'node:path';
import type { AttachWay } from '../../../src/attach/daemon.ts';
import { type DaemonRow, type Losses, noLosses, type OwnCheck, type Start } from '../row.ts';
import { asksItsSize, losesItsName, pollsReady, showsNewTime } from './example-checks.ts';

const folder = path.resolve(import.meta.dirname, '../../../build/libfuse-examples');

interface Example {
  /** Its arguments in front of the mount point. */
  readonly args?: (content: string) => readonly string[];
  readonly inside?: (content: string) => string;
  readonly attach?: AttachWay;
  readonly losses?: Losses;
  readonly own?: readonly OwnCheck[];
}

const example = (name: string, { args, inside, attach, losses, own }: Example): DaemonRow => ({
  name: `${name} (example)`,
  from: 'libfuse3-dev',
  needs: [`${folder}/${name}`],
  prepare: (content): Start => ({
    command: `${folder}/${name}`,
    args: ['-f', ...(args?.(content) ?? []), '{}'],
    inside: inside?.(content) ?? '/',
  }),
  losses: losses ?? null,
  ...(attach === undefined ? {} : { attach }),
  ...(own === undefined ? {} : { own, serves: 'its own' }),
});

const everySecond = ['--update-interval=1'];

/** The example file systems that come with libfuse 3. */
export const examples: readonly DaemonRow[] = [
  example('hello', {}),
  example('hello_ll', {}),
  example('passthrough', { inside: (content) => content, losses: noLosses }),
  example('passthrough_fh', { inside: (content) => content, losses: noLosses }),
  example('passthrough_ll', { attach: 'fd', args: (content) => ['-o', `source=${content}`], losses: noLosses }),
  example('ioctl', { own: [asksItsSize] }),
  example('poll', { own: [pollsReady] }),
  example('invalidate_path', { args: () => everySecond, own: [showsNewTime('/current_time')] }),
  example('notify_inval_inode', { args: () => everySecond, own: [showsNewTime('/current_time')] }),
  example('notify_store_retrieve', { args: () => everySecond, own: [showsNewTime('/current_time')] }),
  example('notify_inval_entry', { args: () => [...everySecond, '--timeout=30'], own: [losesItsName] }),
];
