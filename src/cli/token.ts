import { readFileSync } from 'node:fs';
import type { Address } from '../transport/stream/address.ts';
import { checkToken } from '../transport/stream/hello.ts';
import { type Option, UsageError } from './command.ts';

/** The option for what a client must say to a server that listens. */
export const tokenOptions: Readonly<Record<string, Option>> = {
  'token-file': { type: 'string', value: 'FILE', about: 'the token for tcp:, alone on a line (or in FUSEWIRE_TOKEN)' },
};

/**
 * The token that a command line gives, or its environment; null for neither, and for Unix sockets, which need none.
 *
 * @throws UsageError for a token that cannot be one; Node's error when the file cannot be read
 */
export function tokenFor(address: Address, options: Readonly<Record<string, unknown>>): string | null {
  const { 'token-file': file } = options;
  if (address.kind === 'unix') {
    if (file !== undefined)
      throw new UsageError("--token-file is for tcp: addresses; a Unix socket is its user's alone");
    return null;
  }
  const isGiven = typeof file === 'string';
  const token = isGiven ? readFileSync(file, 'utf8').replace(/\r?\n$/, '') : process.env.FUSEWIRE_TOKEN;
  if (token === undefined || token === '') {
    if (isGiven) throw new UsageError(`${file}: there is no token in it`);
    return null;
  }
  try {
    checkToken(token);
  } catch (error) {
    throw new UsageError(`${isGiven ? file : 'FUSEWIRE_TOKEN'}: ${(error as Error).message}`);
  }
  return token;
}
