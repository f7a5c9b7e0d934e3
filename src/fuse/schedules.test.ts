import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EAGAIN, EINVAL, EIO, ENOENT, Errno } from '../abi/errno.ts';
import { decodeRequestHeader, encodeError } from '../abi/message.ts';
import {
  BATCH_FORGET,
  FLUSH,
  FORGET,
  INTERRUPT,
  type Opcode,
  opcodeOf,
  READ,
  READLINK,
  RELEASE,
} from '../abi/opcodes.ts';
import { type Blocking, sleep } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { DeviceFile } from './device-file.ts';
import { type Received, Rig, type Running } from './testing/rig.ts';

const releaseBody = { fh: 0n, flags: 0, release_flags: 0, lock_owner: 0n };
const readBody = { fh: 0n, offset: 0, size: 8, read_flags: 0, lock_owner: 0n, flags: 0 };

type Deed = 'plain' | 'forced' | 'submit' | 'release' | 'forget';

type Step =
  | { readonly kind: 'run'; readonly steps: number }
  | { readonly kind: 'answer' | 'answer-wrongly' | 'answer-interrupt'; readonly which: number }
  | { readonly kind: 'signal' | 'killed'; readonly which: number }
  | { readonly kind: 'max-background'; readonly value: number }
  | { readonly kind: 'close-clone' | 'abort' };

const which = fc.nat(1000);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('run' as const), steps: fc.nat(6) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('answer' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('answer-wrongly' as const, 'answer-interrupt' as const), which }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('signal' as const, 'killed' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('max-background' as const), value: fc.integer({ min: 0, max: 4 }) }),
  },
);
const ends: fc.Arbitrary<Step> = fc.constantFrom({ kind: 'close-clone' }, { kind: 'abort' }, { kind: 'run', steps: 1 });
const deeds = fc.array(fc.constantFrom<Deed>('plain', 'plain', 'plain', 'forced', 'submit', 'release', 'forget'), {
  minLength: 1,
  maxLength: 5,
});

interface Held {
  readonly file: DeviceFile;
  readonly received: Received;
}

/** Tasks on one side, two reading tasks of a server on the other; the steps decide what happens when. */
class Play {
  readonly rig: Rig;
  readonly tasks: Running<void>[];
  readonly held: Held[] = [];
  submitted = 0;
  answered = 0;
  readonly #files: DeviceFile[];
  #cloneIsOpen = true;

