import type { MessagePort } from 'node:worker_threads';
import type { Daemon } from '../attach/daemon.ts';
import type { MountOptions } from '../mount.ts';
import type { Remote } from '../transport/stream/connect.ts';
import type { ServerModule } from './server-module.ts';

// What goes between a caller's thread and its worker. An entry of a ring is a page, which names a call, and a kind.

/** What the caller's thread puts into its ring. A call that its pages do not hold comes as a message besides. */
export const asks = { call: 0, callByMessage: 1, cancel: 2, answer: 3 } as const;

/** What the worker puts into its ring. */
export const answers = { reply: 0, replyByMessage: 1, question: 2 } as const;

const KINDS = 4;
/** A ring's entry. */
export const entryOf = (page: number, kind: number): number => page * KINDS + kind;
export const pageOf = (entry: number): number => Math.trunc(entry / KINDS);
export const kindOf = (entry: number): number => entry % KINDS;

/** Bytes of a call's pages that are not the bytes it reads or writes: these begin here at the earliest. */
export const MEMORY_AT = 1024;

/** What the worker asks of a function or a source of the caller's, and gets for it. */
export interface Question {
  readonly number: number;
  readonly ask: 'call' | 'next' | 'return';
  readonly args: readonly unknown[];
}

/** `thrown`: what was thrown stays with the caller. */
export type Answer = { readonly number: number } & ({ readonly value: unknown } | { readonly thrown: true });

/** A call, or its reply, that its pages do not hold. */
export interface LongMessage {
  readonly bytes: Uint8Array;
  /** What is to be written, or was read. */
  readonly memory: Uint8Array | null;
}

/** Where a server that lives in the worker comes from. */
export type WorkerServer = Daemon | Remote | ServerModule | string;

/** What a worker begins with. */
export interface Beginning {
  readonly memory: SharedArrayBuffer;
  readonly port: MessagePort;
  /** The eventfds that wake it and its caller's thread. */
  readonly wakeWorker: number;
  readonly wakeCaller: number;
  readonly server: WorkerServer;
  readonly options: Omit<MountOptions, 'signal' | 'calls' | 'trace'>;
}

/** What a worker says once: that the server is mounted, and by which of /proc's threads, or why not. */
export type Started = { readonly thread: number } | { readonly failure: readonly unknown[] };
