import { readdirSync } from 'node:fs';
import type { Errno } from '../../abi/errno.ts';
import { decodeRequestHeader, encodeError, encodeReply } from '../../abi/message.ts';
import { type Opcode, opcodeOf, READLINK } from '../../abi/opcodes.ts';
import type { fuse_in_header } from '../../abi/structs.ts';
import { Connection, type ConnectionOptions, type Reply } from '../../fuse/connection.ts';
import { initReply } from '../../fuse/testing/rig.ts';
import { Kernel } from '../../kernel.ts';
import { systemClock } from '../../linux/clock.ts';
import { NodeReactor } from '../../linux/reactor.ts';
import { closeDescriptor, seqpacketPair, tryReceive, trySend } from '../../linux/sockets.ts';
import type { Blocking } from '../../task/blocking.ts';
import { credentialsOf } from '../../task/credentials.ts';
import { runAsync } from '../../task/drive.ts';
import { Task } from '../../task/task.ts';
import type { Reactor, Watch } from '../reactor.ts';
import { SeqpacketTransport } from '../seqpacket.ts';

export const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

/** The turn of the event loop after the next: what was ready has been handled. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A reactor that tells how often it called, and whether it would keep the process alive. */
export class WatchedReactor extends NodeReactor implements Reactor {
  calls = 0;
  keepsAlive = true;

  override watch(...[fd, interest, ready]: Parameters<NodeReactor['watch']>): ReturnType<NodeReactor['watch']> {
    const watch = super.watch(fd, interest, () => {
      this.calls++;
      ready();
    });
    const { ref, unref } = watch;
    return Object.assign(watch, {
      ref: () => {
        this.keepsAlive = true;
        ref.call(watch);
      },
      unref: () => {
        this.keepsAlive = false;
        unref.call(watch);
      },
    } satisfies Partial<Watch>);
  }
}

export interface Received {
  readonly header: fuse_in_header;
  readonly opcode: Opcode;
}

/** A connection over a socket, both ends in this process: a kernel on one side, a test that answers on the other. */
export class SocketRig {
  readonly reactor = new WatchedReactor();
  readonly kernel = new Kernel({ clock: systemClock, host: this.reactor });
  readonly connection: Connection;
  readonly transport: SeqpacketTransport;
  readonly theirs: number;
  readonly #buffer = new Uint8Array(1 << 20);
  #isTheirsOpen = true;

  constructor(options: Partial<ConnectionOptions> & { readonly packetLimit?: number } = {}) {
    const { packetLimit = 100_000, ...rest } = options;
    const [ours, theirs] = seqpacketPair();
    this.theirs = theirs;
    const { kernel, reactor } = this;
    this.connection = new Connection({ scheduler: kernel.scheduler, name: 'scripted', ...rest });
    const parts = { kernel, reactor, connection: this.connection, fd: ours, packetLimit };
    this.transport = new SeqpacketTransport(parts);
  }

  /** One whose INIT is answered. */
  static async connected(options: ConstructorParameters<typeof SocketRig>[0] = {}): Promise<SocketRig> {
    const rig = new SocketRig(options);
    rig.connection.start();
    rig.transport.start();
    rig.answer(await rig.next(), { body: initReply() });
    await turns();
    return rig;
  }

  newTask(): Task {
    return new Task(this.kernel.scheduler, 1, credentialsOf(0, 0));
  }

  begin<T>(code: (task: Task) => Blocking<T>): Promise<T> {
    const task = this.newTask();
    return runAsync(task, code(task));
  }

  /** A READLINK under way: the plainest request, whose reply is any bytes. What it ends with, errno or reply. */
  readlink(nodeid: bigint): Promise<Reply<undefined> | Errno> {
    return this.begin((task) => this.connection.ask(task, READLINK, nodeid, { room: 1 << 20 }));
  }

  /** The next request, once it is there. */
  async next(): Promise<Received> {
    for (;;) {
      const received = this.tryNext();
      if (received !== null) return received;
      await turns(1);
    }
  }

  tryNext(): Received | null {
    const length = tryReceive(this.theirs, this.#buffer);
    if (length === null) return null;
    const header = decodeRequestHeader(this.#buffer.slice(0, length));
    return { header, opcode: opcodeOf(header.opcode) as Opcode };
  }

  /** A reply in binary. */
  reply({ header, opcode }: Received, reply: Partial<Reply<unknown>>): Uint8Array {
    return encodeReply(opcode, { unique: header.unique, ...reply }, this.connection.protocol);
  }

  answer(received: Received, reply: Partial<Reply<unknown>>): void {
    this.send(this.reply(received, reply));
  }

  fail({ header }: Received, error: Errno): void {
    this.send(encodeError(header.unique, error));
  }

  send(packet: Uint8Array): void {
    if (trySend(this.theirs, packet) !== 'sent') throw new Error('the socket is full');
  }

  closeTheirs(): void {
    if (this.#isTheirsOpen) closeDescriptor(this.theirs);
    this.#isTheirsOpen = false;
  }

  [Symbol.dispose](): void {
    this.transport.close();
    this.closeTheirs();
  }
}
