import { Errno } from '../../src/abi/errno.ts';
import { NOTIFY_INVAL_ENTRY } from '../../src/abi/notify.ts';
import { encodeNotification } from '../../src/abi/notify-message.ts';
import { stepsOf } from '../oracle/script.ts';
import type { Settings } from './settings.ts';
import type { Stage } from './stage.ts';
import type { Change, Deed } from './trace.ts';
import { rawReply } from './trace-server.ts';

/** What opendir(3) and readdir(3) do to list a directory, from its beginning to its end. */
export const listing = (path: string): string =>
  `open ${path} O_RDONLY|O_NONBLOCK|O_DIRECTORY|O_CLOEXEC -> $listed
        fstat $listed
        getdents $listed 32768
        getdents $listed 32768 -> end
        close $listed`;

/** The server behaves otherwise from now on. */
export const set =
  (settings: Partial<Settings>): Change =>
  ({ server }) =>
    server.set(settings);

/** From now on the server answers requests of one kind with these bytes, and all others as usual. */
export const answering = (opcode: string, body: Uint8Array, error = 0): Change =>
  set({ raw: { [opcode]: { error, body } } });

/** The server answers everything as usual again. */
export const answeringAsUsual: Change = set({ raw: {}, errors: {} });

/** A step that is no system call. */
export const deed = (label: string, act: Deed['act'], gives: string, requests: readonly string[] = []): Deed => ({
  label,
  act,
  gives,
  requests,
});

/** A write to the device, and what it gives: the bytes that it took, or an errno. */
export const writes = (label: string, message: Uint8Array, gives: string, requests: readonly string[] = []): Deed =>
  deed(label, (stage) => stage.write(message), gives, requests);

const sizes: Readonly<Record<string, number>> = { H: 2, I: 4, i: 4, Q: 8 };

/** Numbers one after the other: H, I and Q are unsigned with 2, 4 and 8 bytes, i is signed. */
export function packed(types: string, ...values: readonly (number | bigint)[]): Uint8Array {
  const view = new DataView(new ArrayBuffer([...types].reduce((sum, type) => sum + (sizes[type] ?? 0), 0)));
  let at = 0;
  for (const [index, type] of [...types].entries()) {
    const value = BigInt(values[index] ?? 0);
    if (type === 'Q') view.setBigUint64(at, BigInt.asUintN(64, value), true);
    else if (type === 'H') view.setUint16(at, Number(value), true);
    else if (type === 'i') view.setInt32(at, Number(value), true);
    else view.setUint32(at, Number(value), true);
    at += sizes[type] ?? 0;
  }
  return new Uint8Array(view.buffer);
}

/** A notification of any code with any payload, right or wrong. */
export const notifies = (
  label: string,
  code: number,
  payload: Uint8Array,
  gives: string,
  requests: readonly string[] = [],
): Deed => writes(label, rawReply(0, code, payload), gives, requests);

/** The client forgets a name of the root directory, and the file if it has no other. */
export const forgets =
  (name: string): Change =>
  async (stage) => {
    const body = { parent: 1n, namelen: name.length, flags: 0 };
    stage.write(encodeNotification(NOTIFY_INVAL_ENTRY, { body, tail: name }));
    stage.serve();
    stage.takeRequests();
  };

/** A read of the device with so many bytes of room: what it gives, when nothing waits to be read. */
export function readsInto(room: number): (stage: Stage) => string {
  return ({ world }) => {
    try {
      return world.tryRead(0, room) === null ? 'EAGAIN' : 'a request';
    } catch (error) {
      if (error instanceof Errno) return error.code;
      throw error;
    }
  };
}

/** Begins a call whose first request is held. */
export async function beginHeld(stage: Stage, line: string, opcode: string): Promise<void> {
  stage.server.set({ held: [opcode] });
  const [call] = stepsOf(line);
  if (call === undefined) throw new Error(`no call: ${line}`);
  stage.world.start(call);
  while (stage.server.held.length === 0) {
    if (!(await stage.world.mayRead()) && !stage.serveOne()) throw new Error(`${line} asks no ${opcode}`);
    stage.serve();
  }
}
