import { fromBytes } from '../../../src/abi/bytes.ts';
import { copyFileRange } from '../../../src/syscalls/copy-file-range.ts';
import { fallocate } from '../../../src/syscalls/fallocate.ts';
import * as io from '../../../src/syscalls/read-write.ts';
import { ftruncate, truncate } from '../../../src/syscalls/truncate.ts';
import { ioVector, pageAligned, realDescriptor, syscall } from '../linux-calls.ts';
import { bytesText } from '../shapes.ts';
import { bytesOf, type Call, direct, listOf, parametersOf, type Value } from './call.ts';

const rooms = (sizes: Value | undefined): Uint8Array[] => listOf(sizes).map((size) => new Uint8Array(Number(size)));
/** `x^4096` in a list is a part of 4096 times x. */
const repeated = (part: string): string =>
  part.replace(/^(.+)\^(\d+)$/, (_, text: string, count: string) => text.repeat(Number(count)));
const contents = (texts: Value | undefined): Uint8Array[] => listOf(texts).map((part) => bytesOf(repeated(part)));
const offsets = (offset: Value | undefined): number[] => (offset === undefined ? [] : [Number(offset)]);
/** preadv(2) takes the offset in two words, of which a 64-bit kernel reads the first. */
const halves = (offset: Value | undefined): number[] => (offset === undefined ? [] : [Number(offset), 0]);

/** What a call that fills buffers gave: all bytes, as far as they were filled. */
const filled = (buffers: readonly Uint8Array[], count: number): string =>
  bytesText(
    buffers
      .map((buffer) => fromBytes(buffer))
      .join('')
      .slice(0, count),
  );

const reading = (number: number, parameters: string, fusewire: typeof io.pread): Call => ({
  parameters: parametersOf(parameters),
  linux(fd, size, offset) {
    const buffer = pageAligned(Number(size) + 1);
    const count = syscall(number, realDescriptor(Number(fd)), buffer, Number(size), ...offsets(offset));
    return filled([buffer], Number(count));
  },
  *fusewire(task, fd, size, offset) {
    const buffer = new Uint8Array(Number(size));
    return filled([buffer], yield* fusewire(task, Number(fd), buffer, Number(offset)));
  },
});

const writing = (number: number, parameters: string, fusewire: typeof io.pwrite): Call => ({
  parameters: parametersOf(parameters),
  linux(fd, data, offset) {
    const source = bytesOf(data);
    const bytes = pageAligned(source.length + 1);
    bytes.set(source);
    return String(syscall(number, realDescriptor(Number(fd)), bytes, source.length, ...offsets(offset)));
  },
  *fusewire(task, fd, data, offset) {
    return String(yield* fusewire(task, Number(fd), bytesOf(data), Number(offset)));
  },
});

const scattering = (number: number, parameters: string, fusewire: typeof io.preadv): Call => ({
  parameters: parametersOf(parameters),
  linux(fd, sizes, offset) {
    const { vector, buffers } = ioVector(rooms(sizes));
    const count = syscall(number, realDescriptor(Number(fd)), vector, buffers.length, ...halves(offset));
    return filled(buffers, Number(count));
  },
  *fusewire(task, fd, sizes, offset) {
    const buffers = rooms(sizes);
    const count = yield* fusewire(task, Number(fd), buffers, Number(offset));
    return filled(buffers, count);
  },
});

const gathering = (number: number, parameters: string, fusewire: typeof io.pwritev): Call => ({
  parameters: parametersOf(parameters),
  linux(fd, texts, offset) {
    const { vector, buffers } = ioVector(contents(texts));
    return String(syscall(number, realDescriptor(Number(fd)), vector, buffers.length, ...halves(offset)));
  },
  *fusewire(task, fd, texts, offset) {
    return String(yield* fusewire(task, Number(fd), contents(texts), Number(offset)));
  },
});

const preadv2: Call = {
  parameters: parametersOf('fd list number number'),
  linux(fd, sizes, offset, flags) {
    const { vector, buffers } = ioVector(rooms(sizes));
    const [descriptor, count] = [realDescriptor(Number(fd)), buffers.length];
    return filled(buffers, Number(syscall(327, descriptor, vector, count, ...halves(offset), Number(flags))));
  },
  *fusewire(task, fd, sizes, offset, flags) {
    const buffers = rooms(sizes);
    return filled(buffers, yield* io.preadv2(task, Number(fd), buffers, Number(offset), Number(flags)));
  },
};

const pwritev2: Call = {
  parameters: parametersOf('fd list number number'),
  linux(fd, texts, offset, flags) {
    const { vector, buffers } = ioVector(contents(texts));
    const [descriptor, count] = [realDescriptor(Number(fd)), buffers.length];
    return String(syscall(328, descriptor, vector, count, ...halves(offset), Number(flags)));
  },
  *fusewire(task, fd, texts, offset, flags) {
    return String(yield* io.pwritev2(task, Number(fd), contents(texts), Number(offset), Number(flags)));
  },
};

/** An offset of `NULL` is the null pointer: the file's position.  */
const copy: Call = {
  parameters: parametersOf('fd offset fd offset number number'),
  linux(fdIn, offIn, fdOut, offOut, length, flags) {
    const place = (offset: Value | undefined) => (offset === 'NULL' ? null : BigInt64Array.of(BigInt(offset ?? 0)));
    const [from, to] = [fdIn, fdOut].map((fd) => realDescriptor(Number(fd))) as [number, number];
    return String(syscall(326, from, place(offIn), to, place(offOut), Number(length), Number(flags)));
  },
  *fusewire(task, fdIn, offIn, fdOut, offOut, length, flags) {
    const place = (offset: Value | undefined) => (offset === 'NULL' ? null : Number(offset));
    const [from, to] = [Number(fdIn), Number(fdOut)];
    const rest = [Number(length), Number(flags)] as const;
    return String(yield* copyFileRange(task, from, place(offIn), to, place(offOut), ...rest));
  },
};

/** Calls that read and write what is in a file. */
export const contentCalls: Readonly<Record<string, Call>> = {
  read: reading(0, 'fd number', io.read),
  pread: reading(17, 'fd number number', io.pread),
  readv: scattering(19, 'fd list', io.readv),
  preadv: scattering(295, 'fd list number', io.preadv),
  write: writing(1, 'fd bytes', io.write),
  pwrite: writing(18, 'fd bytes number', io.pwrite),
  writev: gathering(20, 'fd list', io.writev),
  pwritev: gathering(296, 'fd list number', io.pwritev),
  preadv2,
  pwritev2,
  truncate: direct(76, truncate, 'path number'),
  ftruncate: direct(77, ftruncate, 'fd number'),
  copy_file_range: copy,
  fallocate: direct(285, fallocate, 'fd number number number'),
};
