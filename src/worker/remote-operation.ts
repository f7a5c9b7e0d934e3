import { answeringAtOnce, cp, cpAtOnce } from '../node-fs/cp.ts';
import type { Mapped, Operation, Prepare } from '../node-fs/operation.ts';
import { everyOperation, results } from '../node-fs/operations.ts';
import type { Transfer } from '../node-fs/read-write.ts';
import { type TransferRow, transferRows } from './transfers.ts';

/** What the worker is asked to do: an operation of `operations.ts`, or what a worker's control is called. */
export interface Request {
  readonly name: string;
  readonly args: readonly unknown[];
  /** The memory that bytes come from or go to, instead of arguments. */
  readonly transfer: (Transfer & { readonly name: TransferRow['name'] }) | null;
  /** What is made of the result. */
  readonly make: ((result: unknown) => unknown) | null;
}

/** An operation that a worker runs; its arguments are checked. */
export type RemoteOperation<T> = Operation<T> & { readonly request: Request };

/** The entry that prepares the same call for a worker. */
export function remoteEntry(entry: Prepare): Prepare {
  if ('of' in entry) return made(entry as Mapped);
  if (entry === (cpAtOnce as Prepare)) return copying;
  const row = transferRows.find(({ prepare }) => prepare === entry);
  if (row !== undefined) return transferring(row);
  const name = names.get(entry);
  if (name === undefined) throw new Error('an operation that operations.ts does not know');
  return (...args) => remote({ name, args, transfer: null, make: null }, entry(...args).signal);
}

const names = new Map(Object.entries(everyOperation).map(([name, prepare]) => [prepare, name]));

function remote(request: Request, signal?: AbortSignal): RemoteOperation<unknown> {
  const operation = (): never => {
    throw new Error(`${request.name} runs in another thread`);
  };
  return Object.assign(operation, signal === undefined ? { request } : { request, signal });
}

function made({ of, make }: Mapped): Prepare {
  const inner = remoteEntry(of);
  return (...args) => {
    const { request, signal } = inner(...args) as RemoteOperation<unknown>;
    return remote({ ...request, make }, signal);
  };
}

/** The filter, here, is asked by the worker; whether it answers at once is seen here. */
const copying = ((src: string, dest: string, options?: object) =>
  remoteEntry(cp as Prepare)(...([src, dest, answeringAtOnce(options)] as never[]))) as Prepare;

function transferring({ name, toTransfer }: TransferRow): Prepare {
  const [count, memory] = results[name] as readonly [string, string];
  return (...args) => {
    const transfer = { name, ...toTransfer(...args) };
    const make = (moved: unknown): unknown => ({ [count]: moved, [memory]: transfer.memory });
    return remote({ name, args: [], transfer, make });
  };
}
