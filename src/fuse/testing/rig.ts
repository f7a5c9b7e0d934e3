import { EAGAIN, Errno } from '../../abi/errno.ts';
import type { InitFlag } from '../../abi/init-flags.ts';
import { decodeRequest, decodeRequestHeader, encodeError, encodeReply } from '../../abi/message.ts';
import { INIT, type Opcode, opcodeOf, READLINK } from '../../abi/opcodes.ts';
import type { fuse_in_header, fuse_init_out } from '../../abi/structs.ts';
import type { Blocking } from '../../task/blocking.ts';
import { VirtualClock } from '../../task/clock.ts';
import { credentialsOf } from '../../task/credentials.ts';
import { Scheduler } from '../../task/scheduler.ts';
import { Task } from '../../task/task.ts';
import { Connection, type ConnectionOptions, type Reply } from '../connection.ts';
import type { DeviceFile } from '../device-file.ts';

/** What a task came to: undefined while it goes on. */
export interface Running<T> {
  readonly task: Task;
  readonly end: T | Errno | undefined;
}

/** A message that the server has read. */
export interface Received {
  readonly header: fuse_in_header;
  readonly opcode: Opcode;
  readonly message: Uint8Array;
}

const readBuffer = new Uint8Array(1 << 20);

/** The body of an answer to INIT that agrees to everything and sets no limit but max_write. */
export const initReply = (body: Partial<fuse_init_out> = {}): fuse_init_out => ({
  major: 7,
  minor: 45,
  max_readahead: 131_072,
  flags: 0,
  max_background: 0,
  congestion_threshold: 0,
  max_write: 131_072,
  time_gran: 1,
  max_pages: 0,
  map_alignment: 0,
  flags2: 0,
  max_stack_depth: 0,
  request_timeout: 0,
  ...body,
});

/** One connection on virtual time, with tasks on one side and a server that answers as told on the other. */
export class Rig {
  readonly clock = new VirtualClock();
  readonly scheduler: Scheduler;
  readonly connection: Connection;
  readonly file: DeviceFile;
  #lastTid = 0;

  constructor(
    options: Partial<ConnectionOptions> = {},
    { pick = null }: { readonly pick?: ((runnable: number) => number) | null } = {},
  ) {
    this.scheduler = new Scheduler(this.clock, pick);
    this.connection = new Connection({ scheduler: this.scheduler, name: 'scripted', ...options });
    this.file = this.connection.device.open();
  }

  /** A connection whose INIT is answered. */
  static connected(
    options: Partial<ConnectionOptions> = {},
    init: Partial<fuse_init_out> = {},
    how: { readonly pick?: (runnable: number) => number } = {},
  ): Rig {
    const rig = new Rig(options, how);
    rig.connection.start();
    rig.receive();
    rig.answerInit(init);
    return rig;
  }

  newTask(): Task {
    const tid = ++this.#lastTid;
    return new Task(this.scheduler, tid, credentialsOf(1000 + tid, 2000 + tid));
  }

  /** Starts code in a task of its own, and runs everything as far as it goes. */
  begin<T>(code: (task: Task) => Blocking<T>): Running<T> {
    const running = this.prepare(code);
    this.scheduler.run();
    return running;
  }

  /** Starts code in a task of its own, and runs nothing yet. */
  prepare<T>(code: (task: Task) => Blocking<T>): Running<T> {
    const running: { task: Task; end: T | Errno | undefined } = { task: this.newTask(), end: undefined };
    this.scheduler.start(running.task, code(running.task), (result) => {
      try {
        running.end = result();
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        running.end = error;
      }
    });
    return running;
  }

  /** A task that reads a link: the plainest request, whose reply is any bytes. */
  readlink(nodeid: bigint): Running<Reply<undefined>> {
    return this.begin((task) => this.connection.call(task, READLINK, nodeid, { room: 4096 }));
  }

  advance(milliseconds: number): void {
    this.clock.advance(milliseconds);
    this.scheduler.run();
  }

  /** Reads what is next as a server would; null for EAGAIN. */
  receive(file: DeviceFile = this.file): Received | null {
    try {
      const message = readBuffer.slice(0, file.read(readBuffer));
      const header = decodeRequestHeader(message);
      return { header, opcode: opcodeOf(header.opcode) as Opcode, message };
    } catch (error) {
      if (error === EAGAIN) return null;
      throw error;
    }
  }

  /** The names of all that can be read now. */
  receiveAll(): string[] {
    const names: string[] = [];
    for (let next = this.receive(); next !== null; next = this.receive()) names.push(next.opcode.name);
    return names;
  }

  /** The body of a message. */
  bodyOf({ opcode, message }: Received): unknown {
    return decodeRequest(opcode, message, this.connection.protocol).body;
  }

  answer({ header, opcode }: Received, result: Errno | Partial<Reply<unknown>> = {}, file = this.file): void {
    const { unique } = header;
    const { protocol } = this.connection;
    file.write(
      result instanceof Errno ? encodeError(unique, result) : encodeReply(opcode, { unique, ...result }, protocol),
    );
    this.scheduler.run();
  }

  answerInit(body: Partial<fuse_init_out> = {}): void {
    const reply = encodeReply(INIT, { unique: 2, body: initReply(body) }, this.connection.protocol);
    this.file.write(reply);
    this.scheduler.run();
  }
}

/** The server's bytes: a header that says what it is told to, and a body. */
export function rawReply({
  unique,
  error = 0,
  body = 0,
  len = 16 + body,
}: {
  readonly unique: number;
  readonly error?: number;
  /** How many bytes follow the header. */
  readonly body?: number;
  readonly len?: number;
}): Uint8Array {
  const message = new Uint8Array(16 + body);
  const view = new DataView(message.buffer);
  view.setUint32(0, len, true);
  view.setInt32(4, error, true);
  view.setBigUint64(8, BigInt(unique), true);
  return message;
}

/** What `code` throws; null when it does not. */
export function thrownBy(code: () => unknown): unknown {
  try {
    code();
    return null;
  } catch (error) {
    return error;
  }
}

/** The words for what became of something: an errno's code, 'reply', or 'waits'. */
export const endOf = ({ end }: Running<unknown>): string =>
  end === undefined ? 'waits' : end instanceof Errno ? end.code : 'reply';

/** Every INIT flag that a test may offer. */
export const offering = (...flags: InitFlag[]): Partial<ConnectionOptions> => ({ offer: flags });
