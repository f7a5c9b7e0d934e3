import type { Client } from '../../src/server-library.ts';

/** What the test asks of the process that serves, by IPC: a notification, or one of its own. */
export type Ask =
  /** Mounts a new tree; what was mounted before is unmounted. */
  | { readonly mount: string }
  | { readonly notify: NotifyMethod; readonly args: readonly unknown[] }
  /** The requests since the last time. */
  | { readonly take: 'requests' }
  /** Changes the server's files behind the kernel's back. */
  | { readonly set: string; readonly content: string | null };

/** The methods of a Client. */
export type NotifyMethod = keyof Client;

/** What comes back: a value, or the code of the errno. */
export type Told = { readonly value: unknown } | { readonly code: string };
