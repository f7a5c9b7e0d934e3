import { Errno } from '../abi/errno.ts';
import { receiveDescriptor, sendDescriptor } from './descriptor-passing.ts';
import { execute } from './execute.ts';
import { CONTROL, GO, MESSAGE_ROOM, type Order, type Report } from './launch.ts';
import { installFilter } from './seccomp.ts';
import { closeDescriptor, sendBlocking } from './sockets.ts';

const [command = '', ...args] = process.argv.slice(2);
const hear = (): string => Buffer.from(receiveDescriptor(CONTROL, MESSAGE_ROOM).packet).toString();
const say = (report: Report): Buffer => Buffer.from(JSON.stringify(report));

/** Runs a step; a failure is reported, and is this program's end. */
function attempt<T>(step: 'filter' | 'exec', action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Errno) sendBlocking(CONTROL, say({ step, errno: error.number }));
    else console.error(error);
    process.exit(1);
  }
}

const order: Order = JSON.parse(hear());
const listener = attempt('filter', () => installFilter(Buffer.from(order.program, 'base64')));
sendDescriptor(CONTROL, listener, say({ step: 'filtered' }));
closeDescriptor(listener);
if (hear() === GO) attempt('exec', () => execute(command, args, { ...process.env, ...order.env }));
