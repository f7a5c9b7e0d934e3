import type { Requests } from './requests.ts';

/** What the process that serves kernel mounts is asked. */
export type ServerRequest =
  | { readonly kind: 'mount'; readonly variant: string; readonly names: readonly (readonly [number, string])[] }
  | { readonly kind: 'record' }
  | { readonly kind: 'mark' }
  | { readonly kind: 'unmount' }
  | { readonly kind: 'abort' };

/** Its answers, in the order of the requests. */
export type ServerReply =
  | { readonly kind: 'mounted'; readonly directory: string; readonly connection: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'unmounted'; readonly requests: Requests; readonly log: readonly string[] }
  | { readonly kind: 'failed'; readonly failure: string };
