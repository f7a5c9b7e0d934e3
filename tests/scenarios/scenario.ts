import type { Signal } from '../../src/task/task.ts';
import { type Step, stepsOf, type TaskSpec } from '../oracle/script.ts';
import type { Reply } from './replies.ts';
import type { Expected, RequestName } from './requests.ts';
import type { Fields, StructName } from './wire-format.ts';
import type { Mounting } from './world.ts';

/**
 * One thing that happens, in its order. `file` is an open of the device by its number: 0 is the one that is mounted,
 * others are clones of it.
 */
export type Move =
  | { readonly do: 'start'; readonly step: Step }
  | { readonly do: 'end'; readonly step: Step; readonly gives: string | RegExp | null }
  | {
      readonly do: 'read';
      readonly expected: Expected;
      readonly file: number;
      readonly task: number;
      readonly as: string;
      readonly of: string | null;
    }
  | { readonly do: 'write'; readonly reply: Reply; readonly file: number; readonly to: string }
  | { readonly do: 'read fails'; readonly room: number; readonly file: number; readonly errno: string }
  | { readonly do: 'write bytes'; readonly message: Uint8Array; readonly file: number; readonly gives: string }
  | { readonly do: 'waiting'; readonly count: number }
  | { readonly do: 'asleep'; readonly task: number }
  | { readonly do: 'signal'; readonly task: number; readonly kind: Signal }
  | { readonly do: 'forgotten'; readonly nodeid: number; readonly nlookup: number }
  | { readonly do: 'open' }
  | { readonly do: 'clone'; readonly file: number; readonly source: number; readonly gives: string }
  | { readonly do: 'poll'; readonly file: number; readonly gives: string }
  | { readonly do: 'close'; readonly file: number }
  | { readonly do: 'drop caches'; readonly what: 'names' | 'pages' }
  | { readonly do: 'abort' }
  | { readonly do: 'unmount' }
  | { readonly do: 'unmounted' }
  | { readonly do: 'passes'; readonly seconds: number }
  | { readonly do: 'nothing left' };

/** Moves, and lists of moves, one after the other. */
export type Moves = Move | readonly Moves[];

/** What a server says and is asked, byte for byte, while tasks make system calls: the same on Linux and on Fusewire. */
export interface Scenario {
  /** Fields of the reply to INIT; 'told' when the moves begin with INIT. Default: 7.45 with large requests. */
  readonly init?: Fields | 'told';
  /** Who makes calls; default one task of root. */
  readonly tasks?: readonly TaskSpec[];
  readonly mount?: Partial<Omit<Mounting, 'tasks'>>;
  readonly moves: readonly Moves[];
}

/** One line of a script: `@1 open /f O_RDWR -> $f`. */
function stepOf(line: string): Step {
  const [step] = stepsOf(line);
  if (step === undefined) throw new Error('an empty line is no call');
  return step;
}

/** A call that begins. */
export const starts = (line: string): Move => ({ do: 'start', step: stepOf(line) });

/** The end of a call that began with this line, and what it gives: as the line says, or as the pattern does. */
export function ends(line: string, pattern: RegExp | null = null): Move {
  const step = stepOf(line);
  return { do: 'end', step, gives: pattern ?? step.expected };
}

/** A call from its beginning to its end; between them what its server is asked. Nothing else may be asked. */
export const call = (line: string, exchange: readonly Moves[] = [], pattern: RegExp | null = null): Moves => [
  starts(line),
  exchange,
  ends(line, pattern),
];

/** The asker of what the kernel sends for itself. */
export const KERNEL = -1;

/** What a request carries besides its node. */
export interface Contents {
  readonly fields?: Fields;
  readonly names?: readonly string[];
  readonly data?: Uint8Array;
  readonly extensions?: Uint8Array;
  /** The struct that the fields are of, where an older protocol or an INIT flag makes it another. */
  readonly older?: StructName;
  /** The task that asked; default the first. {@link KERNEL}: nobody did. */
  readonly task?: number;
  /** The file that it is read from; default the mounted one. */
  readonly file?: number;
  /** What it is called in this scenario; default its own name. */
  readonly as?: string;
  /** Of an INTERRUPT: the request that it is about. Of another: which request this is, sent again. */
  readonly of?: string;
}

