// One process that makes a script's system calls on Linux. It reads requests from standard input and writes replies to
// standard output, each with its length before it, and never waits for anything else: its event loop does not run.
import { closeSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { Errno } from '../../src/abi/errno.ts';
import { libc } from '../../src/linux/libc.ts';
import type { Value } from './calls/call.ts';
import { calls, outcomeOf, resolved, type Variables } from './calls.ts';
import { cString, DESCRIPTOR_SHIFT, syscall } from './linux-calls.ts';
import type { RunnerReply, RunnerRequest } from './runner-messages.ts';
import type { TaskSpec } from './script.ts';
import { dumpTree } from './tree.ts';

const O_PATH = 0o10000000;
const RLIMIT_NOFILE = 7;
/** What a process may have open by default. */
const DESCRIPTORS = 1024;
/** The lowest descriptor that scripts use. */
const LOWEST = DESCRIPTOR_SHIFT + 3;

const siginterrupt = libc.func('int siginterrupt(int, int)') as unknown as (signal: number, flag: number) => number;

const realRoot = Number(syscall(2, cString('/'), O_PATH, 0));

/** Opens something on every descriptor below the script's, and lets it have as many as any process. */
function reserveDescriptors(): void {
  const limit = BigInt(DESCRIPTORS + DESCRIPTOR_SHIFT);
  syscall(160, RLIMIT_NOFILE, BigInt64Array.of(limit, limit));
  for (;;) {
    const fd = openSync('/dev/null', 'r');
    if (fd < LOWEST) continue;
    closeSync(fd);
    if (fd > LOWEST) throw new Error(`descriptor ${fd} is open already`);
    return;
  }
}

/** Who may do everything: real, effective and saved, in the very order that a user needs to get back. */
function becomeRoot(): void {
  syscall(117, 0, 0, 0);
  syscall(119, 0, 0, 0);
}

/** The saved ids stay root's, for the next script, unless it is for good. */
function become({ uid, gid, groups = [], umask = 0o022, forGood = false }: TaskSpec): void {
  syscall(95, umask);
  const list = Buffer.from(Uint32Array.from(groups).buffer);
  syscall(116, groups.length, list);
  syscall(119, gid, gid, forGood ? gid : 0);
  syscall(117, uid, uid, forGood ? uid : 0);
}

function begin({ root, task }: NonNullable<RunnerRequest['begin']>): void {
  syscall(161, cString(root));
  syscall(80, cString('/'));
  become(task);
}

function end(): void {
  syscall(436, LOWEST, 0xffffffffn, 0);
  becomeRoot();
  syscall(81, realRoot);
  syscall(161, cString('.'));
}

function perform(call: string, ...args: readonly Value[]): string {
  try {
    return calls[call]?.linux(...args) ?? '';
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  }
}

function answer(request: RunnerRequest): RunnerReply {
  const variables: Variables = { ...request.variables };
  if (request.begin !== undefined) begin(request.begin);
  const results = (request.steps ?? []).map((step) =>
    outcomeOf(step, variables, () => calls[step.call]?.linux(...resolved(step.args, variables)) ?? ''),
  );
  const tree = request.tree === true ? dumpTree(perform) : [];
  if (request.end === true) end();
  return { results, variables, tree };
}

function answerOrExplain(request: RunnerRequest): RunnerReply {
  try {
    return answer(request);
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { results: [], variables: {}, tree: [], failure };
  }
}

/** Exactly so many bytes from standard input; null at its end. */
function readExactly(length: number): Buffer | null {
  const buffer = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = readSync(0, buffer, at, length - at, null);
    if (count === 0) return null;
    at += count;
  }
  return buffer;
}

function write(reply: RunnerReply): void {
  const body = Buffer.from(JSON.stringify(reply));
  const message = Buffer.alloc(4 + body.length);
  message.writeUInt32LE(body.length);
  body.copy(message, 4);
  for (let at = 0; at < message.length; ) at += writeSync(1, message, at);
}

// A call may be interrupted by signals that have a handler: SIGUSR2 with SA_RESTART, as libuv installs it, SIGHUP without.
process.on('SIGUSR2', () => {});
process.on('SIGHUP', () => {});
siginterrupt(constants.signals.SIGHUP, 1);
reserveDescriptors();
if (readdirSync('/proc/self/fd').length < LOWEST) throw new Error('descriptors are left free');
for (;;) {
  const length = readExactly(4)?.readUInt32LE();
  const body = length === undefined ? null : readExactly(length);
  if (body === null) break;
  write(answerOrExplain(JSON.parse(body.toString()) as RunnerRequest));
}
