const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Something that must not outlive this process. */
export interface Ending {
  /** Ends it in good order. */
  unmount(): Promise<void>;
  /** Ends it at once, without waiting for anybody: JavaScript is about to stop. */
  unmountNow(): void;
  readonly handleSignals: boolean;
}

const endings = new Set<Ending>();

/** Ends `ending` when this process ends, or a signal asks it to. */
export function endWithProcess(ending: Ending): void {
  if (endings.size === 0) process.on('exit', endNow);
  endings.add(ending);
  listen();
}

/** `ending` has ended by itself. */
export function hasEnded(ending: Ending): void {
  endings.delete(ending);
  if (endings.size === 0) process.off('exit', endNow);
  listen();
}

const endNow = (): void => {
  for (const ending of endings) ending.unmountNow();
};

/**
 * Listens for signals for as long as there is somebody to end by them, so that otherwise they do what they always do.
 * A listener that is there stays: Node forgets a signal that comes between the last one's end and the next one's begin.
 */
function listen(): void {
  const isWanted = [...endings].some(({ handleSignals }) => handleSignals);
  for (const signal of SIGNALS) {
    const isThere = process.listeners(signal).includes(onSignal);
    if (isWanted && !isThere) process.on(signal, onSignal);
    if (!isWanted && isThere) process.off(signal, onSignal);
  }
}

/**
 * Unmounts everything, then lets the signal end the process as it would have without us. A program that listens to it
 * itself goes on, and decides.
 */
function onSignal(signal: NodeJS.Signals): void {
  const asked = [...endings].filter(({ handleSignals }) => handleSignals);
  void Promise.allSettled(asked.map((ending) => ending.unmount())).then(() => {
    process.off(signal, onSignal);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    else listen();
  });
}
