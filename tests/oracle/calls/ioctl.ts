import { fromBytes } from '../../../src/abi/bytes.ts';
import * as commands from '../../../src/abi/ioctl.ts';
import { ioctl } from '../../../src/syscalls/ioctl.ts';
import { pageAligned, realDescriptor, syscall } from '../linux-calls.ts';
import { bytesText } from '../shapes.ts';
import { bytesOf, type Call, parametersOf, type Value } from './call.ts';

/** What a command gave, and what it left in the memory that it was given. */
const shown = (result: number | bigint, memory: Uint8Array | null): string =>
  memory === null ? String(result) : `${result} ${bytesText(fromBytes(memory))}`;

/** A command by its name in abi/ioctl.ts, or its number. */
const numberOf = (command: Value): number =>
  typeof command === 'number' ? command : ((commands as unknown as Record<string, number>)[command] ?? Number(command));

/** ioctl(2) with memory of just those bytes, or a number. */
export const ioctlCalls: Readonly<Record<string, Call>> = {
  ioctl: {
    parameters: parametersOf('fd name bytes'),
    linux(fd = -1, command = 0, argument = 0) {
      const number = numberOf(command);
      if (typeof argument === 'number') {
        const isDescriptor = number === commands.FICLONE;
        return shown(
          syscall(16, realDescriptor(Number(fd)), number, isDescriptor ? realDescriptor(argument) : argument),
          null,
        );
      }
      const bytes = bytesOf(argument);
      const memory = pageAligned(bytes.length + 1);
      memory.set(bytes);
      return shown(syscall(16, realDescriptor(Number(fd)), number, memory), memory.subarray(0, bytes.length));
    },
    *fusewire(task, fd = -1, command = 0, argument = 0) {
      const memory = typeof argument === 'number' ? null : bytesOf(argument);
      return shown(yield* ioctl(task, Number(fd), numberOf(command), memory ?? Number(argument)), memory);
    },
  },
};
