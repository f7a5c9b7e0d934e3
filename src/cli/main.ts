#!/usr/bin/env node
import { constants } from 'node:os';
import { main } from './run.ts';

/** The process as the program: signals unmount before they end it, and a reader that went away ends it quietly. */
async function program(): Promise<void> {
  const interrupt = new AbortController();
  let code: number | null = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      code = 128 + constants.signals[signal];
      interrupt.abort(new Error(`stopped by ${signal}`));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code === 'EPIPE' ? 128 + constants.signals.SIGPIPE : 1;
    interrupt.abort(error);
  });
  const ended = await main(process.argv.slice(2), { out: process.stdout, error: process.stderr }, interrupt.signal);
  process.exitCode = code ?? ended;
}

await program();
