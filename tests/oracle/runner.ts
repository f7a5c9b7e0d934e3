import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { RunnerReply, RunnerRequest } from './runner-messages.ts';

/** What makes Node, of any version, run the sources. */
export const RUN_TYPESCRIPT = ['--import', new URL('../../scripts/run-typescript.mjs', import.meta.url).href];
const PROGRAM = fileURLToPath(new URL('runner-main.ts', import.meta.url));
const LENGTH = 4; // bytes before each message

/** A process that makes system calls for a task; see runner-main.ts. */
export class Runner {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #received = Buffer.alloc(0);
  #end: Error | null = null;
  #settle: { resolve: (reply: RunnerReply) => void; reject: (error: Error) => void } | null = null;

  constructor() {
    this.#child = spawn(process.execPath, [...RUN_TYPESCRIPT, PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#child.on('exit', (code, signal) => {
      this.#end = new Error(`a runner ended: ${signal ?? code}`);
      this.#settle?.reject(this.#end);
    });
    this.#child.stdin.on('error', () => undefined); // it ended, which 'exit' tells
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** One request at a time. @throws Error when the runner itself fails */
  ask(request: RunnerRequest): Promise<RunnerReply> {
    return new Promise((resolve, reject) => {
      if (this.#end !== null) return reject(this.#end);
      this.#settle = { resolve, reject };
      const body = Buffer.from(JSON.stringify(request));
      const length = Buffer.alloc(LENGTH);
      length.writeUInt32LE(body.length);
      this.#child.stdin.write(Buffer.concat([length, body]));
    });
  }

  /** Ends it in the middle of what it does. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  close(): void {
    this.#child.stdin.end();
  }

  #hear(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length < LENGTH) return;
    const end = LENGTH + this.#received.readUInt32LE();
    if (this.#received.length < end) return;
    const reply = JSON.parse(this.#received.toString('utf8', LENGTH, end)) as RunnerReply;
    this.#received = this.#received.subarray(end);
    const settle = this.#settle;
    this.#settle = null;
    if (reply.failure === undefined) settle?.resolve(reply);
    else settle?.reject(new Error(reply.failure));
  }
}