/** A request that the server reads, and leaves unanswered. */
export const reads = (name: RequestName, nodeid: number | bigint, contents: Contents = {}): Move => ({
  do: 'read',
  expected: {
    name,
    nodeid,
    fields: contents.fields ?? {},
    names: contents.names ?? [],
    data: contents.data ?? new Uint8Array(0),
    extensions: contents.extensions ?? new Uint8Array(0),
    older: contents.older ?? null,
  },
  file: contents.file ?? 0,
  task: contents.task ?? 0,
  as: contents.as ?? name,
  of: contents.of ?? null,
});

/** A reply to the latest request of that name. */
export const answers = (to: string, reply: Reply, file = 0): Move => ({ do: 'write', reply, file, to });

/** A request that is answered at once. */
export const asked = (name: RequestName, nodeid: number | bigint, contents: Contents, reply: Reply): Moves => [
  reads(name, nodeid, contents),
  answers(contents.as ?? name, reply, contents.file ?? 0),
];

/** LOOKUP of a name, answered. */
export const lookedUp = (parent: number, name: string, reply: Reply, contents: Contents = {}): Moves =>
  asked('LOOKUP', parent, { ...contents, names: [name] }, reply);

/** A read of the device that fails, with so many bytes of room. */
export const readFails = (errno: string, { room = 1 << 21, file = 0 } = {}): Move => ({
  do: 'read fails',
  room,
  file,
  errno,
});

/** A write of any bytes to the device, and the errno or count it gives. */
export const writes = (message: Uint8Array, gives: string, file = 0): Move => ({
  do: 'write bytes',
  message,
  file,
  gives,
});

/** So many requests exist and have not ended, once all that began has got there. */
export const waiting = (count: number): Move => ({ do: 'waiting', count });

/** A task sleeps in its call, once it has got there. */
export const asleep = (task: number): Move => ({ do: 'asleep', task });

/** A signal for a task in its call: one that has a handler, without SA_RESTART or with it, or SIGKILL. */
export const signal = (kind: Signal, task = 0): Move => ({ do: 'signal', task, kind });

/** One more open of the device, that belongs to no connection; its number is the next. */
export const opens: Move = { do: 'open' };

/** FUSE_DEV_IOC_CLONE of an open of the device from another, and the errno it gives; `0` for success. */
export const clones = (file: number, source: number, gives = '0'): Move => ({ do: 'clone', file, source, gives });

/** One more open of the device, which is a clone of the first. */
export const opensClone = (file: number): Moves => [opens, clones(file, 0)];

/** What poll(2) says of an open of the device, once all that happened shows: words of IN, OUT and ERR. */
export const polls = (gives: string, file = 0): Move => ({ do: 'poll', file, gives });

/**
 * So many lookups of a node are given back, by FORGET or BATCH_FORGET. When it comes among other requests is left to the
 * kernel: one that comes before it is expected is kept.
 */
export const forgotten = (nodeid: number, nlookup: number): Move => ({ do: 'forgotten', nodeid, nlookup });

/** An open of the device is closed. */
export const closes = (file: number): Move => ({ do: 'close', file });

/** An umount(2) begins. */
export const unmounts: Move = { do: 'unmount' };

/** It has come to its end. */
export const unmounted: Move = { do: 'unmounted' };
/** Time goes by. On Linux it is waited for, so that it may not be much. */
export const passes = (seconds: number): Move => ({ do: 'passes', seconds });

/** What is cached and not in use is dropped, as by /proc/sys/vm/drop_caches. Of the pages the whole machine's are: once is enough. */
export const dropsCaches = (what: 'names' | 'pages'): Move => ({ do: 'drop caches', what });

/** The user gives the connection up, as by fusectl. */
export const aborts: Move = { do: 'abort' };
