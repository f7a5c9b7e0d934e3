import { fromBytes } from '../../../src/abi/bytes.ts';
import { F_DUPFD, F_DUPFD_CLOEXEC, F_DUPFD_QUERY } from '../../../src/abi/linux.ts';
import { posixFadvise, syncFileRange } from '../../../src/syscalls/advice.ts';
import * as descriptors from '../../../src/syscalls/descriptors.ts';
import { type FcntlArgument, fcntl as fcntlOf } from '../../../src/syscalls/fcntl.ts';
import * as opening from '../../../src/syscalls/open.ts';
import { lseek } from '../../../src/syscalls/read-write.ts';
import { fdatasync, fsync, syncfs } from '../../../src/syscalls/sync.ts';
import * as directory from '../../../src/syscalls/working-directory.ts';
import { realDescriptor, shownDescriptor, syscall } from '../linux-calls.ts';
import { bytesText } from '../shapes.ts';
import { bytesOf, type Call, direct, parametersOf } from './call.ts';

const isDuplication = (command: number): boolean => command === F_DUPFD || command === F_DUPFD_CLOEXEC;

const fcntl: Call = {
  parameters: parametersOf('fd number number?'),
  linux(fd, command, argument = 0) {
    const duplicates = isDuplication(Number(command));
    const isDescriptor = duplicates || Number(command) === F_DUPFD_QUERY;
    const given = isDescriptor ? realDescriptor(Number(argument)) : Number(argument);
    const value = syscall(72, realDescriptor(Number(fd)), Number(command), given);
    return String(duplicates ? shownDescriptor(value) : value);
  },
  *fusewire(task, fd, command, argument = 0) {
    return String(yield* fcntlOf(task, Number(fd), Number(command), Number(argument)));
  },
};

/** fcntl(2) with memory of just those bytes, and what it leaves there. */
const fcntl_bytes: Call = {
  parameters: parametersOf('fd number bytes'),
  linux(fd, command, bytes) {
    const memory = bytesOf(bytes);
    const value = syscall(72, realDescriptor(Number(fd)), Number(command), memory);
    return `${value} ${bytesText(fromBytes(memory))}`;
  },
  *fusewire(task, fd, command, bytes) {
    const memory: FcntlArgument = bytesOf(bytes);
    const value = yield* fcntlOf(task, Number(fd), Number(command), memory);
    return `${value} ${bytesText(fromBytes(memory))}`;
  },
};

const getcwd: Call = {
  parameters: [],
  linux() {
    const buffer = Buffer.alloc(4096);
    const length = Number(syscall(79, buffer, buffer.length));
    return bytesText(buffer.toString('latin1', 0, length - 1));
  },
  *fusewire(task) {
    return bytesText(yield* directory.getcwd(task));
  },
};

/** Calls that make, copy and move descriptors, and what else is the process's own. */
export const descriptorCalls: Readonly<Record<string, Call>> = {
  open: direct(2, opening.open, 'path number number?', 'descriptor'),
  openat: direct(257, opening.openat, 'fd path number number?', 'descriptor'),
  creat: direct(85, opening.creat, 'path number', 'descriptor'),
  close: direct(3, descriptors.close, 'fd'),
  dup: direct(32, descriptors.dup, 'fd', 'descriptor'),
  dup2: direct(33, descriptors.dup2, 'fd fd', 'descriptor'),
  dup3: direct(292, descriptors.dup3, 'fd fd number', 'descriptor'),
  close_range: direct(436, descriptors.closeRange, 'fd fd number'),
  fcntl,
  fcntl_bytes,
  lseek: direct(8, lseek, 'fd number number', 'number'),
  fsync: direct(74, fsync, 'fd'),
  fdatasync: direct(75, fdatasync, 'fd'),
  syncfs: direct(306, syncfs, 'fd'),
  posix_fadvise: direct(221, posixFadvise, 'fd number number number'),
  sync_file_range: direct(277, syncFileRange, 'fd number number number'),
  chdir: direct(80, directory.chdir, 'path'),
  fchdir: direct(81, directory.fchdir, 'fd'),
  getcwd,
  umask: direct(95, directory.umask, 'number', 'number'),
};