  constructor(work: readonly (readonly Deed[])[], seed: number, maxActiveRequests: number) {
    let state = seed;
    const pick = (count: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % count;
    };
    this.rig = Rig.connected({ maxActiveRequests }, { max_background: 2 }, { pick });
    this.#files = [this.rig.file, this.rig.connection.device.open()];
    for (const file of this.#files) this.rig.prepare((task) => this.#read(task, file));
    this.tasks = work.map((list) => this.rig.prepare((task) => this.#perform(task, list)));
  }

  *#read(task: Task, file: DeviceFile): Blocking<void> {
    const { connection } = this.rig;
    const isOver = (): boolean => connection.state === 'aborted' || (file !== this.rig.file && !this.#cloneIsOpen);
    for (;;) {
      yield* sleep(task, connection.device.waitQueue, () => isOver() || file.hasWork, 'requests', 'event');
      if (isOver()) return;
      const message = file.take(1 << 20) as Uint8Array;
      const header = decodeRequestHeader(message);
      const opcode = opcodeOf(header.opcode) as Opcode;
      if (![FORGET, BATCH_FORGET, INTERRUPT].includes(opcode as never)) {
        this.held.push({ file, received: { header, opcode, message } });
      }
    }
  }

  *#perform(task: Task, list: readonly Deed[]): Blocking<void> {
    const { connection } = this.rig;
    const onReply = (): void => {
      this.answered++;
    };
    for (const deed of list) {
      if (deed === 'plain') yield* connection.ask(task, READLINK, 1n, { room: 8 });
      else if (deed === 'forced') yield* connection.ask(task, FLUSH, 1n, { body: { fh: 0n, lock_owner: 0n } });
      else if (deed === 'forget') connection.forget(1n, 1);
      else {
        if (deed === 'release') connection.send(RELEASE, 1n, { body: releaseBody }, { onReply });
        else yield* connection.callBackground(task, READ, 1n, { body: readBody, room: 8 }, onReply);
        this.submitted++;
      }
    }
  }

  take(step: Step): void {
    const { connection, scheduler } = this.rig;
    switch (step.kind) {
      case 'run':
        for (let i = 0; i < step.steps; i++) scheduler.step();
        return;
      case 'signal':
      case 'killed':
        this.tasks[step.which % this.tasks.length]?.task.signal(step.kind);
        return;
      case 'max-background':
        connection.background.maximum = step.value;
        return;
      case 'abort':
        connection.abort();
        return;
      case 'close-clone':
        this.#cloneIsOpen = false;
        this.#files[1]?.close();
        return;
      default:
        this.#write(step.kind, step.which);
    }
  }

  #write(kind: 'answer' | 'answer-wrongly' | 'answer-interrupt', index: number): void {
    const at = index % this.held.length;
    const held = this.held[at];
    if (held === undefined) return;
    const { unique } = held.received.header;
    if (kind !== 'answer-interrupt') this.held.splice(at, 1);
    const message =
      kind === 'answer'
        ? encodeError(unique, EIO)
        : kind === 'answer-interrupt'
          ? encodeError(unique + 1, EAGAIN)
          : Uint8Array.of(...encodeError(unique, EIO), 0);
    if (kind === 'answer-wrongly') message[0] = message.length;
    try {
      held.file.write(message);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      expect(kind === 'answer' ? [ENOENT.code, 'EPERM'] : [EINVAL.code, ENOENT.code, 'EPERM']).toContain(error.code);
    }
  }

  /** Lets the server answer all that there is, until nothing moves. */
  finish(): void {
    if (this.rig.connection.background.maximum === 0) this.rig.connection.background.maximum = 1;
    this.rest();
    while (this.held.length > 0) {
      this.#write('answer', 0);
      this.rest();
    }
  }

  /** Runs until all sleep; what must hold then, whatever went before. */
  rest(): void {
    this.rig.scheduler.run();
    const { connection } = this.rig;
    const { device, background } = connection;
    expect(device.hasWork).toBe(false);
    expect(device.slots.used).toBe(device.completions.size);
    if (device.fullQueue.length > 0) expect(device.slots.used).toBeGreaterThanOrEqual(device.slots.limit);
    if (background.freed.length > 0) expect(background.isFull).toBe(true);
    expect(connection.waiting).toBe(
      device.completions.size + device.fullQueue.length + background.freed.length + [...background.queued].length,
    );
  }

  checkAllEnded(): void {
    const { connection } = this.rig;
    const { device, background } = connection;
    expect(this.tasks.filter(({ task }) => task.sleep !== null)).toEqual([]);
    expect([device.completions.size, device.slots.used, connection.waiting, background.size]).toEqual([0, 0, 0, 0]);
    expect(device.fullQueue.length + background.freed.length).toBe(0);
    expect(this.answered).toBe(this.submitted);
  }
}

test.each([
  ['answers, signals and limits', fc.constant<Step[]>([])],
  ['a clone or the whole connection that goes', fc.array(ends, { minLength: 1, maxLength: 2 })],
])('whatever the order of %s, every request ends, every slot comes back and nobody sleeps on', (_, lasts) => {
  fc.assert(
    fc.property(
      fc.array(deeds, { minLength: 1, maxLength: 12 }),
      fc.array(steps, { maxLength: 80 }),
      lasts,
      fc.array(steps, { maxLength: 20 }),
      fc.nat(),
      fc.integer({ min: 1, max: 4 }),
      (work, first, last, rest, seed, maxActiveRequests) => {
        const play = new Play(work, seed, maxActiveRequests);
        for (const step of [...first, ...last, ...rest]) play.take(step);
        play.finish();
        play.checkAllEnded();
      },
    ),
    { numRuns: 400 },
  );
});
