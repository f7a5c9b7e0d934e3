import { decodeRequestHeader, type Protocol } from '../../src/abi/message.ts';
import { type Opcode, opcodeOf } from '../../src/abi/opcodes.ts';
import type { Random } from '../chance/random.ts';
import { randomScript } from '../oracle/generator.ts';
import { type Step, stepsOf } from '../oracle/script.ts';
import type { Variant } from '../oracle/variants.ts';
import { Bench } from './bench.ts';

/** A request that a client sent, and what its server answered. */
export interface Exchange {
  readonly opcode: Opcode;
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
}

/** Messages that were sent between Fusewire and a server, as what fuzzing begins with. */
export interface Corpus {
  /** Some of each opcode. */
  readonly exchanges: readonly (readonly Exchange[])[];
  /** Requests of each opcode, those without a reply too; INIT first. */
  readonly requests: readonly (readonly Uint8Array[])[];
  /** What the messages are written in. */
  readonly protocol: Protocol;
  readonly setUp: readonly Step[];
  /** System calls, some of each. */
  readonly scripts: readonly (readonly Step[])[];
}

/** The server that answers most: it keeps locks, and acts as a device. */
export const EVERYTHING: Variant = {
  name: 'fuzzed',
  everything: true,
  locks: true,
  actsAsDevice: true,
  timeout: 0,
};
const DIRECT: Variant = { ...EVERYTHING, directIo: true };
/** Without READDIRPLUS, so that there is READDIR. */
const PERMISSIONS: Variant = { ...EVERYTHING, everything: false, defaultPermissions: false };

const SCRIPTS = 20;
const STEPS = 60;
const MOST_OF_EACH = 40;

/** Every system call that leads to an opcode of its own, with success. */
const EACH = `
  open a O_RDWR -> $p
  pwrite $p x*5000 0
  pread $p 4096 0
  fallocate $p 0 0 9000
  lseek $p 0 SEEK_DATA
  lseek $p 0 SEEK_HOLE
  open b O_CREAT|O_RDWR 0644 -> $q
  copy_file_range $p 0 $q 100 5000 0
  fsync $p
  fcntl_lock $p F_SETLK F_WRLCK SEEK_SET 0 10
  fcntl_lock $p F_GETLK F_WRLCK SEEK_SET 0 10
  fcntl_lock $p F_SETLKW F_UNLCK SEEK_SET 0 10
  flock $p LOCK_EX|LOCK_NB
  poll $p 5 0
  ioctl $p FS_IOC_GETFLAGS x*8
  ioctl $p 0x80045601 x*8
  open d O_RDONLY|O_DIRECTORY -> $r
  getdents $r 4096
  fsync $r
  statfs .
  statx -100 a 0 0xfff
  fstat $p
  chmod a 0600
  truncate a 100
  utimensat -100 a now 1234567890.5 0
  setxattr a user.a v 0
  getxattr a user.a 100
  getxattr a user.a 0
  listxattr a 100
  removexattr a user.a
  mknod n 010644 0
  mkdir m 0755
  symlink target y
  readlink y
  link a hard
  rename hard harder
  renameat2 -100 harder -100 b RENAME_EXCHANGE
  unlink harder
  rmdir m
  open d O_TMPFILE|O_RDWR 0600 -> $t
  access a 4
  close $q
`;

/** Makes the corpus: always the same. */
export function makeCorpus(): Corpus {
  const { setUp } = randomScript(0, 1);
  const random = Array.from({ length: SCRIPTS }, (_, seed) => randomScript(seed, STEPS).steps);
  const each = stepsOf(EACH);
  const scripts = [each, ...random.flatMap((steps) => [steps, each])];
  const listener = new Listener();
  for (const [at, steps] of [each, each, each, ...random].entries()) {
    const bench = new Bench([EVERYTHING, DIRECT, PERMISSIONS][at % 3] as Variant, listener);
    bench.setUp(setUp);
    for (const step of steps) bench.call(step);
    listener.protocol = bench.protocol;
    bench.end();
  }
  return { ...listener.corpus(), setUp, scripts };
}

/** Keeps what is said on a bench. */
class Listener {
  protocol: Protocol | null = null;
  readonly #exchanges = new Map<Opcode, Exchange[]>();
  readonly #requests = new Map<number, Uint8Array[]>();
  readonly #asked = new Map<number, Uint8Array>();

  hears(message: Uint8Array): void {
    const request = message.slice();
    const { opcode, unique } = decodeRequestHeader(request);
    keep(this.#requests, opcode, request);
    this.#asked.set(unique, request);
  }

  garbles(reply: Uint8Array, unique: number): Uint8Array {
    const request = this.#asked.get(unique);
    const opcode = request && opcodeOf(decodeRequestHeader(request).opcode);
    const failed = new DataView(reply.buffer, reply.byteOffset).getInt32(4, true) !== 0;
    if (request !== undefined && opcode !== undefined && !failed) {
      keep(this.#exchanges, opcode, { opcode, request, reply: reply.slice() });
    }
    return reply;
  }

  corpus(): Pick<Corpus, 'exchanges' | 'requests' | 'protocol'> {
    if (this.protocol === null) throw new Error('nothing was said');
    const [exchanges, requests] = [[...this.#exchanges.values()], [...this.#requests.values()]];
    return { exchanges, requests, protocol: this.protocol };
  }
}

function keep<Key, T>(map: Map<Key, T[]>, key: Key, value: T): void {
  const kept = map.get(key) ?? [];
  if (kept.length < MOST_OF_EACH) kept.push(value);
  map.set(key, kept);
}

/** One of all exchanges, each opcode as often as any other. */
export const anyExchange = (random: Random, { exchanges }: Corpus): Exchange => random.pick(random.pick(exchanges));
