import { EINVAL, ENODEV, ENOSYS, Errno } from '../abi/errno.ts';
import { FUSE_DEV_IOC_CLONE } from '../abi/fuse.ts';
import { AT_FDCWD, O_CLOEXEC, O_LARGEFILE, O_NONBLOCK, O_RDWR, PAGE_SIZE, PATH_MAX } from '../abi/linux.ts';
import { type CallName, ownArchitecture } from '../linux/architecture.ts';
import type { FilteredCommand } from '../linux/launch.ts';
import { MS_BIND, MS_MOVE, MS_REMOUNT } from '../linux/mounts.ts';
import { takeDescriptor } from '../linux/pidfd.ts';
import { absolutePath, openDescriptorsOf, openFileName, socketName } from '../linux/process-files.ts';
import { canAnswerWithDescriptors } from '../linux/seccomp.ts';
import { type ArgumentTest, filterProgram, type Stop } from '../linux/seccomp-filter.ts';
import { closeDescriptor, setNonBlocking } from '../linux/sockets.ts';
import { CallSupervisor, type Decision, goOn, type StoppedCall, type Watcher } from '../linux/supervisor.ts';
import { type DaemonMount, deviceIn, isFuseType, type MountCall, readMountCall } from './daemon-mount.ts';

const DEVICE = '/dev/fuse';
/** Longer names of file systems are none of FUSE's. */
const TYPE_MAX = 256;
/** What musl adds on arm64, where the number that x86 has means something else. */
const O_LARGEFILE_ARM64 = 0o400000;

/**
 * Exactly how a device is opened: for reading and writing, and nothing that would make, empty or append to a file. Few
 * other opens look like that, so few stop.
 */
const asDevice = (argument: number): ArgumentTest => {
  const largeFile = process.arch === 'arm64' ? O_LARGEFILE_ARM64 : O_LARGEFILE;
  return { argument, mask: ~(O_CLOEXEC | O_NONBLOCK | largeFile) >>> 0, value: O_RDWR };
};

/**
 * What stops of a daemon. openat2(2) does not: nobody opens the device by it, and servers that walk paths with it would
 * be slowed down.
 */
export const stops: readonly Stop[] = [
  { call: 'open', when: asDevice(1) },
  { call: 'openat', when: asDevice(2) },
  { call: 'ioctl', when: { argument: 1, mask: 0xffffffff, value: FUSE_DEV_IOC_CLONE } },
  { call: 'mount' },
  { call: 'umount2' },
  { call: 'fsopen' },
];

/** This machine, or where this process runs on it, has no way to intercept. */
export class CannotIntercept extends Error {}

/** What a daemon is put under: the filter, and what its listener must be able to do. */
export function interceptionFilter(): Pick<FilteredCommand, 'program' | 'refuse'> {
  const architecture = ownArchitecture();
  return {
    program: architecture === undefined ? [] : filterProgram(architecture, stops),
    refuse: (listener) => (canAnswerWithDescriptors(listener) ? null : 'Linux 5.14 or later is needed'),
  };
}

/** What an interception tells of. */
export interface InterceptionEvents {
  onMount(mount: DaemonMount): void;
  /** The daemon unmounted what it had mounted. */
  onUnmount(): void;
  /** Nobody is left who could ask for anything. */
  onOver(): void;
}

interface Parts extends InterceptionEvents {
  readonly watcher: Watcher;
  readonly listener: number;
  /** The daemon's end of the socket, which stays the caller's. */
  readonly device: number;
}

/**
 * Linux, as far as a daemon needs it to mount itself: opens of /dev/fuse give it its end of a socket, mount(2) and
 * umount2(2) of that succeed and are told, a clone of the device is what was cloned. All else goes on to Linux.
 */
export class Interception {
  readonly #events: InterceptionEvents;
  /** What /proc calls the device. */
  readonly #socket: string;
  readonly #supervisor: CallSupervisor;
  #device: number | null;
  /** What the daemon has done so far. */
  #state: 'started' | 'opened' | 'mounted' | 'unmounted' = 'started';
  /** Where it mounted, in its own words. */
  #target: string | null = null;

