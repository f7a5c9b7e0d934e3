import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Errno } from '../../abi/errno.ts';
import { decodeRequestHeader, encodeReply } from '../../abi/message.ts';
import { type Opcode, opcodeOf, READLINK } from '../../abi/opcodes.ts';
import { Connection, type Reply } from '../../fuse/connection.ts';
import { initReply } from '../../fuse/testing/rig.ts';
import { Kernel } from '../../kernel.ts';
import { systemClock } from '../../linux/clock.ts';
import type { Blocking } from '../../task/blocking.ts';
import { credentialsOf } from '../../task/credentials.ts';
import { runAsync } from '../../task/drive.ts';
import { Task } from '../../task/task.ts';
import { connect, openRemote } from '../stream/connect.ts';
import { Frames } from '../stream/frames.ts';
import { StreamTransport } from '../stream/transport.ts';
import { type Received, turns, WatchedReactor } from './socket-rig.ts';

/** A connection over a Unix stream socket, both ends in this process: a kernel on one, a test that answers on the other. */
export class StreamRig {
  readonly reactor = new WatchedReactor();
  readonly kernel = new Kernel({ clock: systemClock, host: this.reactor });
  readonly connection = new Connection({ scheduler: this.kernel.scheduler, name: 'scripted' });
  readonly transport: StreamTransport;
  readonly theirs: Socket;
  readonly #frames = new Frames({ what: 'request', least: 40, largest: 2 << 20 });

  private constructor(fd: number, theirs: Socket) {
    const { kernel, reactor, connection } = this;
    this.transport = new StreamTransport({ kernel, reactor, connection, fd });
    this.theirs = theirs;
  }

  /** One whose INIT is answered. */
  static async connected(): Promise<StreamRig> {
    const directory = mkdtempSync(join(tmpdir(), 'fusewire-stream-'));
    const path = join(directory, 's');
    const listener = createServer().listen(path);
    const accepted = once(listener, 'connection').then(async ([socket]: Socket[]) => {
      await once(socket as Socket, 'readable');
      (socket as Socket).read();
      (socket as Socket).write('FUSEWIRE/1 ok\n');
      return socket as Socket;
    });
    const fd = await openRemote(connect(`unix:${path}`), new WatchedReactor());
    const rig = new StreamRig(fd, await accepted);
    listener.close();
    rmSync(directory, { recursive: true });
    rig.connection.start();
    rig.transport.start();
    rig.answer(await rig.next(), { body: initReply() });
    while (rig.connection.state === 'starting') await turns(1);
    return rig;
  }

  begin<T>(code: (task: Task) => Blocking<T>): Promise<T> {
    const task = new Task(this.kernel.scheduler, 1, credentialsOf(0, 0));
    return runAsync(task, code(task));
  }

  /** A READLINK under way: the plainest request, whose reply is any bytes. What it ends with, errno or reply. */
  readlink(nodeid: bigint): Promise<Reply<undefined> | Errno> {
    return this.begin((task) => this.connection.ask(task, READLINK, nodeid, { room: 1 << 20 }));
  }

  /** The next request, once it is there. */
  async next(): Promise<Received & { readonly message: Uint8Array }> {
    for (;;) {
      const message = this.#frames.next();
      if (message !== null) {
        const header = decodeRequestHeader(message);
        return { header, opcode: opcodeOf(header.opcode) as Opcode, message };
      }
      const chunk = this.theirs.read() as Buffer | null;
      if (chunk === null) await once(this.theirs, 'readable');
      else this.#frames.push(chunk);
    }
  }

  /** A reply in binary. */
  reply({ header, opcode }: Received, reply: Partial<Reply<unknown>>): Uint8Array {
    return encodeReply(opcode, { unique: header.unique, ...reply }, this.connection.protocol);
  }

  answer(received: Received, reply: Partial<Reply<unknown>>): void {
    this.theirs.write(this.reply(received, reply));
  }

  [Symbol.dispose](): void {
    this.transport.close();
    this.theirs.destroy();
  }
}
