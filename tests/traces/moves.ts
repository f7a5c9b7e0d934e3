import type { RawAnswer, Settings } from './settings.ts';
import type { Change } from './trace.ts';

/** What opendir(3) and readdir(3) do to list a directory: each until its end. */
export const listing = (path: string): string =>
  `open ${path} O_RDONLY|O_NONBLOCK|O_DIRECTORY|O_CLOEXEC -> $listed
        fstat $listed
        getdents $listed 32768
        getdents $listed 32768 -> end
        close $listed`;

/** The server behaves otherwise from now on. */
export const set =
  (settings: Partial<Settings>): Change =>
  ({ server }) =>
    server.set(settings);

/** From now on the server answers requests of one kind with these bytes, and all others as usual. */
export const answering = (opcode: string, body: Uint8Array, error = 0): Change => {
  const answer: RawAnswer = { error, body };
  return set({ raw: { [opcode]: answer } });
};