  constructor({ watcher, listener, device, ...events }: Parts) {
    this.#events = events;
    this.#device = device;
    this.#socket = socketName(device);
    this.#supervisor = new CallSupervisor(watcher, listener, {
      decide: (call) => this.#decide(call),
      onOver: () => events.onOver(),
    });
  }

  get state(): 'started' | 'opened' | 'mounted' | 'unmounted' {
    return this.#state;
  }

  /** Why it could not see what the daemon asks for; null when nothing kept it. */
  get blindness(): Errno | null {
    return this.#supervisor.blindness;
  }

  /** The device is not this process's any more: who opens it again gets a copy of what the daemon has. */
  withdraw(): void {
    this.#device = null;
  }

  unref(): void {
    this.#supervisor.unref();
  }

  close(): void {
    this.#supervisor.close();
  }

  #decide(call: StoppedCall): Decision {
    const name = nameOf(call);
    if (name === 'open') return this.#open(call, { directory: AT_FDCWD, path: 0, flags: 1 });
    if (name === 'openat') return this.#open(call, { directory: call.int(0), path: 1, flags: 2 });
    if (name === 'ioctl') return this.#clone(call);
    if (name === 'mount') return this.#mount(call);
    if (name === 'umount2') return this.#unmount(call);
    if (name === 'fsopen') return this.#openContext(call);
    return goOn;
  }

  #open(
    call: StoppedCall,
    at: { readonly directory: number; readonly path: number; readonly flags: number },
  ): Decision {
    const path = call.string(at.path, PATH_MAX) ?? '';
    // Cheap to see for almost every other file.
    if (!/(?:^|\/)fuse$/.test(path) || absolutePath(call.pid, at.directory, path) !== DEVICE) return goOn;
    const flags = call.int(at.flags);
    const device = this.#device ?? this.#copyOf(call.pid);
    if (device === null) return { answer: { error: ENODEV } };
    if ((flags & O_NONBLOCK) !== 0) setNonBlocking(device);
    return {
      answer: { descriptor: device, closeOnExec: (flags & O_CLOEXEC) !== 0 },
      taken: () => {
        if (this.#state === 'started') this.#state = 'opened';
      },
      settled: () => {
        if (device !== this.#device) closeDescriptor(device);
      },
    };
  }

  /** A descriptor of the device, taken from a process that has it; null when it has none, or Linux keeps it. */
  #copyOf(pid: number): number | null {
    const fd = openDescriptorsOf(pid).find((fd) => this.#isDevice(pid, fd));
    return fd === undefined ? null : takeDescriptor(pid, fd);
  }

  #isDevice(pid: number, fd: number): boolean {
    return openFileName(pid, fd) === this.#socket;
  }

  /** A clone reads the same socket, where each request comes once: nothing is to be done. */
  #clone(call: StoppedCall): Decision {
    if (!this.#isDevice(call.pid, call.int(0))) return goOn;
    const original = new DataView(call.bytes(2, 4).buffer).getUint32(0, true);
    return this.#isDevice(call.pid, original) ? { answer: { result: 0 } } : { answer: { error: EINVAL } };
  }

  #mount(call: StoppedCall): Decision {
    const type = call.string(2, TYPE_MAX) ?? '';
    const flags = call.int(3);
    if (!isFuseType(type) || (flags & (MS_REMOUNT | MS_BIND | MS_MOVE)) !== 0) return goOn;
    const data = call.string(4, PAGE_SIZE) ?? '';
    const fd = deviceIn(data);
    if (fd === null || !this.#isDevice(call.pid, fd)) return goOn;
    // Linux too mounts a device once.
    if (this.#state === 'mounted' || this.#state === 'unmounted') return { answer: { error: EINVAL } };
    const target = this.#targetOf(call, 1);
    const mount = mountOrError({ source: call.string(0, PATH_MAX), type, flags, data });
    if ('error' in mount) return { answer: mount };
    return {
      answer: { result: 0 },
      taken: () => {
        this.#state = 'mounted';
        this.#target = target;
        this.#events.onMount(mount);
      },
    };
  }

  #unmount(call: StoppedCall): Decision {
    if (this.#state !== 'mounted' || this.#targetOf(call, 0) !== this.#target) return goOn;
    return {
      answer: { result: 0 },
      taken: () => {
        this.#state = 'unmounted';
        this.#events.onUnmount();
      },
    };
  }

  /** The newer way to mount is not there for FUSE, as before Linux 5.2: whoever knows it knows mount(2) too. */
  #openContext(call: StoppedCall): Decision {
    return isFuseType(call.string(0, TYPE_MAX) ?? '') ? { answer: { error: ENOSYS } } : goOn;
  }

  #targetOf(call: StoppedCall, argument: number): string | null {
    const path = call.string(argument, PATH_MAX) ?? '';
    return path === '' ? null : absolutePath(call.pid, AT_FDCWD, path);
  }
}

function mountOrError(call: MountCall): DaemonMount | { readonly error: Errno } {
  try {
    return readMountCall(call);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return { error };
  }
}

/** The call that stopped, by the numbers of this machine: the filter stops no others. */
function nameOf({ number }: StoppedCall): CallName | undefined {
  const numbers = ownArchitecture()?.numbers;
  return stops.map(({ call }) => call).find((name) => numbers?.[name] === number);
}
