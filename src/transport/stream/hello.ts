import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What both sides begin with: the name, and the version of what is said before the first FUSE message. */
const GREETING = 'FUSEWIRE/1';
/** A shorter one could be guessed. */
const SHORTEST_TOKEN = 16; // characters
const LONGEST_TOKEN = 512;

/** The longest hello or answer, in bytes, with its line feed. */
export const LONGEST_LINE = 600;

/** The line that a client says first. */
export const hello = (token: string | null): string => `${GREETING}${token === null ? '' : ` ${token}`}\n`;

/** What a client's first line says: its token, null without one; undefined when it is no hello at all. */
export function readHello(line: string): { readonly token: string | null } | undefined {
  const match = /^FUSEWIRE\/1(?: ([\x21-\x7e]+))?\n$/.exec(line);
  return match === null ? undefined : { token: match[1] ?? null };
}

/** The line that a server answers a good hello with; a bad one has no answer. */
export const answer = (refusal: string | null): string =>
  `${GREETING} ${refusal === null ? 'ok' : `refused ${refusal}`}\n`;

/** What a server's first line says: null for welcome, else why it refuses; undefined when it is no answer at all. */
export function readAnswer(line: string): { readonly refusal: string | null } | undefined {
  const match = /^FUSEWIRE\/1 (?:ok|refused ([\x20-\x7e]+))\n$/.exec(line);
  return match === null ? undefined : { refusal: match[1] ?? null };
}

/** A token that nobody guesses. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** @throws TypeError when it cannot travel in a hello, or is too short for a secret */
export function checkToken(token: string): void {
  if (token.length < SHORTEST_TOKEN) throw new TypeError(`a token has at least ${SHORTEST_TOKEN} characters`);
  if (token.length > LONGEST_TOKEN) throw new TypeError(`a token has at most ${LONGEST_TOKEN} characters`);
  if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('a token is printable ASCII without spaces');
}

/** Whether a token is the expected one, in a time that tells nothing about either. */
export const isSameToken = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
