import type { InitFlag } from '../../../src/abi/init-flags.ts';
import { bytes, S_IFREG } from '../../scenarios/replies.ts';
import { forgets } from '../moves.ts';
import type { Settings } from '../settings.ts';
import { BASE } from '../settings.ts';
import type { Change } from '../trace.ts';

/** The administrator. */
export const ROOT = { uid: 0, gid: 0 };
/** A user who owns nothing but what is given. */
export const USER = { uid: 1000, gid: 1000 };

/** A server with these flags, whose answers are believed. */
export const believing = (...flags: readonly InitFlag[]): Partial<Settings> => ({
  flags: [...BASE, ...flags],
  entryValid: 100,
  attrValid: 100,
});

/** A file of user 1000 with all bits, as new, of which the client knows nothing. */
export const RENEWED: readonly Change[] = [
  forgets('f'),
  ({ server }) => {
    const file = server.root.names.get('f') ?? server.create(server.root, 'f', S_IFREG);
    file.mode = S_IFREG | 0o6777;
    file.uid = 1000;
    file.data = bytes('0123456789');
  },
];
