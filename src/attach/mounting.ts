import { type DaemonMount, readFusermount } from './daemon-mount.ts';

/** A daemon ended by itself before it served: another way to attach may suit it. */
export class ServesNot extends Error {}

/** The moment in which a daemon has mounted itself, or cannot any more. */
export class Mounting {
  /** What it mounted; 'over' when nobody is left who could. */
  readonly outcome: Promise<DaemonMount | 'over'>;
  #settle: (outcome: DaemonMount | 'over') => void = () => {};

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** It called mount(2). */
  byCall(mount: DaemonMount): void {
    this.#settle(mount);
  }

  /** It had fusermount3 mount, which does so for the user who runs it. */
  byFusermount(args: readonly string[]): void {
    this.#settle(readFusermount(args, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }));
  }

  over(): void {
    this.#settle('over');
  }
}
