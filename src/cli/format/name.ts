import { isUtf8 } from 'node:buffer';

const plain = /^[\w@%+=:,./~^-]+$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const printable = /^[^\x00-\x1f\x7f-\x9f]*$/u;

/**
 * A name for a terminal, as GNU ls quotes it: bare when a shell needs no quotes, in single quotes otherwise, and with
 * octal escapes for what cannot be printed, so that what is shown can be pasted back.
 */
export function quoteName(name: Buffer): string {
  const text = isUtf8(name) ? name.toString() : null;
  if (text !== null && printable.test(text)) {
    if (plain.test(text) && !text.startsWith('~')) return text;
    return text.includes("'") && !/["$`\\!]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
  }
  return quotePieces(name);
}

/** Runs of plain ASCII in quotes, everything else as $'\ooo'. */
function quotePieces(name: Buffer): string {
  const pieces = name.toString('latin1').match(/[\x20-\x7e]+|[^\x20-\x7e]+/g) ?? [];
  return pieces
    .map((piece) => {
      if (/^[\x20-\x7e]/.test(piece)) return `'${piece.replaceAll("'", "'\\''")}'`;
      return `$'${[...piece].map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`).join('')}'`;
    })
    .join('');
}

/** The name's bytes for a file or pipe, quoted text for a terminal. */
export const showName = (name: Buffer, isTerminal: boolean): Buffer =>
  isTerminal ? Buffer.from(quoteName(name)) : name;
