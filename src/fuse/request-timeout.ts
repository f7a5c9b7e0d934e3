/** The two settings of Linux that say how long a server may take, for all connections: seconds, 0 for no limit. */
export interface TimeoutSettings {
  /** fs.fuse.default_request_timeout: for servers that say nothing in INIT. */
  readonly defaultRequestTimeout?: number;
  /** fs.fuse.max_request_timeout: for every server, whatever it says. */
  readonly maxRequestTimeout?: number;
}

/** How often Linux looks for a request that is too old, in seconds; no timeout is shorter. FUSE_TIMEOUT_TIMER_FREQ */
const CHECK_INTERVAL = 15;
const MAX_U16 = 0xffff;

/**
 * The seconds that a request may take, of what the server said in INIT and the settings; null for no limit.
 *
 * @see Linux fs/fuse/inode.c, init_server_timeout()
 */
export function effectiveTimeout(
  saidByServer: number,
  { defaultRequestTimeout = 0, maxRequestTimeout = 0 }: TimeoutSettings,
): number | null {
  const wish = saidByServer || defaultRequestTimeout || maxRequestTimeout;
  if (wish === 0) return null;
  const timeout = maxRequestTimeout === 0 ? wish : Math.min(wish, maxRequestTimeout);
  return Math.max(CHECK_INTERVAL, timeout);
}

/**
 * When Linux finds out that a request is too old: at the first of its looks, which began with the reply to INIT, after it
 * has become so. All in monotonic milliseconds.
 *
 * @see Linux fs/fuse/dev.c, fuse_check_timeout()
 */
export function nextCheck(initialized: number, expiry: number): number {
  const interval = CHECK_INTERVAL * 1000;
  return initialized + interval * (Math.floor((expiry - initialized) / interval) + 1);
}

/** @throws RangeError for a setting that Linux would not take */
export function checkTimeoutSettings(settings: TimeoutSettings): TimeoutSettings {
  for (const [name, value] of Object.entries(settings)) {
    if (!Number.isInteger(value) || value < 0 || value > MAX_U16) {
      throw new RangeError(`${name} is ${value}; it must be a whole number of seconds, 0 to ${MAX_U16}`);
    }
  }
  return settings;
}
