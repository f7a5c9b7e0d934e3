/** The ways in which a daemon can get at its device. */
export const attachWays = ['auto', 'intercept', 'fd', 'fusermount'] as const;

/**
 * How a daemon gets at its device. 'intercept': its opens of `/dev/fuse` and its mount(2) are answered by this process
 * (any daemon; Linux 5.14). 'fd': the mount point is `/dev/fd/N`, the socket itself (libfuse 3.3 and later, go-fuse).
 * 'fusermount': the mount point is a directory, and the daemon is handed the socket by a stand-in for fusermount3
 * (bazil/fuse, fuser). 'auto': the first; where this machine cannot do that the second, and the third when the daemon
 * ends without serving.
 */
export type AttachWay = (typeof attachWays)[number];

/** The way that one start of a daemon takes. */
export type Way = Exclude<AttachWay, 'auto'>;

/** How to start a daemon, attach it and end it; everything has a default. */
export interface DaemonOptions {
  /** What to call it in messages; its command by default. */
  readonly name?: string;
  readonly attach?: AttachWay;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds that it may take to answer INIT. */
  readonly initTimeout?: number;
  /** Milliseconds that it may take to end once it was asked to, before it is killed. */
  readonly grace?: number;
  /** The most bytes one READ may ask for; more than 61,440 only for a daemon that does not splice. */
  readonly maxRead?: number;
}

const INIT_TIMEOUT = 30_000;
const GRACE = 2_000;
/** libfuse splices file-backed replies that are longer, and those arrive in pieces that may mingle. */
const MAX_READ = 61_440;

/** Where an argument means the mount point. */
export const MOUNT_POINT = '{}';

/** A foreign FUSE server: a command to be started as it is. */
export interface Daemon extends Required<Omit<DaemonOptions, 'cwd'>> {
  readonly kind: 'daemon';
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
}

/**
 * Describes a foreign FUSE server. `{}` in its arguments stands for the mount point.
 *
 * @throws TypeError when no argument has `{}`
 */
export function daemon(command: string, args: readonly string[], options: DaemonOptions = {}): Daemon {
  if (!args.some((arg) => arg.includes(MOUNT_POINT))) {
    throw new TypeError(`${command}: none of its arguments has {}, which stands for the mount point`);
  }
  return {
    kind: 'daemon',
    command,
    args,
    name: options.name ?? (command.split('/').at(-1) as string),
    attach: options.attach ?? 'auto',
    env: options.env ?? {},
    cwd: options.cwd,
    initTimeout: options.initTimeout ?? INIT_TIMEOUT,
    grace: options.grace ?? GRACE,
    maxRead: options.maxRead ?? MAX_READ,
  };
}
