import type { Struct } from './struct.ts';
import {
  fuse_notify_delete_out,
  fuse_notify_inval_entry_out,
  fuse_notify_inval_inode_out,
  fuse_notify_poll_wakeup_out,
  fuse_notify_prune_out,
  fuse_notify_retrieve_out,
  fuse_notify_store_out,
} from './structs.ts';

/**
 * What follows a notification's struct, and so how long the message is.
 * 'none': nothing; 'name': `namelen` bytes and a NUL; 'data': `size` bytes; 'nodeids': `count` u64;
 * 'anything': whatever there is, unread.
 */
export type NotifyTail = 'none' | 'name' | 'data' | 'nodeids' | 'anything';

/** All that the code knows about one kind of notification. */
export interface NotifyCode<Name extends string = string, Body = unknown, Tail extends NotifyTail = NotifyTail> {
  readonly code: number;
  /** As the header names it after FUSE_NOTIFY_. */
  readonly name: Name;
  /** The protocol 7 minor that brought it. */
  readonly since: number;
  readonly body: Struct<Body> | null;
  readonly tail: Tail;
}

const notification = <Name extends string, Tail extends NotifyTail, Body = undefined>(
  row: NotifyCode<Name, Body, Tail>,
): NotifyCode<Name, Body, Tail> => row;

/** Pollers of a file shall ask again. */
export const NOTIFY_POLL = notification({
  code: 1,
  name: 'POLL',
  since: 11,
  body: fuse_notify_poll_wakeup_out,
  tail: 'none',
});

/** Cached attributes, and pages or not, of an inode are stale. */
export const NOTIFY_INVAL_INODE = notification({
  code: 2,
  name: 'INVAL_INODE',
  since: 12,
  body: fuse_notify_inval_inode_out,
  tail: 'none',
});

/** A cached name is stale. */
export const NOTIFY_INVAL_ENTRY = notification({
  code: 3,
  name: 'INVAL_ENTRY',
  since: 12,
  body: fuse_notify_inval_entry_out,
  tail: 'name',
});

/** Puts data into an inode's page cache. */
export const NOTIFY_STORE = notification({
  code: 4,
  name: 'STORE',
  since: 15,
  body: fuse_notify_store_out,
  tail: 'data',
});

/** Asks for data from an inode's page cache, to come by NOTIFY_REPLY. */
export const NOTIFY_RETRIEVE = notification({
  code: 5,
  name: 'RETRIEVE',
  since: 15,
  body: fuse_notify_retrieve_out,
  tail: 'none',
});

/** A name is gone, if it still is that of the child. */
export const NOTIFY_DELETE = notification({
  code: 6,
  name: 'DELETE',
  since: 18,
  body: fuse_notify_delete_out,
  tail: 'name',
});

/** All requests without a reply shall come again. */
export const NOTIFY_RESEND = notification({ code: 7, name: 'RESEND', since: 40, body: null, tail: 'anything' });

/** All cached names are stale. */
export const NOTIFY_INC_EPOCH = notification({ code: 8, name: 'INC_EPOCH', since: 44, body: null, tail: 'anything' });

/** Unused cached names of inodes shall be dropped, so that they are forgotten. */
export const NOTIFY_PRUNE = notification({
  code: 9,
  name: 'PRUNE',
  since: 45,
  body: fuse_notify_prune_out,
  tail: 'nodeids',
});

const rows = [
  NOTIFY_POLL,
  NOTIFY_INVAL_INODE,
  NOTIFY_INVAL_ENTRY,
  NOTIFY_STORE,
  NOTIFY_RETRIEVE,
  NOTIFY_DELETE,
  NOTIFY_RESEND,
  NOTIFY_INC_EPOCH,
  NOTIFY_PRUNE,
] as const;

/** The row of one kind, with its types. */
export type AnyNotifyCode = (typeof rows)[number];

/** Every notification, by code. */
export const allNotifyCodes: readonly AnyNotifyCode[] = rows;

const table = new Map(rows.map((row) => [row.code, row]));

/** The row of a code that travels, or undefined for one that no protocol up to ours has. */
export const notifyCodeOf = (code: number): AnyNotifyCode | undefined => table.get(code);
