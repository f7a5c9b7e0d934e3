import { type PollFd, poll, ppoll } from '../../../src/syscalls/poll.ts';
import { realDescriptor, syscall } from '../linux-calls.ts';
import { type Call, parametersOf, type Value } from './call.ts';

/** How many descriptors have something to tell, and what this one has. */
const shown = (count: number | bigint, revents: number): string => `${count} ${revents}`;

const asked = (fd: Value, events: Value): PollFd => ({ fd: Number(fd), events: Number(events), revents: 0 });

/** A struct pollfd. */
function pollfd(fd: Value, events: Value): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, realDescriptor(Number(fd)), true);
  view.setUint16(4, Number(events), true);
  return view;
}

const reventsOf = (view: DataView): number => view.getUint16(6, true);

/** Calls that ask one descriptor whether it is ready: what they wait for must be there, as nobody wakes them. */
export const readinessCalls: Readonly<Record<string, Call>> = {
  poll: {
    parameters: parametersOf('fd number number'),
    linux(fd = -1, events = 0, timeout = 0) {
      const view = pollfd(fd, events);
      return shown(syscall(7, new Uint8Array(view.buffer), 1, Number(timeout)), reventsOf(view));
    },
    *fusewire(task, fd = -1, events = 0, timeout = 0) {
      const one = asked(fd, events);
      return shown(yield* poll(task, [one], Number(timeout)), one.revents);
    },
  },
  ppoll: {
    parameters: parametersOf('fd number number number'),
    linux(fd = -1, events = 0, seconds = 0, nanoseconds = 0) {
      const view = pollfd(fd, events);
      const time = new Uint8Array(BigInt64Array.of(BigInt(seconds), BigInt(nanoseconds)).buffer);
      return shown(syscall(271, new Uint8Array(view.buffer), 1, time, null, 8), reventsOf(view));
    },
    *fusewire(task, fd = -1, events = 0, seconds = 0, nanoseconds = 0) {
      const one = asked(fd, events);
      const timeout = { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
      return shown(yield* ppoll(task, [one], timeout), one.revents);
    },
  },
};
